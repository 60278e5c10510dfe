"""The `spectral_normalization` switch of the builders."""

from collections.abc import Callable

from keras import layers

from kgan.layers.spectral_normalization import SpectralNormalization


def spectral_wrapper(active: bool) -> Callable[[layers.Layer], layers.Layer]:
    """What to pass each layer with weights through: spectral normalization, or nothing.

    Example:
        >>> wrap = spectral_wrapper(True)
        >>> x = wrap(layers.Conv2D(8, 3, name="down"))(x)
    """
    if not active:
        return lambda layer: layer
    return lambda layer: SpectralNormalization(layer, name=f"{layer.name}_spectral")
