"""What the examples in docstrings take for granted: pictures, folders, networks small enough to be quick."""

import functools
import importlib
import inspect
import types

import keras
import numpy as np

import kgan
from kgan.pictures import pixels

NETWORKS = {
    "generation": "dcgan began mlp resnet r3gan",
    "translation": "unet patchgan translation_resnet",
    "super_resolution": "srresnet rrdb srgan_discriminator",
    "inpainting": "context_encoder gated_inpainting",
    "video": "multiscale",
}
SMALL = {"width": 4, "blocks": 1}


def floats(*shape):
    """Pictures in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def small_networks():
    """The network modules, by name, their functions narrow unless an example says how wide."""
    found = {}
    for room, names in NETWORKS.items():
        for name in names.split():
            module = importlib.import_module(f"kgan.networks.{room}.{name}")
            small = types.SimpleNamespace(**vars(module))
            for kind in ("generator", "discriminator", "discriminators"):
                build = getattr(module, kind, None)
                if build is not None:
                    fits = {k: v for k, v in SMALL.items() if k in inspect.signature(build).parameters}
                    setattr(small, kind, functools.partial(build, **fits))
            found[name] = small
    return found


def fit(model, x, *args, **options):
    """In place of `fit`: all that it checks before its first step, on symbols."""
    model.before_first_step(
        keras.tree.map_structure(lambda a: keras.KerasTensor((None, *a.shape[1:]), a.dtype.name), x)
    )


def folders(root):
    """Folders of small pictures in every layout that an example names."""
    from PIL import Image

    def pictures(folder, names, size=(24, 20)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for index, name in enumerate(names):
            noise = np.random.default_rng(index).integers(0, 256, (size[1], size[0], 3), np.uint8)
            Image.fromarray(noise).save(root / folder / name)

    four = [f"{i}.png" for i in range(4)]
    for folder in (
        "flowers/rose",
        "flowers/tulip",
        "horse2zebra/trainA",
        "horse2zebra/trainB",
        "photographs",
    ):
        pictures(folder, four)
    pictures("facades", four, (48, 20))
    pictures("cityscapes/images", four)
    (root / "cityscapes/labels").mkdir()
    for name in four:
        marked = np.arange(480, dtype=np.uint8).reshape(20, 24) % 3
        Image.fromarray(marked).save(root / "cityscapes/labels" / name)
    (root / "clips").mkdir()
    for index in range(4):
        frames = [Image.fromarray(np.full((20, 24, 3), 8 * (i + index), np.uint8)) for i in range(24)]
        frames[0].save(root / f"clips/{index}.gif", save_all=True, append_images=frames[1:])


def captioned(root):
    """`flowers` with captions, for the example that reads them."""
    lines = ["file,caption"]
    for path in sorted((root / "flowers").glob("*/*.png")):
        lines.append(f"{path.relative_to(root / 'flowers')},a {path.parent.name}")
    (root / "flowers/captions.csv").write_text("\n".join(lines) + "\n")


def common():
    """Names for every example."""
    names = {"keras": keras, "np": np, "kgan": kgan, "layers": keras.layers, "ops": keras.ops}
    names |= {name: getattr(kgan, name) for name in kgan.SCHEMES}
    images = floats(8, 32, 32, 3)
    names |= {
        "images": images,
        "labels": np.arange(8, dtype="int32") % 10,
        "x": floats(2, 8, 8, 3),
        "features": floats(40, 8),
        "target": floats(2, 32, 32, 3),
        "prediction": floats(2, 32, 32, 3) * 0.9,
        "small": floats(2, 24, 24, 3),
        "large": floats(2, 96, 96, 3),
        "pixels": pixels.to_uint8(floats(40, 40, 3)),
        "batches": [images],
        "samples": images,
    }
    return names
