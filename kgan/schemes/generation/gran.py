"""GRAN: a generator that draws on one canvas several times."""

import keras
from keras import ops

from kgan.schemes.generation.conditional_gan import ConditionalGAN


class GRAN(ConditionalGAN):
    """Generative recurrent adversarial network (Im, Kim, Jiang and Memisevic 2016, arXiv:1602.05110).

    The generator draws at steps 1, ..., T, the same networks each time: with `h = tanh(W z)`,

        C[t] = write([h, read(C[t - 1])]),  read(C[0]) = 0,  G(z) = tanh(C[1] + ... + C[T]).

    Only the last canvas is judged, by the losses of a `GAN`; gradients flow back through all steps. Adam at 2e-4 with
    beta_1 of 0.5.

    Args:
        generator: network of `gran.generator`: layers `canvas_1`, `canvas_2`, ..., the sums before tanh.
        discriminator: network from images (and labels) to logits, as DCGAN's.
        latent_size: numbers in a latent.
        classes: how many labels; 0 for none.

    Raises:
        ValueError: a generator without canvases.

    Example:
        >>> model = GRAN(gran.generator((32, 32), steps=3), gran.discriminator((32, 32)), latent_size=128)
        >>> model.compile()
        >>> model.fit(images)
        >>> len(model.canvases(model.sample_inputs(4, seed=0)))
        3

    Differs from the paper: pictures are in [-1, 1], so tanh stands for its sigmoid; one latent for all steps, which is
    one of its two variants.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_size: int = 128,
        classes: int = 0,
        **kwargs,
    ) -> None:
        if not _canvases(generator):
            raise ValueError(
                f"GRAN: expected a generator with layers 'canvas_1' and so on, received {generator.name!r} without. "
                "Build it with gran.generator()."
            )
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)

    def canvases(self, inputs: dict) -> list:
        """The canvas after each step, as arrays; the last is what `predict` gives.

        Args:
            inputs: as for `call`: `{"latent": (batch, latent_size)}`, and "label" if there are classes.
        """
        steps = keras.Model(self.generator.input, [layer.output for layer in _canvases(self.generator)])
        with self.averages.lent():
            found = steps(inputs if self.classes else inputs["latent"], training=False)
            return [ops.convert_to_numpy(ops.tanh(canvas)) for canvas in keras.tree.flatten(found)]


def _canvases(generator):
    found = [layer for layer in generator.layers if layer.name.startswith("canvas_")]
    return sorted(found, key=lambda layer: int(layer.name.removeprefix("canvas_")))
