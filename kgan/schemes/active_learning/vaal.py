"""VAAL: a discriminator of codes says which pictures are unlike all that have labels."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs, outputs_by_name

ADAM = {"class_name": "Adam", "config": {"learning_rate": 5e-4}}
CODE = ("mean", "log_variance")


class VAAL(AdversarialModel):
    """Variational adversarial active learning (Sinha, Ebrahimi and Darrell 2019, arXiv:1904.00370, equations 1 to 4).

    Of pictures with labels x and without u, an autoencoder (codes of mean m and variance v, decoder R) and a
    discriminator D of codes:

    - D minimises `E -log D(m(x)) + E -log(1 - D(m(u)))`,
    - the autoencoder minimises, over both kinds, `reconstruction` (`E (R(m + sqrt(v) e) - picture)**2`),
      `divergence` (`E sum(m**2 + v - 1 - log v) / 2`, of weight beta), and `adversarial`
      (`E -log D(m(x)) + E -log D(m(u))`: all shall look labelled).

    Whoever D still takes for unlabelled is unlike what has labels: `choose` names them. Labels themselves are not
    looked at; what they are for is trained apart. Adam at 5e-4, batches of 128, beta and both weights 1.

    Args:
        encoder: network from pictures to `{"mean", "log_variance"}`, each `(batch, latent_size)`.
        decoder: network from codes `(batch, latent_size)` to pictures in [-1, 1].
        discriminator: network from codes to one logit `(batch, 1)`.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> size = {"image_size": (8, 8), "channels": 1, "latent_size": 16}
        >>> networks = variational.encoder(**size), variational.decoder(**size), variational.discriminator(16)
        >>> model = VAAL(*networks)
        >>> model.compile()
        >>> model.fit(dataset_of_image_and_unlabeled)  # dicts {"image", "unlabeled"}
        >>> chosen = model.choose(unlabeled_images, 20)

    Differs from the paper: reconstruction and divergence are means over pixels and over samples, so beta 1 weighs
    the code as heavily as the authors' code does; the autoencoder answers the D that has just moved.
    """

    batch_keys = ("image", "unlabeled")
    discriminator_output = "logit"
    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "loss_weights": {"generator/divergence": 1.0},
    }

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, discriminator: keras.Model, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        name, made = type(self).__name__, outputs_by_name(encoder)
        if set(made) != set(CODE) or len(set(made.values())) != 1 or len(made["mean"]) != 2:
            raise ValueError(
                f"{name}: expected an encoder that returns mean and log_variance, each (batch, latent_size), received "
                f"outputs {made}. Return a dict of both."
            )
        for what, network in (("decoder", decoder), ("discriminator", discriminator)):
            (taken,) = inputs_by_name(network, "latent").values()
            if taken.shape[1:] != made["mean"][1:]:
                raise ValueError(
                    f"{name}: expected a {what} of codes of {made['mean'][-1]} numbers, received one for "
                    f"{tuple(taken.shape)}. Build all three with one latent_size."
                )
        image, drawn = self._picture(encoder).shape, output_specs(decoder)[0].shape
        if tuple(image[1:]) != tuple(drawn[1:]):
            raise ValueError(
                f"{name}: expected a decoder that draws what the encoder takes, {tuple(image)}, received "
                f"{tuple(drawn)}. Build both for one image_size."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.discriminator = discriminator

    @staticmethod
    def _picture(encoder):
        (image,) = inputs_by_name(encoder, "image").values()
        return image

    @property
    def generator_side(self) -> list:
        return [self.encoder, self.decoder]

    @property
    def batch_shapes(self) -> dict:
        return dict.fromkeys(self.batch_keys, self._picture(self.encoder).shape)

    @property
    def input_signature(self) -> dict:
        image = self._picture(self.encoder)
        return {"image": keras.KerasTensor(image.shape, image.dtype, name="image")}

    def generate(self, batch: Mapping) -> dict:
        made = {}
        for key in self.batch_keys:
            code = self.encoder(batch[key])
            noise = self.draw(batch, f"code of {key}", ops.shape(code["mean"]))
            drawn = self.decoder(code["mean"] + ops.exp(code["log_variance"] / 2) * noise)
            made |= {f"{key}_{name}": code[name] for name in CODE} | {f"{key}_drawn": drawn}
        return made

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        codes = generated["image_mean"], generated["unlabeled_mean"]
        return self.contest(batch, "discriminator", self.discriminator, *codes)

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        both = [[generated[f"{key}_{name}"] for name in CODE] for key in self.batch_keys]
        drawn = [ops.mean(ops.square(batch[key] - generated[f"{key}_drawn"])) for key in self.batch_keys]
        # Whichever kind a code is of, it is to pass for a labelled one.
        passing = [self.loss.generator(None, self.discriminator(mean)) for mean, _ in both]
        return {
            "reconstruction": sum(drawn),
            "divergence": sum(divergence(*code) for code in both),
            "adversarial": sum(passing),
        }

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["unlabeled"], generated["unlabeled_drawn"]

    def choose(self, images: np.ndarray, count: int, batch_size: int = 256) -> np.ndarray:
        """Which pictures to label next: those that look the least like labelled ones.

        Args:
            images: `(pool, height, width, channels)`.
            count: how many, at most the pool.
            batch_size: pictures at a time.

        Returns:
            (count,) int, places in `images`, the least like first.

        Raises:
            ValueError: more than there are.
        """
        if not 0 < count <= len(images):
            raise ValueError(f"choose: expected a count from 1 to {len(images)}, received {count}.")
        logits = self.predict({"image": images}, batch_size=batch_size, verbose=0)
        return np.argsort(logits[:, 0], kind="stable")[:count]

    def call(self, inputs, training: bool = False):
        """A logit a picture, above 0 where it looks labelled."""
        image = inputs["image"] if isinstance(inputs, dict) else inputs
        return self.discriminator(self.encoder(image, training=training)["mean"], training=training)


def divergence(mean, log_variance):
    """`mean over samples of KL(N(mean, exp(log_variance)) || N(0, 1))`, summed over the code's numbers."""
    mean, log_variance = ops.cast(mean, "float32"), ops.cast(log_variance, "float32")
    terms = ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance
    return ops.mean(ops.sum(terms, axis=-1)) / 2
