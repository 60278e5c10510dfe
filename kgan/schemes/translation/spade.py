"""SPADE: a picture of a map of classes, each place told by its class how to look."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kgan import backend, objectives
from kgan.adversarial import terms
from kgan.adversarial.batch import check_labels
from kgan.adversarial.networks import inputs_by_name
from kgan.layers.label_maps import OneHotPlanes
from kgan.schemes.translation.pix2pix import Pix2Pix

RATES = {"generator": 1e-4, "discriminator": 4e-4}
ADAM = {
    side: {"class_name": "Adam", "config": {"learning_rate": rate, "beta_1": 0.0}}
    for side, rate in RATES.items()
}


class SPADE(Pix2Pix):
    """Semantic image synthesis (Park, Liu, Wang and Zhu 2019, arXiv:1903.07291).

    Of pairs (s, y), a map of classes and its picture, and discriminators D[k] of k sizes, each beside s,

    - D minimises the mean over k of `E max(0, 1 - D[k](s, y)) + E max(0, 1 + D[k](s, G(s)))`,
    - G minimises the mean over k of `-E D[k](s, G(s))`, plus 10 times feature matching, the sum over the layers of a
      D[k] of `E |D[k, i](s, y) - D[k, i](s, G(s))|` and the mean over k, plus 10 times the perceptual term, if there is
      one;

    Adam with beta_1 of 0, at 1e-4 for G and 4e-4 for D.

    Args:
        generator: network from maps `(batch, height, width, 1)`, int32 in [0, classes), to pictures of the same size:
            `kgan.networks.spade`, or any with a layer `OneHotPlanes`.
        discriminator: network of `multiscale_patchgan` from `{"source": (batch, height, width, classes), "target"}` to
            a list a scale of features and then logits; its layers `scale_1`, ... are the networks of the scales.
        perceptual: `objectives.Perceptual`, or None.

    Raises:
        ValueError: networks of different classes, or discriminators without scales.

    Example:
        >>> model = SPADE(
        ...     spade.generator((64, 64), classes=5, width=8, hidden=16),
        ...     multiscale_patchgan.discriminator(source_channels=5, patch=34, width=16, spectral_normalization=True),
        ... )
        >>> model.compile()
        >>> model.fit((maps, pictures))  # maps of int32 (count, 64, 64, 1)
        >>> model.predict({"source": maps})

    Differs from the paper: no encoder of styles, so one map gives one picture.
    """

    discriminator_output = None  # features and logits a scale, which is checked here
    defaults = {
        "loss": "hinge",
        "loss_weights": {"generator/feature_matching": 10.0, "generator/perceptual": 10.0},
        "generator_optimizer": ADAM["generator"],
        "discriminator_optimizer": ADAM["discriminator"],
    }
    weights_by_loss = {}

    def __init__(self, generator: keras.Model, discriminator: keras.Model, perceptual=None, **kwargs) -> None:
        known = [layer.classes for layer in backend.flat_layers(generator) if isinstance(layer, OneHotPlanes)]
        if not known:
            raise ValueError(
                "SPADE: expected a generator with a layer OneHotPlanes, received one without. Build it with "
                "spade.generator(classes=...)."
            )
        super().__init__(generator, discriminator, **kwargs)
        self.perceptual, self.classes = perceptual, known[0]
        shape = inputs_by_name(discriminator, "target").get("source", keras.KerasTensor((None,))).shape
        if shape[-1] != self.planes_told:
            raise ValueError(
                f"SPADE: expected a discriminator told {self.planes_told} classes, as the generator is, received one "
                f"with source_channels={shape[-1]}. Build both with one number of classes."
            )
        if not self.scales:
            raise ValueError(
                f"SPADE: expected a discriminator with layers 'scale_1' and so on, received {discriminator.name!r} "
                "without. Build it with multiscale_patchgan.discriminator()."
            )

    @property
    def planes_told(self) -> int:
        """How many planes the discriminator sees beside a picture."""
        return self.classes

    @property
    def scales(self) -> list:
        """The discriminators, that of the whole picture first."""
        found = [layer for layer in self.discriminator.layers if layer.name.startswith("scale_")]
        return sorted(found, key=lambda layer: int(layer.name.removeprefix("scale_")))

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        if batch.get("source") is not None:
            looked = np.ravel(np.asarray(batch["source"][:256]))
            check_labels(looked, self.classes, "classes in 'source'", "Build networks for more classes.")

    def told(self, batch: Mapping, dtype: str):
        """What the discriminator is told beside a picture: a plane a class."""
        return ops.one_hot(ops.cast(batch["source"][..., 0], "int32"), self.classes, dtype=dtype)

    def judged(self, batch: Mapping, image, index: int) -> list:
        """Features and then logits of one scale, for pictures beside their maps."""
        planes = self.told(batch, image.dtype)
        seen = {"source": self.seen(batch, planes, color=False), "target": image}
        for _ in range(index):
            seen = {name: half(value) for name, value in seen.items()}
        return self.scales[index](seen)

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        found, fakes = [], []
        for index in range(len(self.scales)):
            features = []

            def judge(image, index=index, features=features):
                *inner, logits = self.judged(batch, image, index)
                features.append(inner)
                return logits

            of = f"scale_{index + 1}"
            found.append(self.contest(batch, side, judge, batch["target"], generated["image"], of=of))
            fakes.append(features[-1])
        summed = terms.summed(*found)
        names = [name for name in summed if name.startswith("adversarial_scale_")]
        mean = sum(summed.pop(name) for name in names) / len(names)
        if side == "discriminator":
            return {"adversarial": mean, **summed}
        return {"adversarial": mean, "feature_matching": self.matched(batch, fakes), **summed}

    def matched(self, batch: Mapping, fake: list):
        """Feature matching of pictures to the real ones of their maps: summed over layers, the mean over scales."""
        target = self.seen(batch, batch["target"])
        real = [self.judged(batch, target, index)[:-1] for index in range(len(fake))]
        return objectives.feature_matching(real, fake) * len(real[0])

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        found = self.played(batch, generated, "generator")
        if self.perceptual is not None:
            found["perceptual"] = self.perceptual(batch["target"], generated["image"])
        return found

    def reference_inputs(self, name: str) -> list[dict]:
        """Maps to compare an export on."""
        random = np.random.default_rng(0)
        shapes = ((2, 64, 64, 1), (1, 37, 53, 1))
        return [{"source": random.integers(0, self.classes, shape).astype("int32")} for shape in shapes]


def half(x):
    """As the discriminator of the next scale sees it: means of 3x3, every second."""
    return ops.average_pool(x, 3, 2, "same", data_format="channels_last")
