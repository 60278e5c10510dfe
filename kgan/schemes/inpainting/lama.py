"""LaMa: large holes, judged patch by patch and by what networks see from afar."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan import objectives
from kgan.adversarial.networks import inputs_by_name
from kgan.schemes.inpainting.inpainting import Inpainting

ACTIVATIONS = (keras.layers.LeakyReLU, keras.layers.ReLU, keras.layers.Activation)


class LaMa(Inpainting):
    """Resolution-robust large mask inpainting (Suvorov et al. 2022, arXiv:2109.07161).

    With x an image, M its mask (1 in the hole), G the generator, `y = M G(x, M) + (1 - M) x`, m the patches of D that
    the hole touches, phi features of a network that sees far, and d those of D's hidden layers,

    - D minimises `E -log D(x) - E [m log(1 - D(y)) + (1 - m) log D(y)] + 0.001 E |grad D(x)|**2`,
    - G minimises `10 E -log D(y) + 30 E (phi(x) - phi(y))**2 + 100 E |d(x) - d(y)| + 10 E |x - G(x, M)|`, the last
      where x is known.

    Adam at 1e-3 for G and 1e-4 for D, batches of 30 crops of 256.

    Args:
        generator: network from `{"image", "mask"}` to a picture.
        discriminator: functional network from images to a map of logits; its hidden activations are d. The paper's is
            `patchgan.discriminator(patch=142)`.
        perceptual: `objectives.Perceptual` with criterion "l2", or None. The paper's phi are of a dilated ResNet-50.
        perceptual_scale: how many times smaller, by averages, pictures are for phi, so that it sees so much farther.
        fill: what the generator is shown in place of the hole.

    Raises:
        ValueError: a discriminator without hidden activations, or a scale below 1.

    Example:
        >>> model = LaMa(lama.generator(), patchgan.discriminator(patch=142, normalization=None), perceptual)
        >>> model.compile()
        >>> model.fit({"image": images, "mask": masks}, batch_size=30)
        >>> whole = model.predict({"image": broken, "mask": mask})

    `loss_weights={"generator/hole": 1.0}` adds the L1 distance in the hole, which the paper warns of: it blurs. Differs
    from the paper: D, phi and d see the picture with what is known put back, where the authors' code shows them
    `G(x, M)` whole; the R1 penalty counts half of the square, so its weight is twice theirs; d is compared by L1, as
    in pix2pixHD, which the paper takes it from. The L1 of what is known is in the authors' code alone.
    """

    defaults = {
        "loss": "non-saturating",
        "penalty": ("r1=0.002",),
        "loss_weights": {
            "generator/adversarial": 10.0,
            "generator/perceptual": 30.0,
            "generator/features": 100.0,
            "generator/known": 10.0,
            "generator/hole": 0.0,
        },
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-3}},
        "discriminator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-4}},
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        perceptual=None,
        perceptual_scale: int = 1,
        fill: float = 0.0,
        **kwargs,
    ) -> None:
        super().__init__(generator, discriminator, fill, **kwargs)
        if perceptual_scale < 1 or perceptual_scale != int(perceptual_scale):
            raise ValueError(
                f"LaMa: expected a perceptual_scale of a whole number from 1 on, received {perceptual_scale}. 1 leaves "
                "pictures as they are."
            )
        self.perceptual, self.perceptual_scale = perceptual, perceptual_scale
        self.layers_of_discriminator = HiddenLayers(discriminator)

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.generator, "image")

    def paint(self, visible, hole, training: bool | None = None):
        hole = ops.cast(hole, "float32")
        return {
            "picture": self.generator({"image": visible, "mask": hole}, training=training),
            "hole": hole,
        }

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        hole = self.seen(batch, generated["hole"], color=False)

        def relabel(logits):
            # The losses of real and fake are each other's mirror images: a turned logit counts as a real one.
            return ops.where(touched(hole, logits), logits, -logits)

        return self.contest(
            batch,
            "discriminator",
            self.discriminator,
            batch["image"],
            generated["image"],
            relabel=relabel,
        )

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        image, made, hole = batch["image"], generated["image"], generated["hole"]
        noted = {}

        def judge(x):
            logits, noted["features"] = self.layers_of_discriminator(x)
            return logits

        found = self.contest(batch, "generator", judge, image, made)
        fake = noted["features"]
        real = self.layers_of_discriminator(self.seen(batch, image))[1]
        found["features"] = objectives.feature_matching(real, fake)
        if self.perceptual is not None:
            found["perceptual"] = self.perceptual(self.reduced(image), self.reduced(made))
        picture = generated["picture"]
        return {
            **found,
            "known": objectives.l1(image, picture, mask=1.0 - hole),
            "hole": objectives.l1(image, picture, mask=hole),
        }

    def reduced(self, images):
        """Images as the perceptual network sees them."""
        size = self.perceptual_scale
        return images if size == 1 else ops.average_pool(images, size, size, padding="same")


def touched(mask, logits):
    """Which of a map's cells a hole touches, each cell its even share of the picture.

    Args:
        mask: `(batch, height, width, 1)`, above 0 in the hole.
        logits: `(batch, rows, columns, channels)`.

    Returns:
        bool, `(batch, rows, columns, 1)`.
    """
    overlaps = []
    for pixels, cells in zip(ops.shape(mask)[1:3], ops.shape(logits)[1:3], strict=True):
        pixel, cell = ops.arange(pixels)[None], ops.arange(cells)[:, None]
        inside = ops.logical_and((pixel + 1) * cells > cell * pixels, pixel * cells < (cell + 1) * pixels)
        overlaps.append(ops.cast(inside, "float32"))
    hole = ops.cast(mask[..., 0] > 0, "float32")
    rows, columns = overlaps
    return (ops.matmul(ops.matmul(rows, hole), ops.transpose(columns)) > 0)[..., None]


class HiddenLayers:
    """A discriminator's logits beside what its hidden activations are. No layer: it has nothing of its own.

    Args:
        discriminator: functional `keras.Model`.

    Raises:
        ValueError: if it has no hidden activation.
    """

    def __init__(self, discriminator: keras.Model) -> None:
        layers = [layer for layer in getattr(discriminator, "layers", ()) if isinstance(layer, ACTIVATIONS)]
        if not layers or not getattr(discriminator, "inputs", None):
            raise ValueError(
                f"LaMa: expected a functional discriminator whose hidden layers end in activations of their own, as "
                f"their features are compared, received {discriminator.name!r} with {len(layers)}. Build it with "
                "patchgan.discriminator(patch=142, normalization=None)."
            )
        self._whole = keras.Model(
            discriminator.inputs,
            {"logits": discriminator.outputs[0], "features": [layer.output for layer in layers]},
        )

    def __call__(self, images) -> tuple:
        """Logits, and a list of features."""
        found = self._whole(images)
        return found["logits"], found["features"]
