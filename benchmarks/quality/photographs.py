"""Makes the folder of photographs that the super-resolution network in the box learns from.

    git clone https://github.com/BuddiesOfBudgie/budgie-backgrounds
    git clone https://github.com/getsolus/artwork
    apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 ufoai-textures   # and `dpkg-deb -x` each
    unzip ufoai/usr/share/games/ufoai/base/0textures.pk3 -d ufoai/textures
    python benchmarks/quality/photographs.py budgie-backgrounds/backgrounds artwork/backgrounds \
        lomiri/usr/share/backgrounds ufoai/textures --output photographs

Each photograph is brought to 1920 and to 960 pixels along its longer side (512 for textures) and cut into tiles of 192;
tiles of sky and the like are left out. The photographs named in HELD_OUT and VALIDATION go into folders of those names,
whole, at 960 pixels: nothing was chosen by the held-out ones.
"""

import argparse
import re
from pathlib import Path

import numpy as np
from PIL import Image

# Drawings and renderings.
LEFT_OUT = [
    "valley-midnight",
    "waves-midnight",
    "ocean-waves",
    "analogpattern_by_Peter_Nerlich",
    "umang_by_Abhishek_Mudgal",
    "saturnian-profile",
    "Fossa_by_Jasper_Roks",
    "Painting-Colors_by__herobrine7gamer",
    "digital-art-background",
    "blue-wallpaper",
    "white-and-multicolored",
    "AS08-16-2593",
    "Infinite-Sea_by_Aury88",
]
HELD_OUT = [
    "lake-sherburne",
    "perched-osprey",
    "casa-mila",
    "life_by_Aitzol_Berasategi",
    "Picture_1A_by_freespace",
    "friends_by_Aitzol_Berasategi",
    "komodo-dragon",
    "boats-on-the-river",
    "exhibición-freestyle-gp",
]
VALIDATION = ["canyon-wren", "greentock_by_Peter_Nerlich", "singaporean-cityscape", "red-cherry-leaves"]
# Textures: the larger files, and few of many that are alike.
TEXTURE_BYTES = 200_000
ALIKE = re.compile(r"concrete_|grass_(mowed|tall)|hedge|door_b|concrete00|wall5")
SIDE, LEAST_STEP = 192, 4.0


def brought_to(image, longer_side):
    """A picture made smaller, its proportions kept."""
    factor = longer_side / max(image.size)
    size = (round(image.width * factor), round(image.height * factor))
    return image if factor >= 1 else image.resize(size, Image.Resampling.LANCZOS)


def cut(image, name, folder):
    """Writes the tiles of a picture in which something is to be seen; returns how many."""
    pixels, count = np.asarray(image), 0
    for top in range(0, pixels.shape[0] - SIDE + 1, SIDE):
        for left in range(0, pixels.shape[1] - SIDE + 1, SIDE):
            tile = pixels[top : top + SIDE, left : left + SIDE]
            luma = tile.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
            steps = sum(np.abs(np.diff(luma, axis=axis)).mean() for axis in (0, 1))
            if steps > LEAST_STEP:
                Image.fromarray(tile).save(folder / f"{name}_{top}_{left}.png", compress_level=1)
                count += 1
    return count


def bundled():
    """Photographs in the wheels of scikit-image and scikit-learn."""
    import skimage.data
    import sklearn.datasets

    for name in ("astronaut", "coffee", "rocket"):
        yield f"skimage-{name}", getattr(skimage.data, name)()
    for name in ("china", "flower"):
        yield f"sklearn-{name}", sklearn.datasets.load_sample_image(f"{name}.jpg")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    asked = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    places = {name: asked.output / name for name in ("tiles", "held_out", "validation")}
    for place in places.values():
        place.mkdir(parents=True)
    count = 0
    for file in sorted(path for folder in asked.folders for path in folder.rglob("*.jpg")):
        name = file.stem
        if "tex_" in str(file):
            if file.stat().st_size > TEXTURE_BYTES and not ALIKE.match(name):
                count += cut(
                    brought_to(Image.open(file).convert("RGB"), 512), f"texture-{name}", places["tiles"]
                )
            continue
        if name in LEFT_OUT or file.is_symlink():
            continue
        image = Image.open(file).convert("RGB")
        apart = "held_out" if name in HELD_OUT else "validation" if name in VALIDATION else None
        if apart:
            brought_to(image, 960).save(places[apart] / f"{name}.png")
            continue
        for side in (1920, 960):
            count += cut(brought_to(image, side), f"{name}-{side}", places["tiles"])
    for name, pixels in bundled():
        count += cut(Image.fromarray(pixels), name, places["tiles"])
    print(f"{count:,} tiles in {places['tiles']}")


if __name__ == "__main__":
    main()
