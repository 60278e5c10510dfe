"""Puts a trained super-resolution network into the box: its file, its SavedModel, and its card with what was measured.

    python benchmarks/quality/ship_super_resolution.py --run runs/photo-x4 --name photo-x4 --time "..." \
        --command "python benchmarks/quality/train_super_resolution.py ..." \
        --on Set5=CSet5 held-out=photographs/held_out

An adversarial one is measured beside the pixel one that it came from, as networks see it, and may stand between both:

    python benchmarks/quality/ship_super_resolution.py --run runs/photo-x4-gan --name photo-x4-adversarial --other \
        --beside saved_models/photo-x4/photo-x4.keras --between 0.4 --time "..." --command "..." \
        --on held-out=photographs/held_out

One for pictures that noise and JPEG have spoilt is measured on such: Gaussian noise of 8 grey levels and quality 60.

    python benchmarks/quality/ship_super_resolution.py --run runs/photo-x4-blind --name photo-x4-degraded --other \
        --beside saved_models/photo-x4/photo-x4.keras --spoil 8 60 --time "..." --command "..." \
        --on held-out=photographs/held_out
"""

import argparse
import io
import json
import shutil
import time
from pathlib import Path

import numpy as np

BUDGIE = "https://github.com/BuddiesOfBudgie/budgie-backgrounds"
SOLUS = "https://github.com/getsolus/artwork"
DATA = [
    {
        "what": "10 photographs of Budgie's backgrounds",
        "license": "CC0-1.0",
        "source": BUDGIE,
    },
    {
        "what": "Twigonometry",
        "author": "Alan Diggs",
        "license": "CC-BY-4.0",
        "source": SOLUS,
    },
    {"what": "vents-du-sud", "author": "Christian Ferrer", "license": "CC-BY-4.0", "source": SOLUS},
    {
        "what": "circumpolar-trails-sunset, lower-antelope-canyon, matador-rocks, mount-batok-java, rosa-kent, "
        "sebkha-d-oran, wild-golden-eagle",
        "author": "Antoine Lamielle, King of Hearts, Mica Semrick, Jakub Hałun, Dominicus Johannes Bergsma, "
        "Terki Hassaine Samir, Giles Laurent",
        "license": "CC-BY-SA-4.0",
        "source": SOLUS,
    },
    {
        "what": "dessert-at-dusk, green-glass-vase",
        "author": "Steve Johnson",
        "license": "public domain",
        "source": SOLUS,
    },
    {
        "what": "Picture_0B, Wine, aitzgorri, picosdeeuropa, sunset",
        "author": "Trevor Freespace, Jakub Mede, Aitzol Berasategi",
        "license": "CC-BY-4.0",
        "source": "Debian lomiri-wallpapers-16.04 20.04.0-2",
    },
    {
        "what": "Bridge, Dragonfly, free",
        "author": "Sander Klootwijk, Bolly, Peter Nerlich",
        "license": "CC-BY-SA-4.0",
        "source": "Debian lomiri-wallpapers-16.04 20.04.0-2",
    },
    {
        "what": "seeding",
        "author": "Clemens Engelhardt",
        "license": "CC0-1.0",
        "source": "Debian lomiri-wallpapers-16.04 20.04.0-2",
    },
    {
        "what": "Kleiber",
        "author": "Lukas Baubkus",
        "license": "CC-BY-SA-3.0",
        "source": "Debian lomiri-wallpapers-20.04 20.04.0-2",
    },
    {
        "what": "photographic textures of walls, ground and grass",
        "author": "the UFO: Alien Invasion team",
        "license": "GPL-2+, CC-BY-3.0, CC-BY-SA-3.0 and public domain, by file",
        "source": "Debian ufoai-textures 2.5-2",
    },
    {"what": "astronaut, coffee, rocket", "license": "public domain, CC0-1.0", "source": "scikit-image"},
    {"what": "china.jpg, flower.jpg", "license": "CC-BY-2.0", "source": "scikit-learn"},
]


def luma(pixels):
    """Rec. 601 luma in the range of video, as super-resolution papers measure it."""
    return 16 + pixels.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def psnr(first, second, border):
    """Luma PSNR in decibels, the border left out."""
    inner = (slice(border, -border), slice(border, -border))
    return float(10 * np.log10(255**2 / np.mean((luma(first)[inner] - luma(second)[inner]) ** 2)))


def spoilt(pixels, noise, quality, seed=0):
    """A picture with Gaussian noise of a deviation in grey levels, as JPEG of a quality leaves it.

    Pillow and NumPy do it, not the pipeline that a network was trained with.
    """
    from PIL import Image

    noisy = pixels + noise * np.random.default_rng(seed).standard_normal(pixels.shape)
    coded = io.BytesIO()
    Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8)).save(coded, "JPEG", quality=quality)
    return np.asarray(Image.open(coded))


