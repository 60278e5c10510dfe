"""ADDA: a second encoder learns to make of target pictures what the first one made of source pictures."""

from collections.abc import Mapping

import keras

from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs
from kgan.schemes.adaptation.fitting import check_heads, classes_of

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class ADDA(AdversarialModel):
    """Adversarial discriminative domain adaptation (Tzeng et al. 2017, arXiv:1702.05464, equation 9).

    Source encoder S and classifier C have learned from labels before, and stay as they are. With D the
    discriminator, source pictures x and target pictures t, the target encoder T, which starts as a copy of S:

    - D minimises `E -log D(S(x)) + E -log(1 - D(T(t)))`,
    - T minimises `E -log D(T(t))`;

    then `C(T(t))` reads the target. Adam at 2e-4 with beta_1 of 0.5, batches of 128 of each domain.

    Args:
        source_encoder: network from a picture to features `(batch, size)`, trained on the source with `classifier`.
        classifier: network from features to logits `(batch, classes)`, trained.
        discriminator: network from features to one logit `(batch, 1)`.
        target_encoder: network of the source encoder's shapes; left out, a copy of it, weights too.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> encoder, classifier = lenet.encoder(), lenet.classifier(10)
        >>> reader = keras.Sequential([encoder, classifier])
        >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> reader.compile("adam", loss)
        >>> reader.fit(source_images, source_labels)
        >>> model = ADDA(encoder, classifier, lenet.discriminator())
        >>> model.compile()
        >>> model.fit((source_images, target_images), batch_size=128)
        >>> model.predict({"image": target_images}).argmax(-1)

    Differs from the paper: T answers the D that has just moved.
    """

    batch_keys = ("source", "target")
    discriminator_output = "logit"
    defaults = {"loss": "non-saturating", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(
        self,
        source_encoder: keras.Model,
        classifier: keras.Model,
        discriminator: keras.Model,
        target_encoder: keras.Model | None = None,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        name = type(self).__name__
        check_heads(name, source_encoder, classifier=classifier, discriminator=discriminator)
        classes_of(name, classifier)
        if target_encoder is None:
            target_encoder = keras.models.clone_model(source_encoder)
            target_encoder.set_weights(source_encoder.get_weights())
        made = [[spec.shape for spec in output_specs(one)] for one in (source_encoder, target_encoder)]
        if made[0] != made[1]:
            raise ValueError(
                f"{name}: expected a target_encoder that makes the source encoder's features, "
                f"{[tuple(shape) for shape in made[0]]}, received {[tuple(shape) for shape in made[1]]}. Leave it out "
                "to copy the source encoder."
            )
        if target_encoder is source_encoder:
            raise ValueError(
                f"{name}: expected two encoders, received one network twice: the source encoder stays as it is. Leave "
                "target_encoder out to copy it."
            )
        self.source_encoder = source_encoder
        self.classifier = classifier
        self.discriminator = discriminator
        self.target_encoder = target_encoder

    @property
    def generator_side(self) -> list:
        return [self.target_encoder]

    @property
    def batch_shapes(self) -> dict:
        encoders = {"source": self.source_encoder, "target": self.target_encoder}
        return {key: _only(encoder).shape for key, encoder in encoders.items()}

    @property
    def input_signature(self) -> dict:
        image = _only(self.target_encoder)
        return {"image": keras.KerasTensor(image.shape, image.dtype, name="image")}

    def generate(self, batch: Mapping) -> dict:
        source = self.source_encoder(batch["source"], training=False)
        return {"source": source, "target": self.target_encoder(batch["target"])}

    def played(self, batch, generated, side):
        return self.contest(batch, side, self.discriminator, generated["source"], generated["target"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "generator")

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return generated["source"], generated["target"]

    def call(self, inputs, training: bool = False):
        """Logits of the classes, of target pictures."""
        image = inputs["image"] if isinstance(inputs, dict) else inputs
        return self.classifier(self.target_encoder(image, training=training), training=False)


def _only(encoder):
    (image,) = inputs_by_name(encoder, "image").values()
    return image
