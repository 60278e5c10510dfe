"""StyleGAN2: styles from a mapping network, mixed between layers, and a generator kept smooth along them."""

import math

from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial.expectations import inputs_by_name
from kgan.schemes.generation.conditional_gan import ConditionalGAN

ADAM = {
    "class_name": "Adam",
    "config": {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8},
}
# Latents whose styles are averaged for truncation, in all and of each class.
AVERAGED, AVERAGED_OF_A_CLASS = 4096, 512


class StyleGAN2(ConditionalGAN):
    """StyleGAN2 (Karras et al. 2020, arXiv:1912.04958, configuration F).

    The non-saturating loss with R1 on every sixteenth step, and for the generator, on every eighth, path length
    regularization: with J the Jacobian of the picture by its styles w and y standard normal,
    `E (|J^T y| / sqrt(pixels) - a)**2`, a the running mean of that length. Two latents share the layers of one picture
    (style mixing). Inference draws with one fixed noise and, on request, truncated:
    `w' = mean + truncation * (w - mean)`.

    Args:
        generator: network of `stylegan2.generator`: a layer `mapping` from latents (and labels) to styles
            `(batch, style_size)`, and a layer `synthesis` from `{"styles": (batch, layers, style_size), "noise":
            (batch, numbers)}` to images.
        discriminator: network from images (and labels) to logits.
        latent_size: numbers in a latent.
        classes: how many labels; 0 for none.
        mixing: share of pictures made of two latents.
        path_weight: of path length regularization; 0 for none.
        path_interval: steps between two evaluations of it, each so many times as strong.
        path_decay: how fast its running mean follows.

    Raises:
        ValueError: networks that do not fit together, or numbers out of range.

    Example:
        >>> model = StyleGAN2(stylegan2.generator(latent_size=64), stylegan2.discriminator(), latent_size=64)
        >>> model.compile()
        >>> model.sample(16, truncation=0.7)

    Differs from the paper: the regularizers are added to the loss of their step, in place of steps of their own.
    """

    fed_inputs = ("noise",)
    defaults = {
        "loss": "non-saturating",
        "penalty": ("r1=10/16",),
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "ema_decay": 0.998,
    }

    def __init__(
        self,
        generator,
        discriminator,
        latent_size=512,
        classes=0,
        mixing=0.9,
        path_weight=2.0,
        path_interval=8,
        path_decay=0.01,
        **kwargs,
    ):
        found = {layer.name for layer in generator.layers}
        if not {"mapping", "synthesis"} <= found:
            raise ValueError(
                "StyleGAN2: expected a generator with layers 'mapping' and 'synthesis', received one without. Build it "
                "with stylegan2.generator()."
            )
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)
        self.mixing, self.path_weight = mixing, path_weight
        self.path_interval, self.path_decay = path_interval, path_decay
        self.path_length = self.add_state("path_length", 0.0)
        self.check_numbers()

    @property
    def mapping(self):
        """The generator's network from latents to styles."""
        return self.generator.get_layer("mapping")

    @property
    def synthesis(self):
        """The generator's network from styles to images."""
        return self.generator.get_layer("synthesis")

    def check_numbers(self):
        """Each in its range."""
        wanted = {
            "mixing": 0 <= self.mixing <= 1,
            "path_weight": self.path_weight >= 0,
            "path_interval": self.path_interval >= 1 and self.path_interval == int(self.path_interval),
            "path_decay": 0 < self.path_decay <= 1,
        }
        for name, fits in wanted.items():
            if not fits:
                raise ValueError(
                    f"StyleGAN2: expected {name} in its range, received {getattr(self, name)!r}. mixing is a share, "
                    "path_weight not negative, path_interval a whole number of steps, path_decay in (0, 1]."
                )

    @property
    def input_signature(self):
        return {
            name: KerasTensor(tensor.shape, tensor.dtype, name=name)
            for name, tensor in inputs_by_name(self.mapping, "latent").items()
        }

    def styles(self, latent, label=None):
        """`w = mapping(z)`, or of z and label: (batch, style_size)."""
        return self.mapping(latent if label is None else {"latent": latent, "label": label})

    def generate(self, batch):
        count = ops.shape(batch["image"])[0]
        return {"image": self.synthesis(self.drawn(batch, count, ""))}

    def drawn(self, batch, count, use):
        """Inputs of the synthesis network for the first `count` samples of a batch; other uses, other numbers."""
        label = batch["label"][:count] if self.classes else None
        layers = self.synthesis.input["styles"].shape[1]
        first, second = (
            self.styles(self.draw(batch, f"{use}latent{which}", (count, self.latent_size)), label)
            for which in ("", " to mix")
        )
        mixed = self.draw(batch, f"{use}mixing", (count, 2), "uniform")
        # Layers from 1 to the last are where the second style may set in.
        start = 1 + ops.floor(mixed[:, 1] * (layers - 1))
        start = ops.where(mixed[:, 0] < self.mixing, start, layers)
        own = ops.arange(layers, dtype="float32")[None, :] < start[:, None]
        styles = ops.where(own[:, :, None], first[:, None], second[:, None])
        noise = self.draw(batch, f"{use}noise", (count, self.synthesis.input["noise"].shape[1]))
        return {"styles": styles, "noise": noise}

    def generator_losses(self, batch, generated):
        found = super().generator_losses(batch, generated)
        if self.path_weight:
            zero = ops.zeros((), "float32")
            penalty, length = ops.cond(
                ops.equal(ops.cast(self.steps, "int32") % self.path_interval, 0),
                lambda: self.path_terms(batch),
                lambda: (zero, zero),
            )
            self.log(batch, "generator/path_length", ops.stop_gradient(length))
            found["path"] = penalty * (self.path_weight * self.path_interval)
        return found

    def path_terms(self, batch):
        """The penalty and the mean path length, of half the batch."""
        count = (ops.shape(batch["image"])[0] + 1) // 2
        inputs = self.drawn(batch, count, "path ")
        shape = self.synthesis.outputs[0].shape[1:]
        y = self.draw(batch, "path direction", (count, *shape)) / math.sqrt(shape[0] * shape[1])

        def projected(styles):
            return ops.sum(self.synthesis({**inputs, "styles": styles}) * y, axis=(1, 2, 3))

        gradient = backend.input_gradient(projected, inputs["styles"])
        lengths = ops.sqrt(ops.mean(ops.sum(ops.square(gradient), axis=2), axis=1) + 1e-12)
        return ops.mean(ops.square(lengths - self.path_length)), ops.mean(lengths)

    def after_step(self, terms):
        length = terms.get("generator/path_length")
        if length is None:
            return {}
        moved = self.path_length + self.path_decay * (length - self.path_length)
        self.path_length.assign(ops.where(length > 0, moved, self.path_length))
        return {}

    def mean_styles(self, label=None):
        """The mean of w over many latents, of each sample's class if there are any: (1 or batch, style_size)."""
        if not self.classes:
            latent = backend.random("normal", (AVERAGED, self.latent_size), [0, 1])
            return ops.mean(self.styles(latent), axis=0, keepdims=True)
        latent = backend.random("normal", (AVERAGED_OF_A_CLASS * self.classes, self.latent_size), [0, 1])
        of_class = self.styles(
            latent, ops.repeat(ops.arange(self.classes, dtype="int32"), AVERAGED_OF_A_CLASS)
        )
        means = ops.mean(ops.reshape(of_class, (self.classes, AVERAGED_OF_A_CLASS, -1)), axis=1)
        return ops.take(means, label, axis=0)

    def call(self, inputs, training=False):
        inputs = inputs if isinstance(inputs, dict) else {"latent": inputs}
        label = inputs.get("label")
        w = self.styles(inputs["latent"], label)
        if "truncation" in inputs:
            mean = self.mean_styles(label)
            w = mean + ops.cast(inputs["truncation"], w.dtype)[:, None] * (w - mean)
        count, layers = ops.shape(w)[0], self.synthesis.input["styles"].shape[1]
        noise = backend.random("normal", (1, self.synthesis.input["noise"].shape[1]), [0, 2])
        noise = ops.broadcast_to(noise, (count, noise.shape[1]))
        styles = ops.repeat(w[:, None], layers, axis=1)
        return self.synthesis({"styles": styles, "noise": noise}, training=training)

    def sample_inputs(self, count, seed, label=None, truncation=None):
        """Inputs of `call`; `truncation` in [0, 1] pulls styles towards their mean: 0.7 is usual, 1 changes nothing."""
        inputs = super().sample_inputs(count, seed, label)
        if truncation is None:
            return inputs
        if not 0 <= truncation <= 1:
            raise ValueError(f"sample: expected truncation from 0 to 1, received {truncation!r}.")
        return {**inputs, "truncation": ops.full((count,), truncation, "float32")}
