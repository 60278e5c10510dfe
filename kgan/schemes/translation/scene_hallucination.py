"""SceneHallucination: a picture of a map of classes that looks as its attributes say: bright, warm, hazy."""

from collections.abc import Mapping

import keras
import numpy as np

from kgan.adversarial.networks import inputs_by_name
from kgan.layers.label_maps import with_attributes
from kgan.schemes.translation.spade import SPADE


class SceneHallucination(SPADE):
    """Scenes from layout and attributes (Karacan et al. 2020, arXiv:1808.07413, section 3.1).

    Of triples (s, a, y), a map of classes, numbers that say how the whole scene looks, and its picture, G makes G(s, a)
    and the discriminators see pictures beside both, each attribute as a plane that is the same everywhere. The game,
    its weights and its settings are those of `SPADE`. A look that was made so for a photograph's own map is given to
    the photograph by `kgan.pictures.look.transfer_look`: what is in it stays as it is. Attributes of pictures with
    label maps, computed or of a CSV file, are added by `kgan.data.kinds.scene_attributes`.

    Args:
        generator: network from `{"source": (batch, height, width, 1), "attributes": (batch, numbers)}` to pictures:
            `spade.generator(attributes=...)`.
        discriminator: network of `multiscale_patchgan` with `source_channels` of classes and attributes together.
        perceptual: `objectives.Perceptual`, or None.

    Raises:
        ValueError: a generator without attributes, or networks that do not fit together.

    Example:
        >>> model = SceneHallucination(
        ...     spade.generator((64, 64), classes=8, width=8, hidden=16, attributes=4),
        ...     multiscale_patchgan.discriminator(source_channels=8 + 4, patch=34, width=16),
        ... )
        >>> model.compile()
        >>> model.fit((maps, attributes, pictures))  # attributes of about mean 0 and deviation 1
        >>> model.predict({"source": maps, "attributes": warmer})

    Differs from the paper: SPADE's networks and game, where it has U-Net-like ones of several scales with a perceptual
    term; no latent, so that a map and its attributes give one picture; discriminators do not see mismatched attributes.
    """

    batch_keys = ("source", "attributes", "target")

    def __init__(self, generator: keras.Model, discriminator: keras.Model, perceptual=None, **kwargs) -> None:
        if set(inputs_by_name(generator, "source")) != {"source", "attributes"}:
            raise ValueError(
                "SceneHallucination: expected a generator with inputs 'source' and 'attributes', received one with "
                f"{sorted(inputs_by_name(generator, 'source'))}. Build it with spade.generator(attributes=4), say."
            )
        super().__init__(generator, discriminator, perceptual, **kwargs)

    @property
    def attributes(self) -> int:
        """How many numbers say how a scene looks."""
        return inputs_by_name(self.generator, "source")["attributes"].shape[-1]

    @property
    def planes_told(self) -> int:
        return self.classes + self.attributes

    @property
    def batch_shapes(self) -> dict:
        return {**super().batch_shapes, "attributes": (None, self.attributes)}

    def told(self, batch: Mapping, dtype: str):
        return with_attributes(super().told(batch, dtype), batch["attributes"])

    def generate(self, batch: Mapping) -> dict:
        return {"image": self.generator({name: batch[name] for name in ("source", "attributes")})}

    def call(self, inputs, training: bool = False):
        return self.generator(inputs, training=training)

    def reference_inputs(self, name: str) -> list[dict]:
        random = np.random.default_rng(1)
        return [
            {
                **told,
                "attributes": random.normal(size=(len(told["source"]), self.attributes)).astype("float32"),
            }
            for told in super().reference_inputs(name)
        ]
