"""Inpainting: what the schemes that fill holes share."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name


class Inpainting(AdversarialModel):
    """Fills the holes of images. A scheme writes `paint` and the losses.

    Args:
        generator: network that paints.
        discriminator: network that judges.
        fill: what the generator is shown in place of the hole.

    Where the mask is above 0 the image is missing: 1 marks the hole and 0 (or -1) what is known. Known pixels
    come back bit for bit.
    """

    batch_keys = ("image", "mask")

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, fill: float = 0.0, **kwargs
    ) -> None:
        # Inputs cast to half precision would not come back as they were.
        super().__init__(**{"autocast": False} | kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.fill = fill

    @property
    def batch_shapes(self) -> dict:
        image = inputs_by_name(self.generator, "image")["image"].shape
        return {"image": image, "mask": (*image[:-1], 1)}

    def paint(self, visible, hole, training: bool | None = None):
        """Pictures for images whose hole is filled with a constant.

        Args:
            visible: `(batch, height, width, channels)`.
            hole: bool, `(batch, height, width, 1)`.
            training: as for a layer.

        Returns:
            Dict with `picture` of the images' shape, and what else the losses need.
        """
        raise NotImplementedError(f"{type(self).__name__} must write paint(visible, hole).")

    def complete(self, image, mask, training: bool | None = None):
        """What `paint` returns, and `image`: known pixels with the picture in the hole."""
        hole = mask > 0
        made = self.paint(ops.where(hole, ops.cast(self.fill, image.dtype), image), hole, training)
        return {**made, "image": ops.where(hole, ops.cast(made["picture"], image.dtype), image)}

    def generate(self, batch: Mapping) -> dict:
        return self.complete(batch["image"], batch["mask"])

    def call(self, inputs, training: bool = False):
        return self.complete(inputs["image"], inputs["mask"], training)["image"]
