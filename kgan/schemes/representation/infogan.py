"""InfoGAN: part of the latent is a code that the discriminator's trunk can read back out of the picture."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kgan import backend
from kgan.adversarial.expectations import check_output
from kgan.adversarial.networks import inputs_by_name, with_features
from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class InfoGAN(GAN):
    """Information maximizing GAN (Chen et al. 2016, arXiv:1606.03657).

    A latent is noise z and a code c: categories, each one-hot, and continuous numbers, uniform in [-1, 1]. Q reads the
    code from the features that D's last layer sees, and both sides make it readable (equations 5 and 6):

    - D and Q minimise `E -log D(x) + E -log(1 - D(G(z, c))) + lambda E -log Q(c | G(z, c))`,
    - G minimises `E -log D(G(z, c)) + lambda E -log Q(c | G(z, c))`.

    The last term has two names: `category`, the cross-entropy of each category, and `continuous`, that of a Gaussian of
    deviation 1 around what Q reads, `(c - Q(x))**2 / 2`; each a sum over codes, without constants. Their lambdas are
    weights of `loss_weights`, 1 unless given. Adam at 2e-4 for D and 1e-3 for G, beta_1 of 0.5, batches of 128. How
    often the categories of generated images are read rightly is logged as `discriminator/accuracy_category`.

    Args:
        generator: network from latents `(batch, noise_size + sum(categories) + continuous)`, in this order, to images.
        discriminator: network from images to one logit each, `(batch, 1)`, by a linear layer on features. Q is one more
            hidden layer of 128 units, and a linear one, on the same features.
        noise_size: numbers in a latent that are no code.
        categories: how many values each categorical code has, at least 2.
        continuous: how many continuous codes.

    Raises:
        ValueError: no code at all, a generator for latents of another size, or a discriminator whose last layer stands
            on no features.

    Example:
        >>> model = InfoGAN(
        ...     mlp.generator((28, 28), latent_size=62 + 10 + 2), mlp.discriminator((28, 28)), noise_size=62,
        ...     categories=(10,), continuous=2,
        ... )
        >>> model.compile()
        >>> model.sample(4, category=7, continuous=[0.0, -1.0]).shape
        (4, 28, 28, 1)

    Differs from the paper: the noise is normal; the deviation is 1 as in the authors' code for MNIST, not read.
    """

    discriminator_output = None  # of the discriminator it is a logit, which is checked here; Q reads more
    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-3, "beta_1": 0.5}},
        "discriminator_optimizer": ADAM,
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        noise_size: int = 62,
        categories: tuple[int, ...] = (10,),
        continuous: int = 2,
        **kwargs,
    ) -> None:
        categories = tuple(categories)
        if min(categories, default=2) < 2 or continuous < 0 or not (categories or continuous):
            raise ValueError(
                f"InfoGAN: expected categories of at least 2 values each, or continuous codes, received categories="
                f"{categories} and continuous={continuous}. Use GAN without codes."
            )
        latent_size = noise_size + sum(categories) + continuous
        taken = inputs_by_name(generator, "latent")["latent"].shape[-1]
        if taken != latent_size:
            raise ValueError(
                f"InfoGAN: expected a generator for latents of {latent_size} numbers ({noise_size} of noise, "
                f"{sum(categories)} of categories, {continuous} continuous), received one for {taken}. Build it with "
                f"latent_size={latent_size}."
            )
        super().__init__(generator, discriminator, latent_size, **kwargs)
        check_output(discriminator, "logit", "InfoGAN")
        self.noise_size, self.categories, self.continuous = noise_size, categories, continuous
        self.logit_and_features, size = with_features(discriminator, "InfoGAN")
        self.recognizer = keras.Sequential(
            [
                keras.Input((size,)),
                keras.layers.Dense(128, name="hidden"),
                keras.layers.LeakyReLU(0.1, name="leaky"),
                keras.layers.Dense(sum(categories) + continuous, dtype="float32", name="code"),
            ],
            name="recognizer",
        )

    @property
    def discriminator_side(self):
        return [self.discriminator, self.recognizer]

    def generate(self, batch: Mapping) -> dict:
        count = ops.shape(batch["image"])[0]
        noise = self.draw(batch, "latent", (count, self.noise_size))
        chosen = self.draw(batch, "category", (count, len(self.categories)), "uniform")
        continuous = 2 * self.draw(batch, "continuous", (count, self.continuous), "uniform") - 1
        code = self.code_of([chosen[:, i] * k for i, k in enumerate(self.categories)], continuous)
        return {"image": self.generator(ops.concatenate([noise, code], axis=1)), "code": code}

    def code_of(self, categories, continuous):
        """`(batch, sum(categories) + continuous)` of an integer (or what is rounded down) a category, and numbers."""
        rows = [
            ops.one_hot(ops.clip(ops.cast(chosen, "int32"), 0, count - 1), count)
            for chosen, count in zip(categories, self.categories, strict=True)
        ]
        return ops.concatenate([*rows, continuous], axis=1)

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        seen = []  # features of each image that is judged: in D's turn of the real ones, then of the fakes

        def judge(image):
            logit, features = self.logit_and_features(image)
            seen.append(features)
            return logit

        terms = self.contest(batch, side, judge, batch["image"], generated["image"])
        fakes = seen[-1] if side == "generator" else seen[1]  # a penalty may have judged others since
        *read, continuous = self.split(self.recognizer(fakes))
        *given, numbers = self.split(generated["code"])
        if read:
            pairs = list(zip(given, read, strict=True))
            losses = [ops.categorical_crossentropy(c, logits, from_logits=True) for c, logits in pairs]
            terms |= {"category": ops.mean(sum(losses))}
            right = [ops.mean(ops.argmax(c, -1) == ops.argmax(logits, -1)) for c, logits in pairs]
            if side == "discriminator":
                self.log(batch, "discriminator/accuracy_category", sum(right) / len(right))
        if self.continuous:
            terms |= {"continuous": ops.mean(ops.sum(ops.square(numbers - continuous), axis=1)) / 2}
        return terms

    def split(self, code):
        """A code's categories, and last its continuous numbers: a list of `(batch, size)`."""
        ends = [sum(self.categories[: i + 1]) for i in range(len(self.categories))]
        return [code[:, a:b] for a, b in zip([0, *ends], [*ends, None], strict=True)]

    def recognize(self, images: np.ndarray, batch_size: int = 256) -> dict:
        """What Q reads in images, real or drawn.

        Args:
            images: `(count, height, width, channels)` in [-1, 1].
            batch_size: how many at once.

        Returns:
            dict of arrays: `category` `(count, len(categories))`, the likeliest value of each; `continuous`
            `(count, continuous)`.
        """
        parts = []
        for at in range(0, len(images), batch_size):
            _, features = self.logit_and_features(
                ops.convert_to_tensor(images[at : at + batch_size], "float32"), training=False
            )
            parts.append(ops.convert_to_numpy(self.recognizer(features, training=False)))
        *categories, continuous = self.split(np.concatenate(parts))
        chosen = [part.argmax(axis=1) for part in categories] or [np.zeros((len(images), 0), int)]
        return {"category": np.column_stack(chosen), "continuous": continuous}

    def sample_inputs(self, count: int, seed: int, category=None, continuous=None) -> dict:
        noise = backend.random("normal", (count, self.noise_size), [seed, 0])
        if category is None:
            category = backend.random("uniform", (count, len(self.categories)), [seed, 1])
            category = np.floor(ops.convert_to_numpy(category) * np.array(self.categories, "float32"))
        if continuous is None:
            continuous = 2 * backend.random("uniform", (count, self.continuous), [seed, 2]) - 1
        category = self._given("category", category, count, len(self.categories))
        if category.size and (category.min() < 0 or (category >= np.array(self.categories)).any()):
            raise ValueError(
                f"sample: expected category from 0 to below {' and '.join(map(str, self.categories))}, received "
                f"{category.min():g} to {category.max():g}."
            )
        numbers = ops.convert_to_tensor(
            self._given("continuous", continuous, count, self.continuous), "float32"
        )
        code = self.code_of([category[:, i] for i in range(len(self.categories))], numbers)
        return {"latent": ops.concatenate([noise, code], axis=1)}

    def _given(self, name, values, count, size):
        """What `sample` was given for a code, as `(count, size)`."""
        values = np.asarray(ops.convert_to_numpy(values))
        fits = values.shape in ((count, size), (size,)) or (size == 1 and values.shape in ((), (count,)))
        if not fits:
            raise ValueError(
                f"sample: expected {name} of shape ({count}, {size}) or ({size},), received {values.shape}. This model "
                f"has {size} of them."
            )
        rows = values.reshape(count, size) if values.size == count * size else values.reshape(1, size)
        return np.broadcast_to(rows, (count, size))
