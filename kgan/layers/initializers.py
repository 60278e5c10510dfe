"""Initial weights that architectures without normalization ask for."""

import keras

# What a leaky rectifier of slope 0.2 leaves of a normal input's standard deviation is made up for by this.
LEAKY_GAIN = (2.0 / (1.0 + 0.2**2)) ** 0.5


def fan_in_normal(gain: float = 1.0) -> keras.initializers.Initializer:
    """Normal with standard deviation `gain / sqrt(fan_in)` (He et al. 2015, arXiv:1502.01852); zeros for gain 0.

    Args:
        gain: 1 before a linear output, `LEAKY_GAIN` before a leaky rectifier.

    Example:
        >>> fan_in_normal(2.0)((3, 3, 16, 16)).shape
        (3, 3, 16, 16)
    """
    if gain == 0:
        return keras.initializers.Zeros()
    return keras.initializers.VarianceScaling(gain**2, mode="fan_in", distribution="untruncated_normal")
