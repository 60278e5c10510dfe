"""SemiSupervisedGAN: a classifier that learns from a few labels, and from telling pictures from drawn ones."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor, ops

from kgan import objectives
from kgan.adversarial.networks import inputs_by_name, output_specs, with_features
from kgan.schemes.generation.acgan import cross_entropy
from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 3e-3, "beta_1": 0.5}}


class SemiSupervisedGAN(GAN):
    """Semi-supervised learning with K classes and one for fakes (Salimans et al. 2016, arXiv:1606.03498, section 5).

    D gives K logits l(x). The class of fakes needs none of its own, as one logit is free: with `Z(x) = logsumexp(l(x))`
    what is real is `D(x) = sigmoid(Z(x))`. Over labelled pictures (x, y), unlabelled ones u and drawn ones G(z),

    - D minimises `E CE(l(x), y) + (E -log D(u) + E -log(1 - D(G(z)))) / 2`,
    - G minimises `|E f(u) - E f(G(z))|**2`, feature matching (section 3.1), f what D's last layer sees.

    The terms are `class` and `adversarial`, and the generator's `features`. Adam at 3e-3 with beta_1 of 0.5 and
    batches of 100, as in the authors' code for MNIST. How often labels are read rightly in training is logged as
    `discriminator/accuracy_class`.

    `fit` takes `{"image", "label", "unlabeled"}`, as many of each; `SemiSupervisedGAN.together` repeats a few labelled
    pictures beside many others. `predict({"image": images})` gives the probability of each class.

    Args:
        generator: network from latents to images, as for `GAN`.
        discriminator: network from images to the logits of K classes, `(batch, K)`, by a linear layer on features.
        latent_size: numbers in a latent.

    Raises:
        ValueError: networks that do not fit together, a discriminator without classes, or one whose last layer stands
            on no features.

    Example:
        >>> model = SemiSupervisedGAN(
        ...     mlp.generator((28, 28), latent_size=100), mlp.discriminator((28, 28), outputs=10, noise=0.3), 100
        ... )
        >>> model.compile()
        >>> model.fit(SemiSupervisedGAN.together(few_images, few_labels, many_images), batch_size=100)
        >>> classes = model.predict({"image": images}).argmax(axis=1)

    Differs from the paper: latents are normal, not uniform; both sides learn from one batch of unlabelled pictures.
    """

    batch_keys = ("image", "label", "unlabeled")
    discriminator_output = None  # classes, which is checked here
    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "loss_weights": {"discriminator/adversarial": 0.5},
    }

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, latent_size: int = 100, **kwargs
    ) -> None:
        made = [tuple(spec.shape) for spec in output_specs(discriminator)]
        if len(made) != 1 or len(made[0]) != 2 or made[0][-1] < 2:
            raise ValueError(
                f"SemiSupervisedGAN: expected a discriminator that returns the logits of at least 2 classes, (batch, "
                f"classes), received {discriminator.name!r} with output {made[0] if len(made) == 1 else made}. Give "
                "its last layer a unit a class."
            )
        super().__init__(generator, discriminator, latent_size, **kwargs)
        self.classes = made[0][-1]
        self.logits_and_features, _ = with_features(discriminator, "SemiSupervisedGAN")

    @staticmethod
    def together(
        image: np.ndarray, label: np.ndarray, unlabeled: np.ndarray, repeat: int = 1, seed: int = 0
    ) -> dict:
        """What `fit` takes: every unlabelled picture `repeat` times, beside labelled ones as often as it needs.

        Args:
            image, label: the labelled pictures.
            unlabeled: the others, which may contain them.
            repeat: how often each other one comes.
            seed: of the orders, in which all of a kind come once before any comes again.

        Raises:
            ValueError: none of either kind.
        """
        if not len(image) or not len(unlabeled):
            raise ValueError(
                f"SemiSupervisedGAN: expected labelled and unlabelled pictures, received {len(image)} and "
                f"{len(unlabeled)}. Train a classifier, or a GAN, on what there is."
            )
        random, count = np.random.default_rng(seed), repeat * len(unlabeled)

        def orders(size):
            rounds = -(-count // size)
            return np.concatenate([random.permutation(size) for _ in range(rounds)])[:count]

        few, many = orders(len(image)), orders(len(unlabeled))
        return {
            "image": np.asarray(image)[few],
            "label": np.asarray(label)[few],
            "unlabeled": np.asarray(unlabeled)[many],
        }

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        low, high = int(np.min(batch["label"])), int(np.max(batch["label"]))
        if low < 0 or high >= self.classes:
            raise ValueError(
                f"fit: expected labels from 0 to {self.classes - 1}, received {low} to {high}. Build the discriminator "
                "with more classes, or number the labels from 0."
            )

    def read(self, data) -> dict:
        batch = super().read(data)
        missing = [key for key in self.batch_keys if key not in batch]
        if missing:
            raise ValueError(
                f"SemiSupervisedGAN: expected 'image', 'label' and 'unlabeled', received no "
                f"{' and no '.join(missing)}. Pass SemiSupervisedGAN.together(images, labels, unlabelled images)."
            )
        return batch

    @property
    def batch_shapes(self) -> dict:
        shape = inputs_by_name(self.discriminator, "image")["image"].shape
        return {"image": shape, "unlabeled": shape, "label": (None,)}

    @property
    def input_signature(self) -> dict:
        image = inputs_by_name(self.discriminator, "image")["image"]
        return {"image": KerasTensor(image.shape, image.dtype, name="image")}

    def generate(self, batch: Mapping) -> dict:
        latent = self.draw(batch, "latent", (ops.shape(batch["unlabeled"])[0], self.latent_size))
        return {"image": self.generator(latent)}

    def judge(self, image, batch: Mapping):
        return ops.logsumexp(self.discriminator(image), axis=-1, keepdims=True)

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        logits = self.discriminator(self.seen(batch, batch["image"]))
        label = ops.cast(batch["label"], "int32")
        self.log(batch, "discriminator/accuracy_class", ops.mean(ops.argmax(logits, -1) == label))
        terms = self.contest(
            batch,
            "discriminator",
            lambda image: self.judge(image, batch),
            batch["unlabeled"],
            generated["image"],
        )
        return {"class": cross_entropy(label, logits)} | terms

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        real, fake = (
            self.logits_and_features(self.seen(batch, image))[1]
            for image in (batch["unlabeled"], generated["image"])
        )
        return {"features": objectives.mean_feature_matching(real, fake)}

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["unlabeled"], generated["image"]

    def call(self, inputs, training: bool = False):
        """The probability of each class of `image`; images of `latent`, for `sample`."""
        if "latent" in inputs:
            return self.generator(inputs["latent"], training=training)
        return ops.softmax(ops.cast(self.discriminator(inputs["image"], training=training), "float32"))
