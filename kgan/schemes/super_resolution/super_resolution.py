"""SuperResolution: a generator alone, brought near the original pixel by pixel."""

from collections.abc import Mapping

import keras
import numpy as np

from kgan import objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs

REFERENCE_SIZES = ((32, 32), (24, 40), (19, 27))
CRITERIA = {"l1": objectives.l1, "l2": objectives.l2}


class SuperResolution(AdversarialModel):
    """Super-resolution by a pixel loss: SRResNet's training, and the first stage of SRGAN's.

    Of pairs (x, y), y a picture and x the same made smaller, G minimises `E (y - G(x))**2` (Ledig et al. 2016,
    arXiv:1609.04802, equation 4) or `E |y - G(x)|` (ESRGAN, arXiv:1809.00219, section 4.1); Adam at 1e-4.
    There is no discriminator.

    Args:
        generator: network from low resolution `(batch, height, width, channels)` to high.
        criterion: "l1" or "l2".

    Raises:
        ValueError: another criterion.

    Example:
        >>> first = SuperResolution(srresnet.generator(4))
        >>> first.compile()
        >>> first.fit((small, large), batch_size=16, epochs=10)
        >>> second = SRGAN(first.generator, srgan_discriminator.discriminator((96, 96)))
    """

    batch_keys = ("source", "target")
    defaults = {
        "loss": None,
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-4}},
    }

    def __init__(self, generator: keras.Model, criterion: str = "l2", **kwargs) -> None:
        super().__init__(**kwargs)
        if criterion not in CRITERIA:
            raise ValueError(
                f"{type(self).__name__}: expected criterion 'l1' or 'l2', received {criterion!r}."
            )
        self.generator = generator
        self.criterion = criterion

    @property
    def discriminator_side(self) -> list:
        return []

    @property
    def batch_shapes(self) -> dict:
        takes, makes = inputs_by_name(self.generator, "source")["source"], output_specs(self.generator)[0]
        return {"source": takes.shape, "target": makes.shape}

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.generator, "source")

    def reference_inputs(self, name: str) -> list[dict]:
        """What an export is held against: pictures small enough that, enlarged, they weigh little beside the model."""
        random, channels = np.random.default_rng(0), self.input_signature["source"].shape[-1]
        return [
            {"source": random.integers(0, 256, (2, *size, channels), np.uint8)} for size in REFERENCE_SIZES
        ]

    def generate(self, batch: Mapping) -> dict:
        return {"image": self.generator(batch["source"])}

    def pixel_loss(self, batch: Mapping, generated: dict):
        """How far the generated pixels are from the original's."""
        return CRITERIA[self.criterion](batch["target"], generated["image"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {}

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {"pixel": self.pixel_loss(batch, generated)}

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["target"], generated["image"]

    def call(self, inputs, training: bool = False):
        return self.generator(inputs["source"] if isinstance(inputs, dict) else inputs, training=training)
