"""Residual networks for small images, those of WGAN-GP and SNGAN on CIFAR-10.

Improved Training of Wasserstein GANs (Gulrajani et al. 2017, arXiv:1704.00028, appendix);
Spectral Normalization for GANs (Miyato et al. 2018, arXiv:1802.05957, appendix), with class-conditional batch
normalisation (Dumoulin et al. 2017, arXiv:1610.07629) and projection (Miyato and Koyama 2018,
arXiv:1802.05637). Trainable parameters at 32x32, width 128, latent 128, added up by hand from the papers'
tables: generator 1,204,483, discriminator 1,053,825; SNGAN's generator of width 256: 4,276,739.
"""

import keras
from keras import layers

from kgan.layers.conditional_batch_normalization import ConditionalBatchNormalization
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.spectral import spectral_wrapper

SIZES = {
    "wgan-gp-cifar10": {
        "generator": {"image_size": (32, 32), "width": 128},
        "discriminator": {"image_size": (32, 32), "width": 128, "pooling": "mean"},
    },
    "sngan-cifar10": {
        "generator": {"image_size": (32, 32), "width": 256},
        "discriminator": {"image_size": (32, 32), "width": 128, "spectral_normalization": True},
    },
}


def generator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 128,
    classes: int = 0,
    normalization: str | None = "batch",
    conditioning: str = "normalization",
) -> keras.Model:
    """A dense layer to the start grid, a residual block a doubling, and a convolution to tanh.

    Args:
        image_size: (height, width), shorter side 16 to 128; the start grid is image_size / 2**k.
        channels: channels of the image.
        latent_size: length of the latent.
        width: channels of every block.
        classes: number of labels; with 0 there is no label.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.
        conditioning: "normalization" (each class has its own scale and offset in every normalisation) or
            "concatenate" (an embedding beside the latent).

    Returns:
        `generator`: (batch, latent_size), or {"latent", "label"}, to (batch, height, width, channels) in
        [-1, 1].

    Raises:
        ValueError: for a size that cannot be halved so often, or an unknown option.

    Example:
        >>> resnet.generator(**resnet.SIZES["sngan-cifar10"]["generator"]).count_params()
    """
    doublings, (rows, columns) = grid_of(image_size, "resnet.generator")
    if conditioning not in ("normalization", "concatenate"):
        raise ValueError(
            "resnet.generator: expected conditioning to be 'normalization' or 'concatenate'; "
            f"received {conditioning!r}."
        )
    if classes and conditioning == "normalization" and normalization not in ("batch", "batch-per-replica"):
        raise ValueError(
            "resnet.generator: expected normalization 'batch' or 'batch-per-replica' with labels in it; "
            f"received {normalization!r}. Choose conditioning='concatenate' for the others."
        )
    latent = inputs = keras.Input((latent_size,), name="latent")
    x = latent
    label = None
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        if conditioning == "concatenate":
            x = conditions.labelled_latent(latent, label, classes)

    def normalized(x, name):
        if label is not None and conditioning == "normalization":
            synchronized = normalization == "batch"
            return ConditionalBatchNormalization(classes, synchronized=synchronized, name=name)([x, label])
        return normalize(x, normalization, name)

    x = layers.Dense(rows * columns * width, name="start")(x)
    x = layers.Reshape((rows, columns, width), name="start_grid")(x)
    for index in range(1, doublings + 1):
        name = f"block_{index}"
        shortcut = layers.UpSampling2D(2, name=f"{name}_shortcut_up")(x)
        shortcut = layers.Conv2D(width, 1, name=f"{name}_shortcut")(shortcut)
        x = normalized(x, f"{name}_normalization_1")
        x = layers.ReLU(name=f"{name}_rectifier_1")(x)
        x = layers.UpSampling2D(2, name=f"{name}_up")(x)
        x = _convolution(width, f"{name}_convolution_1")(x)
        x = normalized(x, f"{name}_normalization_2")
        x = layers.ReLU(name=f"{name}_rectifier_2")(x)
        x = _convolution(width, f"{name}_convolution_2")(x)
        x = layers.Add(name=name)([x, shortcut])
    x = normalize(x, normalization, "normalization")
    x = layers.ReLU(name="rectifier")(x)
    x = layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model(inputs, x, name="generator")


def discriminator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    width: int = 128,
    spectral_normalization: bool = False,
    classes: int = 0,
    normalization: str | None = None,
    conditioning: str = "projection",
    pooling: str = "sum",
) -> keras.Model:
    """Residual blocks with average pooling down to a grid of eight, two more there, pooling, and a logit.

    Args:
        image_size, channels: of the image, as for `generator`.
        width: channels of every block.
        spectral_normalization: wrap every layer with weights.
        classes: number of labels; with 0 there is no label.
        normalization: "layer", "instance", "batch", "batch-per-replica" or None, as in both papers.
        conditioning: "projection" on the pooled features, or "concatenate" (a learned plane a class).
        pooling: "sum" over the grid, as SNGAN has it, or "mean", as WGAN-GP.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"image", "label"}, to logits (batch, 1),
        float32.

    Raises:
        ValueError: for a size that cannot be halved so often, or an unknown option.
    """
    conditions.check_conditioning(conditioning, "resnet.discriminator")
    if pooling not in ("sum", "mean"):
        raise ValueError(f"resnet.discriminator: expected pooling 'sum' or 'mean'; received {pooling!r}.")
    halvings, (rows, columns) = grid_of(image_size, "resnet.discriminator")
    wrap = spectral_wrapper(spectral_normalization)
    image = inputs = keras.Input((*image_size, channels), name="image")
    x = image
    if classes:
        label = conditions.label_input()
        inputs = {"image": image, "label": label}
        if conditioning == "concatenate":
            x = conditions.label_plane(image, label, classes)

    for index in range(1, halvings + 2):
        name = f"block_{index}"
        down = index < halvings
        shortcut = x
        if down:
            # Pooling and a 1x1 convolution commute; pooling first costs a quarter.
            shortcut = layers.AveragePooling2D(2, name=f"{name}_shortcut_down")(shortcut)
            shortcut = wrap(layers.Conv2D(width, 1, name=f"{name}_shortcut"))(shortcut)
        if index > 1:
            x = normalize(x, normalization, f"{name}_normalization_1")
            x = layers.ReLU(name=f"{name}_rectifier_1")(x)
        x = wrap(_convolution(width, f"{name}_convolution_1"))(x)
        x = normalize(x, normalization, f"{name}_normalization_2")
        x = layers.ReLU(name=f"{name}_rectifier_2")(x)
        x = wrap(_convolution(width, f"{name}_convolution_2"))(x)
        if down:
            x = layers.AveragePooling2D(2, name=f"{name}_down")(x)
        x = layers.Add(name=name)([x, shortcut])
    x = layers.ReLU(name="rectifier")(x)
    features = layers.GlobalAveragePooling2D(dtype="float32", name="mean_features")(x)
    if pooling == "sum":
        features = layers.Rescaling(4.0 * rows * columns, dtype="float32", name="sum_features")(features)
    logit = wrap(layers.Dense(1, dtype="float32", name="logit"))(features)
    if classes and conditioning == "projection":
        projected = conditions.project(features, label, classes, wrap)
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, projected])
    return keras.Model(inputs, logit, name="discriminator")


def _convolution(width: int, name: str) -> layers.Layer:
    return layers.Conv2D(width, 3, padding="same", kernel_initializer="he_uniform", name=name)
