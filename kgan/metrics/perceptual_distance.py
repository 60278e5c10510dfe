"""Distance of two images as a deep network sees them."""

import keras
import numpy as np
from keras import ops

from kgan.networks import pretrained, random_convolution
from kgan.objectives import direction

NAMES = ("auto", "vgg19", random_convolution.VERSION)


def perceptual_distance(maps_a: dict, maps_b: dict):
    """`sum over maps of mean over pixels of |a / |a| - b / |b||^2`, channels scaled to length one.

    The Unreasonable Effectiveness of Deep Features (Zhang et al. 2018, arXiv:1801.03924), equation 1, with
    all
    channel weights one: learned weights (LPIPS) belong to the networks they were learned for.

    Args:
        maps_a, maps_b: name to (batch, height, width, channels), the same names and shapes in both.

    Returns:
        (batch,) float32, in [0, 4 x number of maps].

    Example:
        >>> perceptual_distance(network(target), network(prediction))
    """
    return sum(direction(maps_a[name], maps_b[name]) for name in maps_a)


class PerceptualDistance:
    """Mean of `perceptual_distance` over images; no Keras metric, as no config could name its network.

    Args:
        network: "vgg19"; "random-convolution-v1"; "auto" (VGG19 where its weights can be had, else the other,
            with a `notice`); or a `keras.Model` from images in [-1, 1] to a dict of maps.
        time_limit: seconds that looking for weights may take.

    Attributes:
        name: of the network, for a protocol. notice: why it stands in for another, or "".

    Example:
        >>> distance = PerceptualDistance("random-convolution-v1")
        >>> distance.update(target, prediction)
        >>> distance.result(), distance.name
    """

    def __init__(self, network="auto", time_limit: float = 10.0) -> None:
        self.notice = ""
        if isinstance(network, keras.Model):
            if not isinstance(getattr(network, "output", None), dict):
                raise ValueError(
                    "PerceptualDistance: expected a model that returns a dict of maps; received "
                    f"{network.name!r} "
                    "with another output. Wrap it: keras.Model(model.input, {'map': layer.output})."
                )
            self.network, self.name = network, network.name
        elif network in ("auto", "vgg19"):
            try:
                self.network = pretrained.vgg19(
                    pretrained.VGG19_TAPS, before_activation=False, time_limit=time_limit
                )
                self.name = "vgg19 (keras.applications, ImageNet)"
            except pretrained.WeightsUnavailable as error:
                if network == "vgg19":
                    raise
                self._use_random(f"{random_convolution.VERSION} stands in for vgg19 ({error})")
        elif network == random_convolution.VERSION:
            self._use_random("")
        else:
            raise ValueError(
                f"PerceptualDistance: expected one of {', '.join(NAMES)} or a keras.Model; received "
                f"{network!r}."
            )
        self.reset()

    def _use_random(self, notice: str) -> None:
        self.network = random_convolution.features(3)
        self.name, self.notice = random_convolution.VERSION, notice

    def reset(self) -> None:
        """Forget everything."""
        self.values: list[float] = []

    def update(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Take in two (batch, height, width, 1 or 3) in [-1, 1]; returns the distance of each pair."""
        maps = []
        for images in (target, prediction):
            images = ops.cast(ops.convert_to_tensor(images), "float32")
            if images.shape[-1] == 1:
                images = ops.repeat(images, 3, axis=-1)
            maps.append(self.network(images, training=False))
        values = ops.convert_to_numpy(perceptual_distance(*maps))
        self.values.extend(values.tolist())
        return values

    def result(self) -> float:
        """Mean over all pairs so far."""
        return float(np.mean(self.values))
