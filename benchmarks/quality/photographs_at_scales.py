"""Makes the folder that the colorizer and the inpainting network in the box learn from: photographs, near and far.

    git clone https://github.com/pop-os/wallpapers         # its photographs are from Unsplash, in the public domain
    python benchmarks/quality/photographs_at_scales.py budgie-backgrounds/backgrounds artwork/backgrounds \
        lomiri/usr/share/backgrounds ufoai/textures wallpapers/original --output photographs-at-scales

The folders are those of `photographs.py`, which names what is held out of both, and one more. Each photograph is
brought to 240, 480 and 960 pixels along its longer side (textures to 256) and cut into tiles of 160 that overlap; skies
stay, as they want to be colored, too.
"""

import argparse
from pathlib import Path

import numpy as np
from photographs import ALIKE, HELD_OUT, LEFT_OUT, TEXTURE_BYTES, VALIDATION, brought_to, bundled
from PIL import Image

# Drawings, the Earth from space, and a photograph that another folder has.
ALSO_LEFT_OUT = ("kate-hazen", "nick-nazzaro", "nasa-", "spacex-", "tony-webster")
SIDE = 160
# Longer side of the photograph, and pixels from tile to tile: what is far off is rare, and shown more often.
SCALES = ((240, 40), (480, 80), (960, 160))


def color(image):
    """Mean difference of a picture's strongest and weakest primary, in levels of 8 bits; grey has 0."""
    pixels = np.asarray(image.resize((128, 128), Image.Resampling.BOX)).astype(int)
    return float((pixels.max(-1) - pixels.min(-1)).mean())


def starts(length, step):
    """Where tiles start along a side, both ends met."""
    count = max(1, -(-(length - SIDE) // step) + 1)
    return np.unique(np.linspace(0, length - SIDE, count).round().astype(int))


def cut(image, name, step, folder):
    """Writes the tiles of a picture, enlarged to a tile if it is smaller along a side; returns how many."""
    least = SIDE / min(image.size)
    if least > 1:
        image = image.resize(
            [max(SIDE, round(least * side)) for side in image.size], Image.Resampling.LANCZOS
        )
    pixels, count = np.asarray(image), 0
    for top in starts(pixels.shape[0], step):
        for left in starts(pixels.shape[1], step):
            tile = Image.fromarray(pixels[top : top + SIDE, left : left + SIDE])
            tile.save(folder / f"{name}_{top}_{left}.png", compress_level=1)
            count += 1
    return count


def photographs(folders):
    """Names and pictures, none of them held out: whole photographs, and textures as "texture-NAME"."""
    for file in sorted(path for folder in folders for path in folder.rglob("*.jpg")):
        name = file.stem
        if "tex_" in str(file):
            if file.stat().st_size > TEXTURE_BYTES and not ALIKE.match(name):
                yield f"texture-{name}", Image.open(file).convert("RGB")
            continue
        left_out = name in (*LEFT_OUT, *HELD_OUT, *VALIDATION) or name.startswith(ALSO_LEFT_OUT)
        if not left_out and not file.is_symlink():
            yield name, Image.open(file).convert("RGB")
    for name, pixels in bundled():
        yield name, Image.fromarray(pixels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument(
        "--least-color", type=float, default=0.0, help="leave out pictures of less, in levels"
    )
    asked = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    asked.output.mkdir(parents=True)
    count = 0
    for name, image in photographs(asked.folders):
        if color(image) < asked.least_color:
            print(f"hardly any color: {name}")
            continue
        if name.startswith("texture-"):
            count += cut(brought_to(image, 256), name, 96, asked.output)
            continue
        for longer, step in SCALES:
            count += cut(brought_to(image, longer), f"{name}-{longer}", step, asked.output)
    print(f"{count:,} tiles in {asked.output}")


if __name__ == "__main__":
    main()
