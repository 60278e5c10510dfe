"""The photographs inside the scikit-image and scikit-learn wheels."""

import functools
import pathlib
from importlib.util import find_spec

import numpy as np
from PIL import Image

# scene: files. A scene is what the split keeps together. Sizes are height x width.
PHOTOGRAPHS = {
    "astronaut": ("skimage/data/astronaut.png",),  # 512x512
    # a stereo pair, 500x741
    "motorcycle": ("skimage/data/motorcycle_left.png", "skimage/data/motorcycle_right.png"),
    "rocket": ("skimage/data/rocket.jpg",),  # 427x640
    "coffee": ("skimage/data/coffee.png",),  # 400x600
    "china": ("sklearn/datasets/images/china.jpg",),  # 427x640
    "chelsea": ("skimage/data/chelsea.png",),  # 300x451
    "flower": ("sklearn/datasets/images/flower.jpg",),  # 427x640
}
SCIENCE = {
    "tissue": ("skimage/data/ihc.png",),  # 512x512
    "retina": ("skimage/data/retina.jpg",),  # 1411x1411
    "hubble": ("skimage/data/hubble_deep_field.jpg",),  # 872x1000
}
GREY = {
    "camera": ("skimage/data/camera.png",),  # all 512x512
    "moon": ("skimage/data/moon.png",),
    "brick": ("skimage/data/brick.png",),
    "grass": ("skimage/data/grass.png",),
    "gravel": ("skimage/data/gravel.png",),
}


def path(file: str) -> pathlib.Path:
    """Where a file of a package lies, without importing the package."""
    package, _, rest = file.partition("/")
    return pathlib.Path(next(iter(find_spec(package).submodule_search_locations)), rest)


@functools.cache
def read(file: str) -> np.ndarray:
    """uint8 of shape (height, width, 3), or (height, width, 1) for a grey one."""
    with Image.open(path(file)) as image:
        pixels = np.asarray(image if image.mode == "L" else image.convert("RGB"))
    return pixels if pixels.ndim == 3 else pixels[..., None]
