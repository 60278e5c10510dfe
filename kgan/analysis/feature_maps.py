"""Feature maps of a network's convolutions, and one vector of them for a linear classifier."""

import keras
import numpy as np

from kgan.adversarial.networks import inputs_by_name


def feature_maps(network: keras.Model) -> dict:
    """The feature maps of each convolution, as they leave its normalization and its rectifier.

    Args:
        network: a functional or Sequential `keras.Model` from images, alone or beside other inputs.

    Returns:
        dict from the name of a convolution (any layer with a kernel of four axes) to a symbolic tensor
        `(batch, height, width, channels)`, in the order of the network. What a network gives back is no feature map:
        an image, patches of logits.

    Raises:
        ValueError: a network whose layers are not known, or one without a convolution in its middle.

    Example:
        >>> [m.shape for m in feature_maps(dcgan.discriminator((16, 16), width=8)).values()]
        [(None, 8, 8, 8), (None, 4, 4, 16)]
    """
    found = {}
    for layer in getattr(network, "layers", []):
        try:
            given, made = layer.input, layer.output
        except (AttributeError, ValueError):  # It was called in several places, or in none.
            continue
        if not hasattr(made, "shape") or len(made.shape) != 4:
            continue
        if any(len(weight.shape) == 4 for weight in layer.weights):
            found[layer.name] = made
            continue
        for name, tensor in found.items():
            if given is tensor and given.shape == made.shape:
                found[name] = made
    ends = keras.tree.flatten(getattr(network, "outputs", None) or [])
    found = {name: tensor for name, tensor in found.items() if all(tensor is not end for end in ends)}
    if not found:
        raise ValueError(
            f"feature_maps: expected a functional network with convolutions before its last layer, received "
            f"{getattr(network, 'name', network)!r}. Take one of kgan.networks that looks at images, dcgan's "
            "discriminator say."
        )
    return found


def maps_of(network: keras.Model, layer: str | None = None) -> keras.KerasTensor:
    """The feature maps of one convolution.

    Args:
        network: as for `feature_maps`.
        layer: name of a convolution. Default: the last.

    Raises:
        ValueError: as `feature_maps`; a name that it does not have.
    """
    found = feature_maps(network)
    if layer is not None and layer not in found:
        raise ValueError(
            f"maps_of: expected a convolution of {network.name!r}, one of {', '.join(found)}, received {layer!r}. Take "
            "one of these."
        )
    return found[layer or list(found)[-1]]


def pooled_features(
    network: keras.Model, images: np.ndarray, grid: int = 4, batch_size: int = 64
) -> np.ndarray:
    """The maps of all convolutions, max-pooled to a grid, as one vector an image.

    Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks (Radford, Metz and
    Chintala 2015, arXiv:1511.06434, section 5.1), where they feed a linear L2-SVM.

    Args:
        network: as for `feature_maps`, from images alone.
        images: `(count, height, width, channels)`, in [-1, 1].
        grid: rows and columns; cell `i` of `n` pixels in `grid` cells holds those from `floor(i n / grid)` to
            `ceil((i + 1) n / grid)`. Maps of fewer pixels stay as they are.
        batch_size: of the passes.

    Returns:
        float32 `(count, features)`.

    Raises:
        ValueError: as `feature_maps`; a network with other inputs; a grid below 1.

    Example:
        >>> pooled_features(dcgan.discriminator((16, 16), width=8), np.zeros((2, 16, 16, 3))).shape
        (2, 384)
    """
    if grid < 1:
        raise ValueError(f"pooled_features: expected a grid of at least 1, received {grid}. The paper has 4.")
    inputs = inputs_by_name(network, "image")
    if len(inputs) != 1:
        raise ValueError(
            f"pooled_features: expected a network from images alone, received one with inputs {sorted(inputs)}. "
            "Give that of a scheme without labels."
        )
    maps = keras.Model(network.input, list(feature_maps(network).values()))
    images, parts = np.asarray(images, "float32"), []
    for start in range(0, len(images), batch_size):
        found = maps(images[start : start + batch_size], training=False)
        pooled = [max_pooled(keras.ops.convert_to_numpy(one), grid) for one in found]
        parts.append(np.concatenate([one.reshape(len(one), -1) for one in pooled], axis=1))
    return np.concatenate(parts)


def max_pooled(maps: np.ndarray, grid: int) -> np.ndarray:
    """`(count, height, width, channels)` as `(count, grid, grid, channels)`: the largest value of each cell."""
    for axis in (1, 2):
        pixels = maps.shape[axis]
        if pixels > grid:
            cells = [slice(i * pixels // grid, -(-(i + 1) * pixels // grid)) for i in range(grid)]
            lines = np.moveaxis(maps, axis, 0)
            maps = np.moveaxis(np.stack([lines[cell].max(axis=0) for cell in cells]), 0, axis)
    return maps
