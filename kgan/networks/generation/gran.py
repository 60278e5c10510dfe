"""A generator that draws on a canvas several times, each time looking at what it added last.

Generating Images with Recurrent Adversarial Networks (Im, Kim, Jiang and Memisevic 2016, arXiv:1602.05110, section 4):
a convolutional decoder writes, a convolutional encoder reads, both the same at each step. Their layers are DCGAN's
here, with layer normalization in place of batch normalization, whose statistics would be those of no step.
"""

import keras
from keras import layers

from kgan.networks.generation import dcgan
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 64,
    classes: int = 0,
    steps: int = 3,
    normalization: str | None = "layer",
) -> keras.Model:
    """`tanh(C[1] + ... + C[steps])`, where `C[t] = write([tanh(W z), read(C[t - 1])])` and `read(C[0]) = 0`.

    Args:
        image_size: (height, width), as for `dcgan.generator`.
        channels: channels of the image.
        latent_size: length of the latent, and of what is read of a canvas.
        width: channels of the last hidden layer of `write` and the first of `read`.
        classes: number of labels, embedded and concatenated to the latent; with 0 there is no label.
        steps: how often it draws, at least once.
        normalization: "layer", "instance" or None; "batch" mixes the steps.

    Returns:
        `generator`: (batch, latent_size), or {"latent", "label"}, to (batch, height, width, channels) in [-1, 1]. Its
        layers `canvas_1`, `canvas_2`, ... give the sum after each step, before tanh; `read` and `write` are the two
        networks.

    Raises:
        ValueError: for a size that cannot be halved so often, or no step.

    Example:
        >>> gran.generator((32, 48), channels=1, width=8).output_shape
        (None, 32, 48, 1)
    """
    if steps != int(steps) or steps < 1:
        raise ValueError(
            f"gran.generator: expected steps to be a whole number of at least 1, received {steps}. Try 3."
        )
    latent = inputs = x = keras.Input((latent_size,), name="latent")
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        x = conditions.labelled_latent(latent, label, classes)
    told = layers.Dense(latent_size, activation="tanh", name="told")(x)
    read = _reader(image_size, channels, latent_size, width, normalization)
    write = _writer(image_size, channels, 2 * latent_size, width, normalization)
    seen, canvas = layers.Rescaling(0.0, name="nothing")(told), None
    for step in range(1, steps + 1):
        added = write(layers.Concatenate(name=f"known_{step}")([told, seen]))
        add = layers.Add(dtype="float32", name=f"canvas_{step}")
        canvas = (
            add([canvas, added]) if step > 1 else layers.Identity(dtype="float32", name="canvas_1")(added)
        )
        seen = read(added) if step < steps else None
    image = layers.Activation("tanh", dtype="float32", name="image")(canvas)
    return keras.Model(inputs, image, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    width: int = 64,
    spectral_normalization: bool = False,
    classes: int = 0,
    normalization: str | None = "batch",
    conditioning: str = "concatenate",
    minibatch_deviation: bool = False,
) -> keras.Model:
    """`dcgan.discriminator`, which see."""
    return dcgan.discriminator(
        image_size,
        channels,
        width,
        spectral_normalization,
        classes,
        normalization,
        conditioning,
        minibatch_deviation,
    )


def _writer(image_size, channels, known, width, normalization):
    doublings, (rows, columns) = grid_of(image_size, "gran.generator")
    filters = width * 2 ** (doublings - 1)
    inputs = keras.Input((known,), name="known")
    x = layers.Dense(rows * columns * filters, name="start")(inputs)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    for index in range(1, doublings + 1):
        x = normalize(x, normalization, f"normalization_{index}")
        x = layers.ReLU(name=f"rectifier_{index}")(x)
        if index < doublings:
            filters //= 2
            x = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"up_{index}")(x)
    x = layers.Conv2DTranspose(channels, 4, 2, "same", dtype="float32", name="added")(x)
    return keras.Model(inputs, x, name="write")


def _reader(image_size, channels, units, width, normalization):
    halvings, _ = grid_of(image_size, "gran.generator")
    inputs = x = keras.Input((*image_size, channels), name="added")
    for index in range(1, halvings + 1):
        x = layers.Conv2D(width * 2 ** (index - 1), 4, 2, "same", name=f"down_{index}")(x)
        x = normalize(x, normalization, f"normalization_{index}") if index > 1 else x
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    x = layers.Dense(units, activation="tanh", name="seen")(layers.Flatten(name="features")(x))
    return keras.Model(inputs, x, name="read")
