"""Images a second from a folder of photographs to batches of 256x256, in kgan and in PyTorch's DataLoader.

    python benchmarks/input_pipeline.py [--photographs 2000] [--repetitions 5] [--folder FOLDER]

Both read the same files in one run, in turn: kgan with tf.data, and torch.utils.data.DataLoader with Pillow and two
workers. Both shuffle, mirror every second image at random and return float batches of 32 in [-1, 1]. "crop" takes a
random 256x256 window of the photograph's own pixels; "whole" scales the photograph until it covers 256x256,
antialiased, and takes a random crop of that. The photographs, of about one megapixel, are made from those in the
scikit-image and scikit-learn wheels: random parts of them, scaled, with their brightness changed and a little noise.
"""

import argparse
import multiprocessing
import os
import pathlib
import statistics
import tempfile
import time

import numpy as np
from PIL import Image

SIZE = 256
BATCH = 32
WORKERS = 2
OTHER_FORMATS = {"png": {}, "webp": {"quality": 90}, "bmp": {}, "tif": {}}
OTHERS = 200  # photographs of each other format


def make_photograph(task):
    """Writes one photograph of about a megapixel."""
    path, number, options = task
    if path.exists():
        return
    rng = np.random.default_rng(number)
    pixels = photographs()[number % len(photographs())]
    image = Image.fromarray(pixels)
    width, height = image.size
    cut = rng.uniform(0, 0.15, 4)
    box = cut * [width, height, -width, -height] + [0, 0, width, height]
    image = image.crop([round(side) for side in box])
    scale = (rng.uniform(0.9, 1.1) * 1e6 / (image.width * image.height)) ** 0.5
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    noisy = np.asarray(image) * rng.uniform(0.8, 1.1) + rng.normal(0, 3, (image.height, image.width, 3))
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(path, **options)


def photographs(found=[]):  # noqa: B006 - read once a process
    """Returns the wheels' colour photographs as arrays."""
    if not found:
        import skimage.data
        from sklearn.datasets import load_sample_images

        found += [
            skimage.data.astronaut(),
            skimage.data.chelsea(),
            skimage.data.coffee(),
            skimage.data.rocket(),
        ]
        found += [skimage.data.retina(), skimage.data.hubble_deep_field(), *load_sample_images().images]
    return found


def make_folders(root, count):
    """Returns format -> folder of photographs, made unless they are there."""
    tasks, folders = [], {}
    for extension, options in {"jpg": {"quality": 90}, **OTHER_FORMATS}.items():
        folder = root / extension
        folder.mkdir(parents=True, exist_ok=True)
        number = count if extension == "jpg" else min(count, OTHERS)
        tasks += [(folder / f"{i:05d}.{extension}", i, options) for i in range(number)]
        folders[extension] = folder
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.imap_unordered(make_photograph, tasks, chunksize=8), 1):
            if done % 200 == 0:
                print(f"{done} of {len(tasks)} photographs made", flush=True)
    return folders


class Folder:
    """The same as a `torch.utils.data.Dataset`: Pillow reads, NumPy converts."""

    def __init__(self, folder, fit):
        self.paths, self.fit = sorted(map(str, folder.iterdir())), fit

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, number):
        import torch

        with Image.open(self.paths[number]) as image:
            image = image.convert("RGB")
        if self.fit == "whole":
            scale = max(SIZE / image.width, SIZE / image.height)
            size = (max(SIZE, round(image.width * scale)), max(SIZE, round(image.height * scale)))
            image = image.resize(size, Image.Resampling.BILINEAR)
        left, top = (int(torch.randint(room + 1, ())) for room in (image.width - SIZE, image.height - SIZE))
        pixels = np.array(image.crop((left, top, left + SIZE, top + SIZE)))
        if torch.rand(()) < 0.5:
            pixels = pixels[:, ::-1].copy()
        return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(127.5).sub_(1)


def torch_batches(folder, fit):
    """Yields PyTorch's batches without end."""
    import torch

    loader = torch.utils.data.DataLoader(
        Folder(folder, fit), BATCH, shuffle=True, num_workers=WORKERS, persistent_workers=True, drop_last=True
    )
    while True:
        yield from loader


def kgan_batches(folder, fit):
    """Returns an iterator over kgan's batches, without end."""
    from kgan import data

    source = data.images(folder, SIZE, fit="crop" if fit == "crop" else "cover")
    return iter(source.batches(BATCH))


def rate(batches, count):
    """Returns images a second over `count` batches, after eight to start with."""
    for _ in range(8):
        next(batches)
    start = time.perf_counter()
    for _ in range(count):
        next(batches)
    return count * BATCH / (time.perf_counter() - start)


def compare(folder, fit, repetitions, count):
    """Times both in turn; returns the medians of their rates, and the median of the ratios."""
    ours, theirs = [], []
    for _ in range(repetitions):
        batches = torch_batches(folder, fit)
        theirs.append(rate(batches, count))
        batches.close()
        batches = kgan_batches(folder, fit)
        ours.append(rate(batches, count))
        del batches
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return statistics.median(ours), statistics.median(theirs), statistics.median(ratios)


def main():
    """Makes the photographs, times both pipelines, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photographs", type=int, default=2000)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--batches", type=int, default=30, help="batches a repetition")
    parser.add_argument(
        "--folder", type=pathlib.Path, help="keeps the photographs here (default: a temporary folder)"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with tempfile.TemporaryDirectory() as temporary:
        folders = make_folders(arguments.folder or pathlib.Path(temporary), arguments.photographs)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; images a second, medians")
        print(f"{'':12}{'kgan':>8}{'torch':>8}{'ratio':>8}")
        for extension, folder in folders.items():
            for fit in ("crop", "whole"):
                count = arguments.batches if extension == "jpg" else max(4, arguments.batches // 3)
                ours, theirs, ratio = compare(folder, fit, arguments.repetitions, count)
                print(f"{extension} {fit:8}{ours:8.0f}{theirs:8.0f}{ratio:8.2f}", flush=True)


if __name__ == "__main__":
    main()
