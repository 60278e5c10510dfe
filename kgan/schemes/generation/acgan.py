"""ACGAN: the discriminator is not told the label, it has to read it."""

import keras
from keras import ops

from kgan.adversarial.expectations import check_output
from kgan.adversarial.networks import with_features
from kgan.schemes.generation.conditional_gan import ConditionalGAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class ACGAN(ConditionalGAN):
    """Auxiliary classifier GAN (Odena, Olah and Shlens 2017, arXiv:1610.09585).

    D says of an image whether it is real, and of which class. With C the logits of the classes, and `CE` the
    cross-entropy with the label y,

    - D minimises `E -log D(x) + E -log(1 - D(G(z, y))) + E CE(C(x), y) + E CE(C(G(z, y)), y)`,
    - G minimises `E -log D(G(z, y)) + E CE(C(G(z, y)), y)`;

    Adam at 2e-4 with beta_1 of 0.5, batches of 100. How often C reads real images rightly is logged as
    `discriminator/accuracy_class`.

    Args:
        generator: network from `{"latent": (batch, latent_size), "label": (batch,)}` to images.
        discriminator: network from images alone to one logit each, `(batch, 1)`. The classifier is one more linear
            layer on what its last layer sees.
        latent_size: numbers in a latent.
        classes: how many labels, from 0 to classes - 1; at least 2.

    Raises:
        ValueError: fewer than two classes, networks that do not fit together, or a discriminator whose last layer
            stands on no features.

    Example:
        >>> model = ACGAN(dcgan.generator((32, 32), classes=10), dcgan.discriminator((32, 32)), classes=10)
        >>> model.compile()
        >>> model.fit((images, labels), batch_size=100)
        >>> model.sample(4, label=7)

    Differs from the paper: the generator's first term is the non-saturating one, and generated images carry the
    labels of the real batch, where the paper draws them.
    """

    told_labels = ("generator",)
    discriminator_output = (
        None  # of the discriminator it is a logit, which is checked here; the classifier has more
    )
    defaults = {"loss": "non-saturating", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(self, generator, discriminator, latent_size=128, classes=10, **kwargs):
        if classes < 2:
            raise ValueError(
                f"ACGAN: expected at least 2 classes, received {classes}. Use GAN without labels."
            )
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)
        check_output(discriminator, "logit", "ACGAN")
        self.logit_and_features, size = with_features(discriminator, "ACGAN")
        self.classifier = keras.Sequential(
            [keras.Input((size,)), keras.layers.Dense(classes, dtype="float32")], name="classifier"
        )

    @property
    def discriminator_side(self):
        return [self.discriminator, self.classifier]

    def played(self, batch, generated, side):
        read = []  # class logits of each image that is judged: in D's turn of the real ones, then of the fakes

        def judge(image):
            logit, features = self.logit_and_features(image)
            read.append(self.classifier(features))
            return logit

        terms = self.contest(batch, side, judge, batch["image"], generated["image"])
        label = ops.cast(batch["label"], "int32")
        if side == "generator":
            return terms | {"class": cross_entropy(label, read[-1])}
        real, fake = read[:2]  # a penalty may have judged others since
        self.log(batch, "discriminator/accuracy_class", ops.mean(ops.argmax(real, -1) == label))
        return terms | {"class_real": cross_entropy(label, real), "class_fake": cross_entropy(label, fake)}


def cross_entropy(label, logits):
    """`mean(logsumexp(logits) - logits[label])` of (batch,) labels and (batch, classes) logits."""
    return ops.mean(ops.sparse_categorical_crossentropy(label, logits, from_logits=True))
