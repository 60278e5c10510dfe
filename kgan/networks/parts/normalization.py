"""The normalisations that a builder's `normalization` argument names."""

from typing import Any

from keras import layers

from kgan.layers.batch_normalization import BatchNormalization
from kgan.layers.instance_normalization import InstanceNormalization

NAMES = ("batch", "batch-per-replica", "layer", "instance", None)


def normalize(x: Any, kind: str | None, name: str, affine: bool = True) -> Any:
    """Apply the normalisation called `kind` to (batch, height, width, channels).

    `"batch"` takes its statistics over all replicas, `"batch-per-replica"` over each one's part (faster under
    a strategy, and one replica no longer equals two). `"layer"` and `"instance"` look at one sample only (all
    of it, or each channel), as a gradient penalty per sample asks; both have one scale and one offset a
    channel.
    """
    settings = {"epsilon": 1e-5, "center": affine, "scale": affine, "name": name}
    if kind in ("batch", "batch-per-replica"):
        return BatchNormalization(momentum=0.9, synchronized=kind == "batch", **settings)(x)
    if kind == "instance":
        return InstanceNormalization(**settings)(x)
    if kind == "layer":
        return layers.GroupNormalization(groups=1, **settings)(x)
    if kind is None:
        return x
    raise ValueError(
        f"normalization: expected one of {', '.join(repr(known) for known in NAMES)}; received {kind!r}."
    )