def beside(methods, folder, scale, pictures=None, spoil=None):
    """Means over a folder's pictures by method, bicubic first: dicts of named numbers; and how many pictures.

    Args:
        methods: dict from a name to a network.
        folder: of pictures.
        scale: int.
        pictures: folder to write crops side by side to, or None.
        spoil: (noise, quality) of `spoilt` for the small pictures, or None.
    """
    from perceived import Perceived, crops
    from PIL import Image

    from kgan.data.views.degradation import enlarged, shrunk
    from kgan.pictures.pixels import to_float, to_uint8
    from kgan.tasks.super_resolution.enlarging import pictures_below

    judge, rows = Perceived(lambda first, second: psnr(first, second, scale)), {}
    found = pictures_below(folder)
    for name, whole in found:
        height, width = (side // scale * scale for side in whole.shape[:2])
        original = whole[:height, :width]
        small = shrunk(original, scale)
        if spoil:
            small = spoilt(small, *spoil)
        made = {"bicubic": enlarged(small, scale)}
        made |= {
            method: to_uint8(np.asarray(network(to_float(small)[None]))[0])
            for method, network in methods.items()
        }
        for method, pixels in made.items():
            rows.setdefault(method, []).append(judge(original, pixels))
        if pictures:
            sides = [crops(pixels)[0] for pixels in (*made.values(), original)]
            Image.fromarray(np.concatenate(sides, axis=1)).save(Path(pictures) / f"{Path(name).stem}.png")
    return {
        method: {key: float(np.mean([row[key] for row in found])) for key in found[0]}
        for method, found in rows.items()
    }, len(found)


def measured(network, folder, scale):
    """Mean luma PSNR of bicubic and of the network, the mean gain, seconds a megapixel made, and how many pictures."""
    from kgan.data.views.degradation import enlarged, shrunk
    from kgan.pictures.pixels import to_float, to_uint8
    from kgan.tasks.super_resolution.enlarging import pictures_below

    rows, seconds, pixels = [], 0.0, 0
    for _, whole in pictures_below(folder):
        height, width = (side // scale * scale for side in whole.shape[:2])
        original = whole[:height, :width]
        small = shrunk(original, scale)
        began = time.process_time()
        made = to_uint8(np.asarray(network(to_float(small)[None]))[0])
        seconds, pixels = seconds + time.process_time() - began, pixels + height * width
        rows.append((psnr(original, enlarged(small, scale), scale), psnr(original, made, scale)))
    bicubic, ours = np.mean(rows, 0)
    return bicubic, ours, 1e6 * seconds / pixels, len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--run", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--box", type=Path, default=Path("saved_models"))
    parser.add_argument("--summary", default="photographs four times larger, by pixel loss")
    parser.add_argument("--on", nargs="+", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--command", nargs="+", required=True)
    parser.add_argument("--time", required=True)
    parser.add_argument("--note", nargs="*", default=[])
    parser.add_argument("--beside", help="the .keras file of the pixel one; measured as networks see it")
    parser.add_argument("--spoil", type=int, nargs=2, metavar=("NOISE", "QUALITY"), help="with --beside")
    parser.add_argument("--between", type=float, default=1.0, help="0 the pixel one, 1 the run's")
    parser.add_argument("--pictures", help="folder for crops side by side")
    parser.add_argument("--other", action="store_true", help="not the one that the app takes by itself")
    asked = parser.parse_args()

    from kgan.app.run.loading import load_model
    from kgan.export.savedmodel import export
    from kgan.schemes import SuperResolution
    from kgan.tasks.super_resolution.enlarging import scale_of, served

    network = served(load_model(asked.run))
    scale = scale_of(network)
    rows, methods = [], {}
    if asked.beside:
        from kgan.schemes.super_resolution.esrgan import interpolate_networks

        pixel = served(load_model(asked.beside))
        network = interpolate_networks(pixel, network, asked.between)
        methods = {Path(asked.beside).stem: pixel, "this": network}
    for pair in asked.on:
        name, _, folder = pair.partition("=")
        if methods:
            means, count = beside(methods, folder, scale, asked.pictures, asked.spoil)
            for method, found in means.items():
                values = {
                    key: f"{value:.2f}" if "dB" in key else f"{value:.4f}" for key, value in found.items()
                }
                rows.append({"on": f"{name} ({count})", "method": method, **values})
                print(rows[-1], flush=True)
            continue
        bicubic, ours, seconds, count = measured(network, folder, scale)
        row = {"on": f"{name} ({count})", "bicubic, dB": f"{bicubic:.2f}", "this, dB": f"{ours:.2f}"}
        rows.append(
            {**row, "gain, dB": f"{ours - bicubic:+.2f}", "processor seconds a megapixel": f"{seconds:.2f}"}
        )
        print(rows[-1], flush=True)
    folder = asked.box / asked.name
    # The exporter wants a folder of versions and nothing else.
    shutil.rmtree(folder, ignore_errors=True)
    model = SuperResolution(network, "l1")
    model.compile(jit_compile=False)
    export(model, folder)
    model = SuperResolution(network, "l1")
    model.save(folder / f"{asked.name}.keras")
    card = {
        "app": "super-resolution",
        "summary": asked.summary,
        "standard": not asked.other,
        "parameters": network.count_params(),
        "data": DATA,
        "commands": asked.command,
        "time": asked.time,
        "measured": rows,
        "protocol": f"mean luma PSNR at x{scale}, made smaller bicubically, {scale} pixels of border left out"
        + (
            ", then noise of {} grey levels and JPEG of quality {}".format(*asked.spoil)
            if asked.spoil
            else ""
        )
        + ("; distances, less is nearer, of two crops of 299 pixels of each picture" if methods else ""),
        "notes": asked.note,
    }
    (folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
