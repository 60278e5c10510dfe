"""Distance of two images as a deep network sees them."""

from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.networks.features import cache, catalog, random_convolution
from kgan.objectives import direction
from kgan.objectives.features import require_side

NAMES = ("auto", *catalog.PERCEPTUAL, random_convolution.VERSION)


def perceptual_distance(maps_a: dict, maps_b: dict, criterion: str = "direction") -> Any:
    """`sum over maps of mean over pixels of |a / |a| - b / |b||^2`, channels scaled to length one.

    The Unreasonable Effectiveness of Deep Features (Zhang et al. 2018, arXiv:1801.03924), equation 1, with all
    channel weights one: learned weights (LPIPS) belong to the networks they were learned for. With "l2" it is
    `sum over maps of mean (a - b)^2`, for maps that hold lengths and weights already.

    Args:
        maps_a, maps_b: name to (batch, height, width, channels), the same names and shapes in both.
        criterion: "direction" or "l2".

    Returns:
        (batch,) float32; of "direction" in [0, 4 x number of maps].

    Raises:
        ValueError: another criterion.

    Example:
        >>> perceptual_distance(network(target), network(prediction))
    """
    if criterion not in ("direction", "l2"):
        raise ValueError(
            f"perceptual_distance: expected criterion 'direction' or 'l2'; received {criterion!r}. Use one of them."
        )
    if criterion == "direction":
        return sum(direction(maps_a[name], maps_b[name]) for name in maps_a)
    return sum(ops.mean(ops.square(maps_a[name] - maps_b[name]), axis=(1, 2, 3)) for name in maps_a)


class PerceptualDistance:
    """Mean of `perceptual_distance` over images; no Keras metric, as no config could name its network.

    Args:
        network: a name of `kgan features list`, fetched if need be; "random-convolution-v1"; "auto" (VGG19 or
            another of the list if it is on this machine, else VGG19 if it can be had, else the random one, each
            but the first with a `notice`); or a `keras.Model` from images in [-1, 1] to a dict of maps.
        time_limit: seconds that looking for weights may take.

    Attributes:
        name: of the network, for a protocol.
        notice: why it stands in for another, or what to know of it, or "".

    Example:
        >>> distance = PerceptualDistance("random-convolution-v1")
        >>> distance.update(target, prediction)
        >>> distance.result(), distance.name
    """

    def __init__(self, network: Any = "auto", time_limit: float = 10.0) -> None:
        self.notice, self.criterion = "", "direction"
        if isinstance(network, keras.Model):
            if not isinstance(getattr(network, "output", None), dict):
                raise ValueError(
                    "PerceptualDistance: expected a model that returns a dict of maps; received "
                    f"{network.name!r} with another output. Wrap it: keras.Model(model.input, {{'map': "
                    "layer.output})."
                )
            self.network, self.name = network, network.name
        elif network in NAMES:
            self._use(network, time_limit)
        else:
            raise ValueError(
                f"PerceptualDistance: expected one of {', '.join(NAMES)} or a keras.Model; received "
                f"{network!r}."
            )
        self.reset()

    def _use(self, name: str, time_limit: float) -> None:
        stands_in = ""
        if name == "auto":
            name, stands_in = cache.choose("perceptual", time_limit)
            if name is None:
                name, stands_in = (
                    random_convolution.VERSION,
                    f"{random_convolution.VERSION} stands in for vgg19 ({stands_in})",
                )
        if name == random_convolution.VERSION:
            self.network, self.name = random_convolution.features(3), name
            self.notice = stands_in
            return
        entry = catalog.find(name)
        self.network, self.name = cache.load(name, time_limit=time_limit), entry.title
        self.criterion = "l2" if entry.criterion == "l2" else "direction"
        self.notice = "; ".join(filter(None, (stands_in, entry.notice)))

    def reset(self) -> None:
        """Forget everything."""
        self.values: list[float] = []

    def update(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Take in two (batch, height, width, 1 or 3) in [-1, 1]; returns the distance of each pair.

        Raises:
            ValueError: for images so small that the network's poolings leave nothing of them.
        """
        require_side(self.network, target.shape[1:3], "PerceptualDistance")
        maps = []
        for images in (target, prediction):
            images = ops.cast(ops.convert_to_tensor(images), "float32")
            if images.shape[-1] == 1:
                images = ops.repeat(images, 3, axis=-1)
            maps.append(self.network(images, training=False))
        values = ops.convert_to_numpy(perceptual_distance(*maps, self.criterion))
        self.values.extend(values.tolist())
        return values

    def result(self) -> float:
        """Mean over all pairs so far."""
        return float(np.mean(self.values))
