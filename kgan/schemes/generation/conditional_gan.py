"""ConditionalGAN: both sides are told the label."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan import backend
from kgan.adversarial.batch import check_labels
from kgan.adversarial.networks import inputs_by_name
from kgan.schemes.generation.gan import GAN


class ConditionalGAN(GAN):
    """Conditional GAN (Mirza and Osindero 2014, arXiv:1411.1784).

    min over G, max over D of `E log D(x | y) + E log(1 - D(G(z | y) | y))`. How D uses the label is the network's
    affair: concatenated as in the paper, or projected (Miyato and Koyama 2018, arXiv:1802.05637).

    Args:
        generator: network from `{"latent": (batch, latent_size), "label": (batch,)}` to images.
        discriminator: network from `{"image": ..., "label": (batch,)}` to logits.
        latent_size: numbers in a latent.
        classes: how many labels, from 0 to classes - 1; 0 for none, which makes it a `GAN`.

    Raises:
        ValueError: networks without a label input, or with one and no classes.

    Example:
        >>> model = ConditionalGAN(
        ...     dcgan.generator((32, 32), classes=10), dcgan.discriminator((32, 32), classes=10), classes=10
        ... )
        >>> model.compile(loss="hinge")
        >>> model.fit((images, labels))
        >>> model.sample(4, label=7)

    Generated images carry the labels of the real batch they are compared with.
    """

    command_name = "conditional"
    batch_keys = ("image", "label")
    told_labels = ("generator", "discriminator")  # which networks have an input for them

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_size: int = 128,
        classes: int = 10,
        **kwargs,
    ) -> None:
        for name, network in (("generator", generator), ("discriminator", discriminator)):
            told = bool(classes) and name in self.told_labels
            if ("label" in inputs_by_name(network, "one")) != told:
                wanted = "an input named 'label'" if told else "no input named 'label'"
                raise ValueError(
                    f"{type(self).__name__}: expected a {name} with {wanted} for classes={classes}, received one "
                    f"with inputs {list(inputs_by_name(network, 'image'))}. Build it with{'' if told else 'out'} "
                    "classes."
                )
            known = min(labels_known(network), default=classes)
            if known < classes:
                raise ValueError(
                    f"{type(self).__name__}: expected a {name} for classes={classes}, received one that knows {known} "
                    "labels. Build both with one number of classes."
                )
        super().__init__(generator, discriminator, latent_size, **kwargs)
        self.classes = classes

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        if self.classes:
            check_labels(batch.get("label"), self.classes)

    @property
    def batch_shapes(self) -> dict:
        return super().batch_shapes | ({"label": (None,)} if self.classes else {})

    def generate(self, batch: Mapping) -> dict:
        if not self.classes:
            return super().generate(batch)
        label = batch["label"]
        latent = self.draw(batch, "latent", (ops.shape(label)[0], self.latent_size))
        return {"image": self.generator({"latent": latent, "label": label})}

    def judge(self, image, batch: Mapping):
        if not self.classes:
            return super().judge(image, batch)
        return self.discriminator({"image": image, "label": batch["label"]})

    def sample_inputs(self, count: int, seed: int, label=None) -> dict:
        if not self.classes and label is None:
            return super().sample_inputs(count, seed)
        if not self.classes:
            raise ValueError(f"sample: expected no label from a model trained without, received {label!r}.")
        latent = backend.random("normal", (count, self.latent_size), [seed, 0])
        label = (
            ops.arange(count, dtype="int32") % self.classes if label is None else ops.array(label, "int32")
        )
        if len(label.shape) not in (0, 1) or (len(label.shape) == 1 and label.shape[0] != count):
            raise ValueError(
                f"sample: expected label to be an integer or {count} integers, received shape {tuple(label.shape)}."
            )
        if int(ops.min(label)) < 0 or int(ops.max(label)) >= self.classes:
            raise ValueError(
                f"sample: expected labels from 0 to {self.classes - 1}, received {int(ops.min(label))} to "
                f"{int(ops.max(label))}."
            )
        return {"latent": latent, "label": ops.broadcast_to(label, (count,))}


def labels_known(network: keras.Model):
    """How many labels each layer that looks one up knows."""
    for layer in backend.flat_layers(network):
        if isinstance(layer, keras.layers.Embedding):
            yield layer.input_dim
        elif isinstance(getattr(layer, "classes", None), int):
            yield layer.classes
