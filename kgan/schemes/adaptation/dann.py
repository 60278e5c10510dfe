"""DANN: features that say the label, and not which domain they came from."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan.adversarial import AdversarialModel
from kgan.adversarial.batch import check_labels
from kgan.adversarial.networks import inputs_by_name
from kgan.schedules import Annealed, SigmoidRise
from kgan.schemes.adaptation.fitting import check_heads, classes_of

SGD = {"class_name": "SGD", "config": {"learning_rate": 0.01, "momentum": 0.9}}


class DANN(AdversarialModel):
    """Domain-adversarial training (Ganin et al. 2016, arXiv:1505.07818, equations 9 to 15).

    With F the encoder, C the classifier, D the domain classifier (a logit, above 0 for the source), source pictures x
    with labels y and target pictures t without,

    - D minimises `domain`: `E -log D(F(x)) + E -log(1 - D(F(t)))`,
    - F and C minimise `label`: `E CE(C(F(x)), y)`, and F `domain`: `-lambda` times what D minimises.

    The gradient that D sends to F is turned round and weighed by lambda, which is what the paper's gradient reversal
    layer does; `schedule` has the paper's lambda and learning rate over time. Batches of 128, half of each domain.
    Logged: how often C is right about the source (`generator/accuracy`), D about both (`discriminator/accuracy`).

    Args:
        encoder: network from a picture (or any other input) of either domain to features `(batch, size)`.
        classifier: network from features to logits `(batch, classes)`.
        discriminator: network from features to one logit `(batch, 1)`.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> size = {"image_size": (28, 28), "channels": 1}
        >>> model = DANN(lenet.encoder(**size), lenet.classifier(10), lenet.discriminator())
        >>> model.compile(**DANN.schedule(steps=2000))
        >>> model.fit((source_images, source_labels, target_images), batch_size=64)
        >>> model.predict({"image": target_images}).argmax(-1)

    Differs from the paper: D moves first, and F answers the D that has moved; there all move at once.
    """

    batch_keys = ("source", "label", "target")
    discriminator_output = "logit"
    defaults = {
        "loss": None,
        "generator_optimizer": SGD,
        "discriminator_optimizer": SGD,
        "loss_weights": {"generator/domain": 1.0},
    }

    def __init__(
        self, encoder: keras.Model, classifier: keras.Model, discriminator: keras.Model, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        check_heads(type(self).__name__, encoder, classifier=classifier, discriminator=discriminator)
        self.classes = classes_of(type(self).__name__, classifier)
        self.encoder = encoder
        self.classifier = classifier
        self.discriminator = discriminator

    @staticmethod
    def schedule(steps: int, final: float = 1.0, learning_rate: float = 0.01) -> dict:
        """The paper's schedules over `steps` of training (section 5.2.2), as arguments of `compile`.

        Lambda from 0 to `final` as `2 / (1 + exp(-10 p)) - 1`; the rate as `learning_rate / (1 + 10 p)**0.75`, with a
        momentum of 0.9; p the progress from 0 to 1.
        """

        def sgd():
            return keras.optimizers.SGD(Annealed(learning_rate, steps), momentum=0.9)

        weights = {"generator/domain": SigmoidRise(steps, final)}
        return {"generator_optimizer": sgd(), "discriminator_optimizer": sgd(), "loss_weights": weights}

    @property
    def generator_side(self) -> list:
        return [self.encoder, self.classifier]

    @property
    def batch_shapes(self) -> dict:
        shape = self.input_signature["image"].shape
        return {"source": shape, "label": (None,), "target": shape}

    @property
    def input_signature(self) -> dict:
        (image,) = inputs_by_name(self.encoder, "image").values()
        return {"image": keras.KerasTensor(image.shape, image.dtype, name="image")}

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        check_labels(batch.get("label"), self.classes)

    def generate(self, batch: Mapping) -> dict:
        source = batch["source"]
        both = self.encoder(ops.concatenate([source, batch["target"]], axis=0))  # normalized as one batch
        count = ops.shape(source)[0]
        return {"source": both[:count], "target": both[count:]}

    def domain_loss(self, generated: dict):
        """`mean(softplus(-D(source))) + mean(softplus(D(target)))`, and how often D is right."""
        source, target = (
            ops.cast(self.discriminator(generated[name]), "float32") for name in ("source", "target")
        )
        right = [ops.mean(ops.cast(logit > 0, "float32")) for logit in (source, -target)]
        return ops.mean(ops.softplus(-source)) + ops.mean(ops.softplus(target)), sum(right) / 2

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        loss, accuracy = self.domain_loss(generated)
        self.log(batch, "discriminator/accuracy", accuracy)
        return {"domain": loss}

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        label = ops.cast(batch["label"], "int32")
        logits = ops.cast(self.classifier(generated["source"]), "float32")
        self.log(batch, "generator/accuracy", ops.mean(ops.argmax(logits, -1) == label))
        entropy = ops.sparse_categorical_crossentropy(label, logits, from_logits=True)
        return {"label": ops.mean(entropy), "domain": -self.domain_loss(generated)[0]}

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["label"], self.classifier(generated["source"])

    def call(self, inputs, training: bool = False):
        """Logits of the classes, of pictures of either domain."""
        image = inputs["image"] if isinstance(inputs, dict) else inputs
        return self.classifier(self.encoder(image, training=training), training=training)
