"""DCGAN: convolutions with stride in place of pooling (Radford, Metz and Chintala 2015, arXiv:1511.06434).

At 64x64 with width 64 the layers are those of the PyTorch example of the same name: 4x4 kernels, stride 2,
512-256-128-64 channels (the paper's figure, with 5x5 kernels, has twice as many). Trainable parameters there,
and here: generator 3,576,704 with a latent of 100, discriminator 2,765,568.
"""

import keras
from keras import layers

from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.spectral import spectral_wrapper


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 64,
    classes: int = 0,
    normalization: str | None = "batch",
) -> keras.Model:
    """A dense layer to the start grid, then a transposed convolution a doubling; rectifiers, tanh at the end.

    Args:
        image_size: (height, width), shorter side 16 to 128; multiples of 4, 8, 16, 32 from 16, 32, 64, 128
            pixels on. The start grid is image_size / 2**k: 32x48 starts at 4x6.
        channels: channels of the image.
        latent_size: length of the latent.
        width: channels of the last hidden layer; each earlier one has twice those of its successor.
        classes: number of labels, embedded and concatenated to the latent; with 0 there is no label.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: (batch, latent_size), or {"latent", "label"}, to (batch, height, width, channels) in
        [-1, 1].

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> dcgan.generator((32, 48), channels=1, width=8).output_shape
        (None, 32, 48, 1)
    """
    doublings, (rows, columns) = grid_of(image_size, "dcgan.generator")
    settings = {"use_bias": normalization is None, "kernel_initializer": _initializer(normalization)}
    latent = inputs = keras.Input((latent_size,), name="latent")
    x = latent
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        x = conditions.labelled_latent(latent, label, classes)

    filters = width * 2 ** (doublings - 1)
    x = layers.Dense(rows * columns * filters, name="start", **settings)(x)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    for index in range(1, doublings + 1):
        x = normalize(x, normalization, f"normalization_{index}")
        x = layers.ReLU(name=f"rectifier_{index}")(x)
        if index < doublings:
            filters //= 2
            x = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"up_{index}", **settings)(x)
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="image", **settings
    )(x)
    return keras.Model(inputs, x, name="generator")


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
    """One convolution with stride a halving, leaky rectifiers, and a linear layer to the logit.

    Args:
        image_size, channels: of the image, as for `generator`.
        width: channels of the first layer; each later one has twice those of its predecessor.
        spectral_normalization: wrap every layer with weights; usually with `normalization=None`.
        classes: number of labels; with 0 there is no label.
        normalization: of all hidden layers but the first: "batch", "batch-per-replica", "layer", "instance"
            or None. A gradient penalty per sample (WGAN-GP) must not meet "batch".
        conditioning: "concatenate" (a learned plane a class beside the image) or "projection" (on the
            features that the last layer sees).
        minibatch_deviation: show the last layer how varied its batch is, as one more channel (Karras et al. 2018,
            arXiv:1710.10196); against a generator that draws one picture for all latents.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"image", "label"}, to logits (batch, 1),
        float32.

    Raises:
        ValueError: for a size that cannot be halved so often, or an unknown option.
    """
    conditions.check_conditioning(conditioning, "dcgan.discriminator")
    halvings, _ = grid_of(image_size, "dcgan.discriminator")
    settings = {"use_bias": normalization is None, "kernel_initializer": _initializer(normalization)}
    wrap = spectral_wrapper(spectral_normalization)
    image = inputs = keras.Input((*image_size, channels), name="image")
    x = image
    if classes:
        label = conditions.label_input()
        inputs = {"image": image, "label": label}
        if conditioning == "concatenate":
            x = conditions.label_plane(image, label, classes)

    for index in range(1, halvings + 1):
        filters = width * 2 ** (index - 1)
        x = wrap(layers.Conv2D(filters, 4, 2, "same", name=f"down_{index}", **settings))(x)
        if index > 1:
            x = normalize(x, normalization, f"normalization_{index}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    if minibatch_deviation:
        x = MinibatchStandardDeviation(name="deviation")(x)
    features = layers.Flatten(name="features")(x)
    logit = wrap(layers.Dense(1, dtype="float32", name="logit", **settings))(features)
    if classes and conditioning == "projection":
        projected = conditions.project(features, label, classes, wrap)
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, projected])
    return keras.Model(inputs, logit, name="discriminator")


def _initializer(normalization: str | None):
    """The paper's normal(0, 0.02) needs a normalisation behind it; without one the signal would fade."""
    return keras.initializers.RandomNormal(stddev=0.02) if normalization else "glorot_uniform"
