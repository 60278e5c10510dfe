"""ProgressiveGAN: small pictures first; both networks grow, and each new level fades in."""

from keras import KerasTensor, ops

from kgan.adversarial.networks import inputs_by_name
from kgan.schemes.generation.conditional_gan import ConditionalGAN

ADAM = {
    "class_name": "Adam",
    "config": {"learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8},
}


class ProgressiveGAN(ConditionalGAN):
    """Progressive growing (Karras et al. 2018, arXiv:1710.10196).

    One model is one level, trained on pictures of its size; the next, twice as large, takes over with `grow` what it
    has learned. For `fade_steps` steps its new layers fade in, in both networks and in the real pictures alike: with
    `alpha = min(steps / fade_steps, 1)`, `low` the mean of 2x2 pixels and `up` nearest neighbours,

        image = up(to_image_old(x)) + alpha (to_image(layers(up(x))) - up(to_image_old(x)))
        real = up(low(real)) + alpha (real - up(low(real))).

    WGAN-GP with one update of D a step, and the drift term `0.001 E D(x)**2`; Adam at 0.001 with betas of 0 and 0.99;
    a moving average of the generator with a decay of 0.999; batches of 16. Equalised learning rates, pixelwise
    normalization and the minibatch standard deviation are in the networks, `kgan.networks.progressive`.

    Args:
        generator: network from latents to images; above the first level, from `{"latent", "alpha"}`, and "label" if
            there are classes.
        discriminator: network from such images (`{"image", "alpha"}` and "label") to logits.
        latent_size: numbers in a latent.
        classes: how many labels; 0 for none.
        fade_steps: steps in which the last level fades in; 0 for networks that are grown.

    Raises:
        ValueError: networks of two levels or sizes, or a fade that no network can make.

    Example:
        >>> small, large = (
        ...     ProgressiveGAN(
        ...         progressive.generator((8, 8), latent_size=16, level=level),
        ...         progressive.discriminator((8, 8), level=level),
        ...         latent_size=16,
        ...         fade_steps=100 * level,
        ...     )
        ...     for level in (0, 1)
        ... )
        >>> small.compile()
        >>> small.fit(images)  # of 8x8 pixels or twice, four times as many: it sees means of them
        >>> large.compile()
        >>> large.grow(small)
        >>> large.fit(images)

    Differs from the paper: its gain of sqrt(2) stands behind the rectifiers, where it multiplies biases too; labels, if
    there are any, are projected (Miyato and Koyama 2018); optimizers start anew at each level, as in the authors' code.
    """

    command_name = "progressive"
    grows = True
    fed_inputs = ("alpha",)
    defaults = {
        "loss": "wasserstein",
        "penalty": ("wgan-gp", "drift"),
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "ema_decay": 0.999,
    }

    def __init__(self, generator, discriminator, latent_size=128, classes=0, fade_steps=0, **kwargs):
        told = ["alpha" in inputs_by_name(network, "one") for network in (generator, discriminator)]
        if told[0] != told[1]:
            raise ValueError(
                "ProgressiveGAN: expected a generator and a discriminator of one level, received one with an input "
                "'alpha' and one without. Build both with the same level."
            )
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)
        self.fade_steps, self.fades = fade_steps, told[0]
        if fade_steps != int(fade_steps) or fade_steps < 0 or (fade_steps and not self.fades):
            raise ValueError(
                f"ProgressiveGAN: expected fade_steps to be a whole number, 0 for the first level, received "
                f"{fade_steps!r}. Build networks with a level above 0, or leave it out."
            )

    @property
    def batch_shapes(self):
        *_, channels = inputs_by_name(self.discriminator, "image")["image"].shape
        return {**super().batch_shapes, "image": (None, None, None, channels)}

    @property
    def input_signature(self):
        return {
            name: KerasTensor(tensor.shape, tensor.dtype, name=name)
            for name, tensor in inputs_by_name(self.generator, "latent").items()
            if name != "alpha"
        }

    @property
    def size(self):
        """(height, width) of this level's pictures."""
        return tuple(inputs_by_name(self.discriminator, "image")["image"].shape[1:3])

    def alpha(self):
        """How far the last level has faded in, 0 to 1."""
        if not self.fade_steps:
            return ops.ones((), "float32")
        return ops.minimum(ops.cast(self.steps, "float32") / self.fade_steps, 1.0)

    def fed(self, inputs, only):
        """Inputs of a network: with alpha, if it fades; alone, if there is one."""
        if self.fades:
            inputs = {**inputs, "alpha": ops.broadcast_to(self.alpha(), (ops.shape(inputs[only])[0],))}
        return inputs if len(inputs) > 1 else inputs[only]

    def shown(self, image):
        """Real pictures at this level's size, without what fades in as far as it has not."""
        sides = image.shape[1:3]
        factor = None if None in sides else sides[0] // self.size[0]
        if not factor or tuple(side // factor for side in sides) != self.size or sides[0] % factor:
            raise ValueError(
                f"ProgressiveGAN: expected images of {self.size[0]}x{self.size[1]} pixels or a multiple, received "
                f"{sides[0]}x{sides[1]}. Resize the images, or build the networks for theirs."
            )
        image = ops.average_pool(image, factor, data_format="channels_last") if factor > 1 else image
        if not self.fade_steps:
            return image
        low = ops.average_pool(image, 2, data_format="channels_last")
        old = ops.repeat(ops.repeat(low, 2, axis=1), 2, axis=2)
        return old + ops.cast(self.alpha(), image.dtype) * (image - old)

    def generate(self, batch):
        latent = self.draw(batch, "latent", (ops.shape(batch["image"])[0], self.latent_size))
        label = {"label": batch["label"]} if self.classes else {}
        return {"image": self.generator(self.fed({"latent": latent, **label}, "latent"))}

    def judge(self, image, batch):
        label = {"label": batch["label"]} if self.classes else {}
        return self.discriminator(self.fed({"image": image, **label}, "image"))

    def played(self, batch, generated, side):
        def judge(image):
            return self.judge(image, batch)

        return self.contest(batch, side, judge, self.shown(batch["image"]), generated["image"])

    def images_to_compare(self, batch, generated):
        return self.shown(batch["image"]), generated["image"]

    def after_step(self, terms):
        return {"alpha": self.alpha()} if self.fade_steps else {}

    def call(self, inputs, training=False):
        inputs = inputs if isinstance(inputs, dict) else {"latent": inputs}
        return self.generator(self.fed(inputs, "latent"), training=training)

    def grow(self, smaller: "ProgressiveGAN") -> None:
        """Take over what a model of the level below has learned: weights and moving averages, by layer.

        Call it after `compile`. Layers that the smaller one does not have keep what they start with.

        Raises:
            ValueError: no layer in common, or one of another shape.
        """
        learned = {id(variable): average for variable, average in smaller.averages.pairs}
        for ours, theirs in (
            (self.generator, smaller.generator),
            (self.discriminator, smaller.discriminator),
        ):
            known = _weights(theirs)
            shared = [name for name in _weights(ours) if name in known]
            differing = [name for name in shared if _weights(ours)[name].shape != known[name].shape]
            if differing or not shared:
                found = f"another {differing[0]}" if differing else "none of them"
                raise ValueError(
                    f"grow: expected a model with layers of the same names and shapes, received one whose "
                    f"{theirs.name} has {found}. Build both levels with one image_size, width, most and latent_size."
                )
            averages = {id(variable): average for variable, average in self.averages.pairs}
            for name in shared:
                ours_now, before = _weights(ours)[name], known[name]
                ours_now.assign(before)
                if id(ours_now) in averages:
                    averages[id(ours_now)].assign(learned.get(id(before), before))


def _weights(network):
    """A network's weights by the names of layer and weight."""
    return {f"{layer.name}/{weight.name}": weight for layer in network.layers for weight in layer.weights}
