"""FreeFormInpainting: holes of any form in images of any size."""

from collections.abc import Mapping

from keras import ops

from kgan import objectives
from kgan.adversarial.networks import inputs_by_name
from kgan.schemes.inpainting.inpainting import Inpainting

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-4, "beta_1": 0.5}}


class FreeFormInpainting(Inpainting):
    """Free-form image inpainting with gated convolution (Yu et al. 2019, arXiv:1806.03589).

    With x an image, M its mask (1 in the hole), G the generator and `y = M G(x, M) + (1 - M) x`,

    - D minimises `E relu(1 - D(x, M)) + E relu(1 + D(y, M))`, D being spectrally normalized with a map of logits,
    - G minimises `-E D(y, M) + E |x - G(x, M)|`, with the same L1 on the first of two stages, if it has two.

    Adam at 1e-4 with beta_1 of 0.5, as in the authors' code; the paper names none.

    Args:
        generator: network from `{"image", "mask"}` to a picture, or to `{"coarse", "image"}`.
        discriminator: network from `{"image", "mask"}`, or from images, to logits.
        fill: what the generator is shown in place of the hole.

    Example:
        >>> model = FreeFormInpainting(gated_inpainting.generator(), gated_inpainting.discriminator())
        >>> model.compile()
        >>> model.fit({"image": images, "mask": masks}, batch_size=16)
        >>> whole = model.predict({"image": broken, "mask": mask})
    """

    defaults = {"loss": "hinge", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.generator, "image")

    def paint(self, visible, hole, training: bool | None = None):
        hole = ops.cast(hole, "float32")
        made = self.generator({"image": visible, "mask": hole}, training=training)
        if not isinstance(made, dict):
            return {"picture": made, "hole": hole}
        return {"coarse": made["coarse"], "picture": made["image"], "hole": hole}

    def judge(self, image, hole, batch):
        """D's logits for an image, beside its mask if D sees that."""
        if "mask" not in inputs_by_name(self.discriminator, "image"):
            return self.discriminator(image)
        return self.discriminator({"image": image, "mask": self.seen(batch, hole, color=False)})

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        return self.contest(
            batch, side, lambda x: self.judge(x, generated["hole"], batch), batch["image"], generated["image"]
        )

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        l1 = objectives.l1(batch["image"], generated["picture"])
        coarse = {}
        if "coarse" in generated:
            coarse["coarse_l1"] = objectives.l1(batch["image"], generated["coarse"])
        return {**self.played(batch, generated, "generator"), "l1": l1, **coarse}
