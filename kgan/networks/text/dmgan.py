"""DM-GAN: a first small picture, then refinements with a memory of words (Zhu et al. 2019, arXiv:1904.01310, figure 2).

Doublings are nearest-neighbour, each with a 3x3 convolution, batch normalization and a rectifier, as StackGAN's; each
refinement goes through a dynamic memory, residual blocks, and one doubling. A discriminator a resolution halves its
picture to the coarsest grid and has two answers there: is it real, and is it what the sentence says?
"""

import keras
from keras import layers

from kgan.layers.dynamic_memory import DynamicMemory
from kgan.networks.parts.normalization import normalize
from kgan.networks.text.large_grid import large_grid

MOST = 8  # the widest hidden layer has so many times the width


def generator(
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    latent_size: int = 100,
    condition_size: int = 100,
    word_size: int = 256,
    length: int = 18,
    width: int = 64,
    memory: int = 128,
    refinements: int = 2,
    blocks: int = 2,
    normalization: str | None = "batch",
) -> keras.Model:
    """Latent, condition and words to pictures of rising size.

    Args:
        image_size: (height, width) of the last picture, 16 to 256 pixels; multiples of 4 to 64, as for `dcgan`.
        channels: of the pictures.
        latent_size, condition_size: numbers in a latent and in a condition.
        word_size, length: numbers in a word's features, words a caption.
        width: channels of the features that are refined.
        memory: numbers in a slot of the memory.
        refinements: how often the picture's side is doubled with a memory's help; the first picture is smaller by
            that many doublings.
        blocks: residual blocks of a refinement.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: {"latent", "condition", "words", "mask"} to a dict of pictures in [-1, 1]: `image`, and
        `image_1`, `image_2`, ..., smallest first.

    Raises:
        ValueError: more refinements than the size has doublings.
    """
    doublings, (rows, columns) = large_grid(image_size, "dmgan.generator")
    _require(refinements, doublings, "generator")
    inputs = {
        "latent": keras.Input((latent_size,), name="latent"),
        "condition": keras.Input((condition_size,), name="condition"),
        "words": keras.Input((length, word_size), name="words"),
        "mask": keras.Input((length,), name="mask"),
    }
    first = doublings - refinements
    filters = width * min(2**first, MOST)
    x = layers.Concatenate(name="joined")([inputs["latent"], inputs["condition"]])
    x = layers.Dense(rows * columns * filters, use_bias=normalization is None, name="start")(x)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    x = layers.ReLU(name="start_rectifier")(normalize(x, normalization, "start_normalization"))
    for index in range(1, first + 1):
        x = _doubled(x, width * min(2 ** (first - index), MOST), normalization, f"up_{index}")
    pictures = {}
    for index in range(1, refinements + 1):
        pictures[f"image_{index}"] = _picture(x, channels, f"image_{index}")
        x = DynamicMemory(memory, name=f"memory_{index}")([x, inputs["words"], inputs["mask"]])
        for block in range(1, blocks + 1):
            x = _residual(x, width, normalization, f"block_{index}_{block}")
        x = _doubled(x, width, normalization, f"refined_{index}")
    pictures["image"] = _picture(x, channels, "image")
    return keras.Model(inputs, pictures, name="generator")


def discriminators(
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    text_size: int = 256,
    width: int = 64,
    refinements: int = 2,
    normalization: str | None = "batch",
) -> list[keras.Model]:
    """One network a resolution, smallest pictures first.

    Args:
        image_size, channels, refinements: as for `generator`.
        text_size: numbers in the sentence's embedding.
        width: channels next to the picture, doubled by each halving up to eight times.
        normalization: of all hidden layers but the first.

    Returns:
        Networks from {"image", "text"} to logits (batch, 2, 1, 1), float32: with the sentence, then without.

    Raises:
        ValueError: as for `generator`.
    """
    halvings, grid = large_grid(image_size, "dmgan.discriminators")
    _require(refinements, halvings, "discriminators")
    found = []
    for number in range(refinements + 1):
        scale = 2 ** (refinements - number)
        size = tuple(side // scale for side in image_size)
        depth = halvings - refinements + number
        image, text = keras.Input((*size, channels), name="image"), keras.Input((text_size,), name="text")
        x = image
        for index in range(1, depth + 1):
            filters = width * min(2 ** (index - 1), MOST)
            x = layers.Conv2D(filters, 4, 2, "same", use_bias=normalization is None, name=f"down_{index}")(x)
            if index > 1:
                x = normalize(x, normalization, f"normalization_{index}")
            x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
        said = layers.RepeatVector(grid[0] * grid[1], name="repeated")(text)
        said = layers.Reshape((*grid, text_size), name="text_grid")(said)
        both = layers.Concatenate(name="picture_and_text")([x, said])
        both = layers.Conv2D(filters, 3, padding="same", use_bias=normalization is None, name="mixed")(both)
        both = layers.LeakyReLU(0.2, name="mixed_leaky")(
            normalize(both, normalization, "mixed_normalization")
        )
        logits = [
            layers.Dense(1, dtype="float32", name=name)(layers.Flatten(name=f"{name}_features")(answer))
            for name, answer in (("matching", both), ("alone", x))
        ]
        logits = layers.Concatenate(name="both_logits", dtype="float32")(logits)
        logits = layers.Reshape((2, 1, 1), name="logits", dtype="float32")(logits)
        inputs = {"image": image, "text": text}
        found.append(keras.Model(inputs, logits, name=f"discriminator_{number + 1}"))
    return found


def _require(refinements: int, doublings: int, what: str):
    if not 1 <= refinements < doublings:
        raise ValueError(
            f"dmgan.{what}: expected 1 to {doublings - 1} refinements at this image size, received {refinements}. "
            "Take fewer, or larger pictures."
        )


def _doubled(x, filters: int, normalization: str | None, name: str):
    x = layers.UpSampling2D(2, name=f"{name}_nearest")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=normalization is None, name=name)(x)
    return layers.ReLU(name=f"{name}_rectifier")(normalize(x, normalization, f"{name}_normalization"))


def _residual(x, filters: int, normalization: str | None, name: str):
    settings = {"padding": "same", "use_bias": normalization is None}
    residual = layers.Conv2D(filters, 3, name=f"{name}_1", **settings)(x)
    residual = layers.ReLU(name=f"{name}_rectifier")(normalize(residual, normalization, f"{name}_1_norm"))
    residual = layers.Conv2D(filters, 3, name=f"{name}_2", **settings)(residual)
    return layers.Add(name=name)([x, normalize(residual, normalization, f"{name}_2_norm")])


def _picture(x, channels: int, name: str):
    return layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name=name)(x)
