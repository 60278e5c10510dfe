"""What `fit` was given, as a dict by key."""

import keras

SMALL_INTEGERS = ("uint8", "int8", "int16", "uint16")


def read_batch(data, keys):
    """A dict of tensors of whatever `fit` and `evaluate` take.

    Args:
        data: dict, array, tuple of arrays, or (x, y) of those.
        keys: what arrays in their order mean.

    Raises:
        ValueError: more arrays than keys, or integers where images are expected.
    """
    x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(x, dict):
        batch = dict(x)
    else:
        values = [*(x if isinstance(x, (tuple, list)) else [x]), *([] if y is None else [y])]
        if len(values) > len(keys):
            advice = (
                "Pass the images alone, fit(images), or train a scheme that learns from labels too, such as "
                "ConditionalGAN."
                if len(keys) == 1
                else "Pass those alone."
            )
            raise ValueError(
                f"fit: expected {' and '.join(keys)}, {len(keys)} of them, received {len(values)} arrays. {advice}"
            )
        batch = dict(zip(keys, values, strict=False))
    for key, value in batch.items():
        dtype = keras.backend.standardize_dtype(value.dtype)
        if dtype in SMALL_INTEGERS and key != "label":
            raise ValueError(
                f"fit: expected {key!r} as float32 in [-1, 1], received {dtype}. "
                "Convert with kgan.pictures.pixels.to_float."
            )
    return batch
