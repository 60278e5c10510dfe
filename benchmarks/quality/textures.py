"""A folder of indexed PNGs and their pictures: regions of photographed textures that no mean color tells apart.

    python benchmarks/quality/textures.py runs/textures

Brick, grass, gravel and stained tissue (all in scikit-image's wheel), each shifted and scaled to one mean and one
standard deviation, fill the cells of a random Voronoi diagram; the PNG of a picture has the index of each pixel's
texture, with a palette. Pictures for training are of the upper 60 % of the photographs, those in `test` of the rest.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from kgan.data.samples.photograph_files import GREY, SCIENCE, read

TEXTURES = {
    "brick": GREY["brick"],
    "grass": GREY["grass"],
    "gravel": GREY["gravel"],
    "tissue": SCIENCE["tissue"],
}
PALETTE = [180, 70, 50, 70, 160, 60, 120, 120, 120, 200, 140, 200]
MEAN, DEVIATION = 120, 45


def textures() -> list[np.ndarray]:
    """Grey pictures of one mean and one standard deviation, uint8 (height, width)."""
    found = []
    for (file,) in TEXTURES.values():
        pixels = read(file).astype("float64").mean(axis=-1)
        pixels = (pixels - pixels.mean()) / pixels.std() * DEVIATION + MEAN
        found.append(np.clip(np.round(pixels), 0, 255).astype(np.uint8))
    return found


def cells(random: np.random.Generator, size: int) -> np.ndarray:
    """A map of textures: the Voronoi diagram of 3 to 6 points, uint8 (size, size)."""
    count = random.integers(3, 7)
    points, owner = random.uniform(0, size, (count, 2)), random.integers(0, len(TEXTURES), count)
    places = np.stack(np.mgrid[:size, :size], axis=-1)[:, :, None]
    return owner[np.square(places - points).sum(axis=-1).argmin(axis=-1)].astype(np.uint8)


def write(folder: Path, count: int, size: int, rows: slice, seed: int) -> None:
    """So many maps in `labels` and pictures in `images`, of these rows of the photographs."""
    random, known = np.random.default_rng(seed), [texture[rows] for texture in textures()]
    for name in ("labels", "images"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        labels, layers = cells(random, size), []
        for texture in known:
            top, left = (random.integers(0, side - size + 1) for side in texture.shape)
            layers.append(texture[top : top + size, left : left + size])
        drawn = np.take_along_axis(np.stack(layers), labels[None].astype(int), axis=0)[0]
        indexed = Image.fromarray(labels, "P")
        indexed.putpalette(PALETTE)
        indexed.save(folder / "labels" / f"{number:04}.png")
        Image.fromarray(np.repeat(drawn[..., None], 3, axis=-1)).save(folder / "images" / f"{number:04}.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--training", type=int, default=600)
    parser.add_argument("--test", type=int, default=96)
    flags = parser.parse_args()
    write(flags.folder / "train", flags.training, flags.size, slice(0, 307), seed=0)
    write(flags.folder / "test", flags.test, flags.size, slice(307, 512), seed=1)
