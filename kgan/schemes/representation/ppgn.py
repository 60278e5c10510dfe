"""PPGN: pictures of a class that no part was trained to draw, by climbing a classifier with a learned prior."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor, ops

from kgan import backend, objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.9}}


class PPGN(AdversarialModel):
    """Plug and Play Generative Network, joint in h (Nguyen et al. 2017, arXiv:1612.00005, section 3.4).

    With E, a network that is trained already and stays as it is, features h = E(x) + noise * normal numbers, and the
    picture x' = G(h),

    - D minimises `E -log D(x) + E -log(1 - D(x'))`,
    - G minimises `E -log D(x') + E (x - x')**2 + E (E(x) - E(x'))**2`,

    so that E after G is a denoising autoencoder of features, `R(h) = E(G(h))`, whose step `R(h) - h` leads to where
    features are likely. `climb` then draws pictures of a class c of any classifier that reads pictures (equation 5):

        h <- h + prior (R(h) - h) + condition d log p(c | G(h)) / dh + jitter * normal numbers.

    The terms are `adversarial`, `pixels` and `features`. Adam at 2e-4, as for the generators that it builds on
    (Dosovitskiy and Brox 2016, arXiv:1602.02644), batches of 64.

    Args:
        generator: network from features `(batch, numbers)` to images.
        discriminator: network from images to logits.
        encoder: trained network from images to features `(batch, numbers)`, best of mean 0 and deviation 1 each: the
            inside of a classifier, say.
        noise: deviation of what training adds to features, at least 0.

    Raises:
        ValueError: networks that do not fit together, or a negative noise.

    Example:
        >>> model = PPGN(mlp.generator((8, 8), latent_size=64), mlp.discriminator((8, 8)), encoder)
        >>> model.compile()
        >>> model.fit(images)
        >>> sevens = model.climb(classifier, label=7, count=16)

    Differs from the paper: one set of features, where it rebuilds two, and noise on them alone; weights of 1.
    """

    batch_keys = ("image",)
    defaults = {"loss": "non-saturating", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        encoder: keras.Model,
        noise: float = 0.3,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.generator, self.discriminator, self.encoder = generator, discriminator, encoder
        self.noise = noise
        made = tuple(output_specs(generator)[0].shape)
        told = tuple(output_specs(encoder)[0].shape)
        taken = tuple(next(iter(inputs_by_name(generator, "features").values())).shape)
        if told[1:] != taken[1:]:
            raise ValueError(
                f"PPGN: expected a generator for the encoder's features, received one for {taken} and an encoder that "
                f"gives {told}. Build the generator for as many numbers."
            )
        for name, network in (("discriminator", discriminator), ("encoder", encoder)):
            seen = tuple(inputs_by_name(network, "image")["image"].shape)
            if len(seen) != len(made) or any(
                a != b for a, b in zip(seen, made, strict=True) if None not in (a, b)
            ):
                raise ValueError(
                    f"PPGN: expected a network {name} for the images that the generator makes, {made}, received one "
                    f"for {seen}. Build all three with one image size."
                )
        if not noise >= 0:
            raise ValueError(f"PPGN: expected noise to be a deviation of at least 0, received {noise!r}.")

    @property
    def batch_shapes(self) -> dict:
        return {"image": inputs_by_name(self.encoder, "image")["image"].shape}

    @property
    def input_signature(self) -> dict:
        (tensor,) = inputs_by_name(self.generator, "features").values()
        return {"features": KerasTensor(tensor.shape, tensor.dtype, name="features")}

    def generate(self, batch: Mapping) -> dict:
        features = ops.stop_gradient(self.encoder(batch["image"], training=False))
        noise = self.draw(batch, "features", ops.shape(features))
        return {"image": self.generator(features + self.noise * noise), "features": features}

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        return self.contest(batch, side, self.discriminator, batch["image"], generated["image"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        again = self.encoder(generated["image"], training=False)
        return {
            **self.played(batch, generated, "generator"),
            "pixels": objectives.l2(batch["image"], generated["image"]),
            "features": objectives.l2(generated["features"], again),
        }

    def call(self, inputs, training: bool = False):
        features = inputs["features"] if isinstance(inputs, dict) else inputs
        return self.generator(features, training=training)

    def climb(
        self,
        classifier: keras.Model,
        label: int | np.ndarray,
        count: int,
        steps: int = 200,
        prior: float = 0.1,
        condition: float = 0.3,
        jitter: float = 0.05,
        seed: int = 0,
    ) -> np.ndarray:
        """Pictures of a class, or of several, from features that start as normal numbers.

        Args:
            classifier: network from images to the logits of classes, `(batch, classes)`.
            label: the class c, or one for each picture, (count,).
            count: how many pictures.
            steps: of the climb.
            prior: epsilon 1, how far a step goes towards likely features; 0 leaves them out.
            condition: epsilon 2, how far along the gradient of the class.
            jitter: epsilon 3, deviation of the noise in each step.
            seed: of start and noise.

        Returns:
            float32 `(count, height, width, channels)`.

        Raises:
            ValueError: a class that the classifier does not have, or no pictures or steps.
        """
        classes = output_specs(classifier)[0].shape[-1]
        label = np.asarray(label)
        fits = label.shape in ((), (count,)) and count >= 1 and steps >= 1
        if not fits or label.min() < 0 or label.max() >= classes:
            raise ValueError(
                f"climb: expected a label from 0 to {classes - 1}, or one for each picture, and a count and steps of "
                f"at least 1, received labels {label.tolist()}, {count} and {steps}."
            )
        wanted = np.eye(classes, dtype="float32")[np.broadcast_to(label, (count,))]

        def likelihood(features):
            logits = ops.cast(classifier(self(features), training=False), "float32")
            return ops.sum(wanted * ops.log_softmax(logits, axis=-1), axis=-1)

        shape = (count, self.input_signature["features"].shape[-1])
        features = backend.random("normal", shape, [seed, 0])
        for step in range(1, steps + 1):
            rebuilt = self.encoder(self(features), training=False)
            noise = backend.random("normal", shape, [seed, step])
            features = (
                features
                + prior * (rebuilt - features)
                + condition * backend.input_gradient(likelihood, features)
                + jitter * noise
            )
        return ops.convert_to_numpy(self(features))
