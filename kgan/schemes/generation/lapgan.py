"""LAPGAN: one adversarial pair a level of a Laplacian pyramid, each told what is coarser than it."""

from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial import terms
from kgan.adversarial.networks import inputs_by_name, outputs_by_name
from kgan.layers.bilinear_doubling import BilinearDoubling
from kgan.layers.laplacian_pyramid import gaussian
from kgan.schemes.generation.conditional_gan import ConditionalGAN


class LAPGAN(ConditionalGAN):
    """Laplacian pyramid of adversarial networks (Denton, Chintala, Szlam and Fergus 2015, arXiv:1506.05751).

    `I[0]` is a picture at its coarsest level, `I[k]` at level k, `low[k] = double(I[k - 1])`. The pair of level 0 is a
    GAN of `I[0]`; that of level k draws what `low[k]`, a real one in training, lacks, and judges the sum:

    - `D[k]` minimises `E -log D[k](I[k]) + E -log(1 - D[k](low[k] + G[k](z[k], low[k])))`,
    - `G[k]` minimises `E -log D[k](low[k] + G[k](z[k], low[k]))`.

    No level learns of another. To draw, `I[k] = double(I[k - 1]) + G[k](z[k], double(I[k - 1]))` from coarse to fine;
    z[k] is then a fixed random projection of the latent, normal like it, so that one latent is one picture.

    Args:
        generator: network of `lapgan.generator`: layers `level_0`, from latents to coarse pictures, and `level_1`, ...,
            from `{"low", "noise"}` to what is to be added; with "label" if there are classes.
        discriminator: network of `lapgan.discriminator`: layers of the same names, from pictures to logits.
        latent_size: numbers in a latent.
        classes: how many labels; 0 for none.

    Raises:
        ValueError: networks without such layers, or of other levels.

    Example:
        >>> model = LAPGAN(lapgan.generator((32, 32)), lapgan.discriminator((32, 32)), latent_size=128)
        >>> model.compile()
        >>> model.fit(images)
        >>> [image.shape[1] for image in model.chain(model.sample_inputs(4, seed=0))]
        [8, 16, 32]

    Differs from the paper: all levels are updated in one step; noise is normal; Adam at 2e-4 with beta_1 of 0.5 in
    place of SGD with a growing momentum.
    """

    fed_inputs = ("noise",)
    discriminator_output = None  # a logit a level, which is checked here

    def __init__(self, generator, discriminator, latent_size=128, classes=0, **kwargs):
        names = [
            [layer.name for layer in network.layers if layer.name.startswith("level_")]
            for network in (generator, discriminator)
        ]
        if not names[0] or sorted(names[0]) != sorted(names[1]):
            raise ValueError(
                f"LAPGAN: expected a generator and a discriminator with a layer a level, 'level_0', 'level_1' and so "
                f"on, received {len(names[0])} and {len(names[1])}. Build both with lapgan and one image_size."
            )
        wrong = [shape for shape in outputs_by_name(discriminator).values() if shape[1:] != (1,)]
        if wrong:
            raise ValueError(
                f"LAPGAN: expected a discriminator that returns one logit a sample, (batch, 1), of each level, "
                f"received {wrong[0]}. Change its last layers."
            )
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)

    @property
    def levels(self):
        """(generator, discriminator) of each level, the coarsest first: layers of the two networks."""
        count = sum(layer.name.startswith("level_") for layer in self.generator.layers)
        return [
            tuple(network.get_layer(f"level_{index}") for network in (self.generator, self.discriminator))
            for index in range(count)
        ]

    @property
    def input_signature(self):
        return {
            name: KerasTensor(tensor.shape, tensor.dtype, name=name)
            for name, tensor in inputs_by_name(self.generator, "latent").items()
            if name != "noise"
        }

    def told(self, batch):
        """The label, as networks take it beside other inputs."""
        return {"label": batch["label"]} if self.classes else {}

    def pyramid(self, batch):
        """Of each level the real picture and, above the coarsest, the one below it, doubled: (I[k], low[k])."""
        images = gaussian(batch["image"], len(self.levels) - 1)
        return list(zip(images, [None, *map(BilinearDoubling(), images[:-1])], strict=True))

    def generate(self, batch):
        made = {}
        for index, ((network, _), (image, low)) in enumerate(
            zip(self.levels, self.pyramid(batch), strict=True)
        ):
            count = ops.shape(image)[0]
            if index == 0:
                latent = {"latent": self.draw(batch, "latent", (count, self.latent_size)), **self.told(batch)}
                made["level_0"] = network(latent if self.classes else latent["latent"])
            else:
                noise = self.draw(batch, f"noise {index}", (count, image.shape[1] * image.shape[2]))
                made[f"level_{index}"] = low + network({"low": low, "noise": noise, **self.told(batch)})
        return {**made, "image": made[f"level_{index}"]}

    def played(self, batch, generated, side):
        found = []
        for index, ((_, judge), (image, _)) in enumerate(zip(self.levels, self.pyramid(batch), strict=True)):

            def judged(seen, judge=judge):
                return judge({"image": seen, **self.told(batch)} if self.classes else seen)

            size = "{}x{}".format(*image.shape[1:3])
            found.append(self.contest(batch, side, judged, image, generated[f"level_{index}"], of=size))
        return terms.summed(*found)

    def noise_of(self, latent):
        """Noise of all levels, a fixed random projection of the latent: standard normal if that is."""
        numbers = inputs_by_name(self.generator, "latent")["noise"].shape[1]
        projection = backend.random("normal", (self.latent_size, numbers), [0, 1])
        return ops.matmul(ops.cast(latent, "float32"), projection) / self.latent_size**0.5

    def drawn(self, inputs, training=False):
        """The picture at each level, the coarsest first, each made of the one before."""
        told, noise, start = self.told(inputs), self.noise_of(inputs["latent"]), 0
        latent = inputs["latent"]
        images = [self.levels[0][0]({"latent": latent, **told} if told else latent, training=training)]
        for network, _ in self.levels[1:]:
            low = BilinearDoubling()(images[-1])
            stop = start + low.shape[1] * low.shape[2]
            high = network({"low": low, "noise": noise[:, start:stop], **told}, training=training)
            images.append(low + high)
            start = stop
        return images

    def call(self, inputs, training=False):
        return self.drawn(inputs if isinstance(inputs, dict) else {"latent": inputs}, training)[-1]

    def chain(self, inputs: dict) -> list:
        """The picture at each level on the way from coarse to fine, as arrays; the last is what `predict` gives.

        Args:
            inputs: as for `call`: `{"latent": (batch, latent_size)}`, and "label" if there are classes.
        """
        with self.averages.lent():
            return [ops.convert_to_numpy(image) for image in self.drawn(inputs)]
