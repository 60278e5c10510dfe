"""ContextEncoder: a hole filled from its surroundings through a bottleneck."""

from collections.abc import Mapping

import keras
from keras import KerasTensor, ops

from kgan import objectives
from kgan.adversarial.networks import inputs_by_name, output_specs
from kgan.schemes.inpainting.inpainting import Inpainting


class ContextEncoder(Inpainting):
    """Context encoders: feature learning by inpainting (Pathak et al. 2016, arXiv:1604.07379).

    With x an image, M its mask (1 in the hole) and F the generator,

    - D minimises `E -log D(x) + E -log(1 - D(F((1 - M) x)))` on the filled region,
    - F minimises `0.999 |M (x - F((1 - M) x))|**2 + 0.001 E -log D(F((1 - M) x))`,

    the squares averaged over what counts; Adam with beta_1 of 0.5, at 2e-3 for the generator, ten times the
    discriminator's 2e-4. What the generator paints beyond the hole counts up to `overlap` pixels and ten times.

    Args:
        generator: network from images of a fixed size, their hole filled with a constant, to the whole image or to
            its centre of any smaller size; then the hole must lie inside that centre.
        discriminator: network from what the generator makes to logits.
        overlap: pixels around the hole that count ten times; 7 in the paper. They are counted where they are painted:
            a hole as large as what is painted has no border, so hide so many pixels less on each side.
        fill: what the generator is shown in place of the hole.

    Raises:
        ValueError: a generator of no fixed size, or networks that do not fit together.

    Example:
        >>> model = ContextEncoder(
        ...     context_encoder.generator((128, 128)), context_encoder.discriminator((64, 64))
        ... )
        >>> model.compile()
        >>> model.fit({"image": images, "mask": masks}, batch_size=64)
        >>> whole = model.predict({"image": broken, "mask": mask})

    Differs from the paper: the generator's adversarial term is the non-saturating one, as in the authors' code.
    Of a generator of whole images, D judges the image with the hole filled in.
    """

    defaults = {
        "loss": "non-saturating",
        "loss_weights": {"generator/pixel": 0.999, "generator/adversarial": 0.001},
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 2e-3, "beta_1": 0.5}},
        "discriminator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}},
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        overlap: int = 7,
        fill: float = 0.0,
        **kwargs,
    ) -> None:
        super().__init__(generator, discriminator, fill, **kwargs)
        self.overlap = overlap
        whole, made, judged = (
            tuple(tensor.shape[1:])
            for tensor in (
                inputs_by_name(generator, "image")["image"],
                output_specs(generator)[0],
                inputs_by_name(discriminator, "image")["image"],
            )
        )
        if None in whole or made != judged or made[0] > whole[0] or made[1] > whole[1]:
            raise ValueError(
                f"ContextEncoder: expected a generator of a fixed size and a discriminator for what it makes, "
                f"received {whole} to {made} and a discriminator for {judged}. Build both with one image_size."
            )
        self._border = [
            ((a - b) // 2, a - b - (a - b) // 2) for a, b in zip(whole[:2], made[:2], strict=True)
        ]

    @property
    def input_signature(self) -> dict:
        image = inputs_by_name(self.generator, "image")["image"]
        mask = KerasTensor((None, *image.shape[1:3], 1), "float32", name="mask")
        return {"image": image, "mask": mask}

    def paint(self, visible, hole, training: bool | None = None):
        patch = self.generator(visible, training=training)
        return {"patch": patch, "picture": self.padded(patch), "hole": hole}

    def padded(self, patch):
        """The part that the generator paints, with zeros around it."""
        return ops.pad(patch, [(0, 0), *self._border, (0, 0)])

    def judged(self, image, patch):
        """What D sees: the part that the generator paints, or the completed image if that is all of it."""
        return image if self._border == [(0, 0), (0, 0)] else patch

    def cropped(self, image):
        """The part of an image that the generator paints."""
        (top, _), (left, _) = self._border
        height, width = output_specs(self.generator)[0].shape[1:3]
        return image[:, top : top + height, left : left + width]

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        fake = self.judged(generated["image"], generated["patch"])
        return self.contest(batch, side, self.discriminator, self.cropped(batch["image"]), fake)

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        pixel = self.pixel_loss(batch["image"], generated)
        return {"pixel": pixel, **self.played(batch, generated, "generator")}

    def pixel_loss(self, image, generated: dict):
        """Masked squares: the hole, and ten times the border around it as far as it was painted."""
        hole = ops.cast(generated["hole"], "float32")
        reach = ops.max_pool(hole, 2 * self.overlap + 1, strides=1, padding="same")
        counted = reach * self.padded(ops.ones_like(generated["patch"][..., :1]))
        root = ops.sqrt(10.0 - 9.0 * hole)  # The square root of the weight, as both sides are squared.
        return objectives.l2(root * image, root * generated["picture"], mask=counted)
