"""LeNet as adversarial domain adaptation has it: an encoder, a classifier of its features, a domain discriminator.

Tzeng et al. 2017 (arXiv:1702.05464, section 5.1) take the variant of LeNet that came with Caffe, and a discriminator
of two hidden layers of 500 units.
"""

import keras
from keras import layers

LEAST = 16  # pixels: two convolutions of 5 and two halvings leave 1


def encoder(
    image_size: tuple[int, int] = (28, 28),
    channels: int = 1,
    features: int = 500,
    width: int = 20,
    dropout: float = 0.0,
) -> keras.Model:
    """Two 5x5 convolutions, each with a maximum over 2x2 pixels, then a rectified linear layer.

    Args:
        image_size: (height, width), at least 16.
        channels: of the images.
        features: numbers in the output.
        width: channels of the first convolution; the second has two and a half times as many.
        dropout: share of the second convolution's output that is dropped in training.

    Returns:
        `encoder`: (batch, height, width, channels) to (batch, features), float32.

    Raises:
        ValueError: smaller images.
    """
    if min(image_size) < LEAST:
        raise ValueError(f"lenet: expected images of at least {LEAST} pixels, received {tuple(image_size)}.")
    x = image = keras.Input((*image_size, channels), name="image")
    for index, filters in enumerate((width, width * 5 // 2), 1):
        x = layers.Conv2D(filters, 5, activation="relu", name=f"convolution_{index}")(x)
        x = layers.MaxPooling2D(2, name=f"pool_{index}")(x)
    x = layers.Flatten(name="flat")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(features, activation="relu", dtype="float32", name="features")(x)
    return keras.Model(image, x, name="encoder")


def classifier(classes: int = 10, features: int = 500) -> keras.Model:
    """One linear layer.

    Args:
        classes: how many labels.
        features: numbers in the encoder's output.

    Returns:
        `classifier`: (batch, features) to logits (batch, classes), float32.
    """
    x = keras.Input((features,), name="features")
    return keras.Model(x, layers.Dense(classes, dtype="float32", name="logits")(x), name="classifier")


def discriminator(features: int = 500, width: int = 500, depth: int = 2) -> keras.Model:
    """Rectified linear layers and a logit.

    Args:
        features: numbers in the encoder's output.
        width: units of each hidden layer.
        depth: hidden layers.

    Returns:
        `discriminator`: (batch, features) to a logit (batch, 1), float32.
    """
    x = inputs = keras.Input((features,), name="features")
    for index in range(1, depth + 1):
        x = layers.Dense(width, activation="relu", name=f"hidden_{index}")(x)
    x = layers.Dense(1, dtype="float32", name="logit")(x)
    return keras.Model(inputs, x, name="discriminator")
