"""From images to feature vectors: which network, which resizer, and what to call them in a protocol."""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.networks.features import cache, catalog, random_convolution

NAMES = ("auto", *catalog.DISTRIBUTION, random_convolution.VERSION, "pixels")

# Images at once, and pixels of all of them: 64 of Inception-v3's 299 took 7 GB.
MOST_AT_ONCE, MOST_PIXELS = 64, 2**20


@dataclasses.dataclass(frozen=True)
class FeatureExtractor:
    """A network with a name, a size and a resizer.

    Args:
        name: as it stands in a protocol.
        network: images in [-1, 1] to (batch, dimension), or to a dict of maps, which are averaged over space.
        size: (height, width) that the network wants, or None for whatever the images have.
        channels: that it wants; grey images are repeated, colour ones averaged; None: as they are.
        notice: why this network stands in for another, or "".
    """

    name: str
    network: Callable
    size: tuple[int, int] | None
    channels: int | None
    notice: str = ""

    @property
    def resizer(self) -> str:
        """What becomes of images that have another size."""
        return f"bilinear, antialiased, to {self.size[0]}x{self.size[1]}" if self.size else "none"

    def __call__(self, images: np.ndarray, batch_size: int | None = None) -> np.ndarray:
        """Features of (count, height, width, channels) images in [-1, 1]: (count, dimension), float64.

        Args:
            images: of any size.
            batch_size: how many at once. Left out: 64, or fewer where they have more than a million pixels as the
                network sees them, as it holds what each of its layers makes of them.
        """
        images = np.asarray(images, "float32")
        if images.ndim != 4 or images.shape[-1] not in (1, 3):
            raise ValueError(
                f"features: expected images (count, height, width, 1 or 3); received {images.shape}. "
                "Add the missing axes."
            )
        if batch_size is None:
            height, width = self.size or images.shape[1:3]
            batch_size = max(1, min(MOST_AT_ONCE, MOST_PIXELS // (height * width)))
        parts = [self._features(images[at : at + batch_size]) for at in range(0, len(images), batch_size)]
        return np.concatenate(parts).astype("float64")

    def _features(self, images: np.ndarray) -> np.ndarray:
        if images.shape[-1] == 1 and self.channels == 3:
            images = np.repeat(images, 3, axis=-1)
        elif images.shape[-1] == 3 and self.channels == 1:
            images = images.mean(axis=-1, keepdims=True)
        if self.size and images.shape[1:3] != tuple(self.size):
            images = ops.image.resize(images, self.size, interpolation="bilinear", antialias=True)
        outputs = keras.tree.flatten(self.network(ops.convert_to_tensor(images)))
        vectors = [ops.mean(x, axis=(1, 2)) if len(x.shape) == 4 else x for x in outputs]
        return ops.convert_to_numpy(ops.concatenate([ops.reshape(x, (len(images), -1)) for x in vectors], -1))


def get(
    features: Any = "auto", image_size: tuple[int, int] | None = None, time_limit: float = 10.0
) -> FeatureExtractor:
    """The extractor of that name, or around that network.

    Args:
        features: a name of `kgan features list`, fetched if need be; "random-convolution-v1"; "pixels"; "auto"
            (Inception-v3 or another of the list if it is on this machine, else Inception-v3 if it can be had, else
            the random one, with a notice that says why); a path to a `.keras` file; a `keras.Model`; or a
            `FeatureExtractor`, returned as it is.
        image_size: (height, width) of the images, needed by a model of fixed size only when it differs.
        time_limit: seconds that looking for weights may take.

    Returns:
        a `FeatureExtractor`.

    Raises:
        ValueError: for another name. WeightsUnavailable: for a network that cannot be had from here.

    Example:
        >>> get("random-convolution-v1")(images).shape
        (2, 320)
    """
    if isinstance(features, FeatureExtractor):
        return features
    if isinstance(features, keras.Model):
        return _of_model(features, f"{features.name} ({features.count_params():,} parameters)")
    if features == "pixels":
        return FeatureExtractor("pixels", lambda x: ops.reshape(x, (len(x), -1)), image_size, None)
    if features == random_convolution.VERSION:
        return _random()
    notice = ""
    if features == "auto":
        features, notice = cache.choose("distribution", time_limit)
        if features is None:
            return _random(
                f"{random_convolution.VERSION} stands in for inception-v3, so these numbers compare only among "
                f"themselves ({notice})"
            )
    if features in catalog.DISTRIBUTION:
        entry = catalog.find(features)
        notice = "; ".join(filter(None, (notice, entry.notice)))
        return FeatureExtractor(
            entry.title, cache.load(features, time_limit=time_limit), (299, 299), 3, notice
        )
    path = pathlib.Path(str(features))
    if path.suffix == ".keras" and path.is_file():
        return _of_model(keras.saving.load_model(path, compile=False), path.name)
    raise ValueError(
        f"features: expected one of {', '.join(NAMES)}, a keras.Model or the path of a .keras file; "
        f"received {features!r}."
    )


def _random(notice: str = "") -> FeatureExtractor:
    return FeatureExtractor(random_convolution.VERSION, random_convolution.features(3), (64, 64), 3, notice)


def _of_model(model: keras.Model, name: str) -> FeatureExtractor:
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4 or shape[-1] not in (1, 3):
        raise ValueError(
            "features: expected a model from images (batch, height, width, 1 or 3); received "
            f"{model.name!r} with "
            f"input {shape}. Wrap it in one that takes an image alone."
        )
    size = None if None in shape[1:3] else tuple(shape[1:3])
    return FeatureExtractor(name, lambda x: model(x, training=False), size, shape[-1])
