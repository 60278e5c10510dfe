"""What a convolution's filters look for: the pictures that excite them most, and which pixels did it."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kgan import backend
from kgan.analysis.feature_maps import maps_of
from kgan.layers.positive_gradient import PositiveGradient

RECTIFIERS = ("relu", "relu6", "leaky_relu")


def guided_network(network: keras.Model, layer: str | None = None) -> keras.Model:
    """The same layers up to one's feature maps, with a `PositiveGradient` behind each rectifier.

    Striving for Simplicity: The All Convolutional Net (Springenberg et al. 2015, arXiv:1412.6806, section 3.4), who
    have rectifiers alone; a leaky one's slope takes part as it is.

    Args:
        network: as for `feature_maps`, from images alone.
        layer: name of a convolution among `feature_maps(network)`. Default: the last.

    Returns:
        `keras.Model` from images to feature maps, with the weights of `network`, not copies of them.
    """
    seen = keras.Model(network.input, maps_of(network, layer))

    def called(each, *inputs, **options):
        made = each(*inputs, **options)
        rectifies = isinstance(each, keras.layers.ReLU | keras.layers.LeakyReLU | keras.layers.PReLU)
        named = getattr(getattr(each, "activation", None), "__name__", "")
        return PositiveGradient()(made) if rectifies or named in RECTIFIERS else made

    return keras.Model(seen.input, backend.run_graph(seen, seen.input, called))


def filter_responses(
    network: keras.Model, images: np.ndarray, layer: str | None = None, batch_size: int = 64
) -> np.ndarray:
    """How strongly each filter answers each image, at the place where it answers most.

    Args:
        network, layer: as for `guided_network`.
        images: `(count, height, width, channels)` in [-1, 1].
        batch_size: of the passes.

    Returns:
        float32 `(count, filters)`.
    """
    seen = keras.Model(network.input, maps_of(network, layer))
    images = np.asarray(images, "float32")
    parts = [seen(images[at : at + batch_size], training=False) for at in range(0, len(images), batch_size)]
    return np.concatenate([ops.convert_to_numpy(ops.max(part, axis=(1, 2))) for part in parts])


def guided_gradients(
    network: keras.Model, images: np.ndarray, filters: Sequence[int], layer: str | None = None
) -> np.ndarray:
    """By how much each pixel raises each filter's strongest answer, as guided backpropagation has it.

    Args:
        network, layer: as for `guided_network`.
        images: `(count, height, width, channels)` in [-1, 1].
        filters: one for each image: `filters[i]` is asked about `images[i]`.

    Returns:
        float32 `(count, height, width, channels)`.

    Raises:
        ValueError: another number of filters than of images, or one that the layer does not have.

    Example:
        >>> network = dcgan.discriminator((16, 16), width=8)
        >>> guided_gradients(network, np.zeros((2, 16, 16, 3)), filters=[0, 5]).shape
        (2, 16, 16, 3)
    """
    guided = guided_network(network, layer)
    count, filters = guided.output.shape[-1], np.asarray(filters, "int32")
    if filters.shape != (len(images),) or (len(filters) and not 0 <= filters.min() <= filters.max() < count):
        raise ValueError(
            f"guided_gradients: expected a filter from 0 to {count - 1} for each of {len(images)} images, received "
            f"{filters.tolist()}. Name one an image."
        )
    asked = ops.one_hot(ops.convert_to_tensor(filters), count)

    def strongest(x):
        return ops.sum(asked * ops.cast(ops.max(guided(x, training=False), axis=(1, 2)), "float32"))

    return ops.convert_to_numpy(backend.input_gradient(strongest, np.asarray(images, "float32")))
