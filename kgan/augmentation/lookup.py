"""The augmentation that a name stands for."""

import keras

from kgan.augmentation.adaptive import AdaptiveAugment
from kgan.layers.diff_augment import DiffAugment

_KINDS = {"diffaugment": DiffAugment, "adaptive": AdaptiveAugment}
NAMES = ("none", *_KINDS)


def get(augment):
    """The augmentation that a name, a saved config or an object stands for; None for none.

    Args:
        augment: None or "none", one of `NAMES`, a dict from `keras.saving.serialize_keras_object`, or an object with
            `check(image_size)` that is called with (images, draw, probability).

    Raises:
        ValueError: for anything else, in one line that lists the known names.

    Example:
        >>> get("diffaugment").policy
        ('color', 'translation', 'cutout')
    """
    if augment is None or augment == "none":
        return None
    if isinstance(augment, dict):
        augment = keras.saving.deserialize_keras_object(augment)
    if isinstance(augment, str) and augment in _KINDS:
        augment = _KINDS[augment]()
    if callable(augment) and hasattr(augment, "check") and not isinstance(augment, type):
        return augment
    raise ValueError(
        f"Unknown augmentation {augment!r}: expected an object with check(image_size), or one of {', '.join(NAMES)}."
    )
