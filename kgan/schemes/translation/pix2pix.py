"""Pix2Pix: a picture into its partner, judged beside the picture that it was made of."""

from collections.abc import Mapping

import keras

from kgan import backend, objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class Pix2Pix(AdversarialModel):
    """Image-to-image translation with a conditional GAN (Isola et al. 2017, arXiv:1611.07004).

    Of pairs (x, y), G makes y out of x, and D sees either beside x:

    - D minimises `1/2 (E -log D(x, y) + E -log(1 - D(x, G(x))))`,
    - G minimises `E -log D(x, G(x)) + 100 E |y - G(x)|`,

    each mean over D's patches; Adam at 2e-4 with beta_1 of 0.5, batches of 1.

    Args:
        generator: network from sources `(batch, height, width, channels)` to targets of the same height and
            width, in [-1, 1]. Its dropout is the paper's noise.
        discriminator: network from `{"source", "target"}` to logits; or from targets alone, which is the paper's
            unconditional variant.
        noise_at_inference: whether dropout stays on in `predict` and exports, as in the paper. Off, they are
            deterministic.

    Raises:
        ValueError: a discriminator with other inputs.

    Example:
        >>> model = Pix2Pix(unet.generator((128, 128)), patchgan.discriminator(source_channels=3))
        >>> model.compile(generator_optimizer=keras.optimizers.Adam(LinearDecay(2e-4, 40_000, 80_000), 0.5))
        >>> model.fit((sources, targets), batch_size=1, epochs=200)

    Differs from the paper: batch normalization uses its moving statistics at inference, not those of the image
    at hand, so that an image's result does not depend on the batch it came in; `normalization="instance"`
    networks do neither. D is updated before G.
    """

    batch_keys = ("source", "target")
    defaults = {
        "loss": "non-saturating",
        "loss_weights": {"discriminator/adversarial": 0.5, "generator/l1": 100.0},
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    # Least squares are halved on both sides as they are, which the paper does for the discriminator alone.
    weights_by_loss = {"least-squares": {"discriminator/adversarial": 1.0, "generator/adversarial": 2.0}}

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, noise_at_inference: bool = False, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        inputs = set(inputs_by_name(discriminator, "target"))
        if inputs not in ({"target"}, {"source", "target"}):
            raise ValueError(
                "Pix2Pix: expected a discriminator for 'source' and 'target', or for one image; received one with "
                f"inputs {sorted(inputs)}. Build it with patchgan.discriminator(source_channels=3)."
            )
        self.generator = generator
        self.discriminator = discriminator
        self.noise_at_inference = noise_at_inference
        self.conditional = "source" in inputs

    @property
    def batch_shapes(self) -> dict:
        judged = inputs_by_name(self.discriminator, "target")
        return {
            "source": inputs_by_name(self.generator, "source")["source"].shape,
            "target": judged["target"].shape,
        }

    @property
    def input_signature(self) -> dict:
        return inputs_by_name(self.generator, "source")

    def generate(self, batch: Mapping) -> dict:
        return {"image": self.generator(batch["source"])}

    def judge(self, image, batch: Mapping):
        """D's logits for an image, beside its source if D is conditional."""
        if not self.conditional:
            return self.discriminator(image)
        return self.discriminator({"source": self.seen(batch, batch["source"]), "target": image})

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        return self.contest(
            batch, side, lambda image: self.judge(image, batch), batch["target"], generated["image"]
        )

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        l1 = objectives.l1(batch["target"], generated["image"])
        return {**self.played(batch, generated, "generator"), "l1": l1}

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return batch["target"], generated["image"]

    def call(self, inputs, training: bool = False):
        source = inputs["source"] if isinstance(inputs, dict) else inputs
        if self.noise_at_inference and not training:
            return _with_noise(self.generator, source)
        return self.generator(source, training=training)


def _with_noise(network, images):
    """What a functional network makes of images in inference mode, but for its dropout, which is on."""

    def called(layer, *inputs, **options):
        if isinstance(layer, keras.layers.Dropout):
            return layer.call(
                *inputs, training=True
            )  # Called as a layer it would put all others in training.
        return layer(*inputs, **options)

    return backend.run_graph(network, images, called)
