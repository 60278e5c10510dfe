"""Does SPADE put each class where its map has it? Pictures of 64x64 pixels and their label maps.

    python benchmarks/quality/spade.py --seconds 80 --seeds 0
    python benchmarks/quality/textures.py runs/textures
    python benchmarks/quality/spade.py --data runs/textures

Of bundled photographs and label maps computed of them, or of a folder of indexed PNGs and their pictures. SPADE and
pix2pix's U-Net (whose source is a plane a class) learn in the same time: the processor's, or the clock's on a GPU.
Printed: the mean intersection over union of the maps asked for and those that a segmenter of its own, trained on the
same real pictures, finds in the pictures made of maps held out; beside what it finds in the real pictures, and in
pictures with each class in its mean color. Maps, both results and the truth go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import minutes_spent
from keras import layers

from kgan import SPADE, Pix2Pix
from kgan.data.kinds.computed_labels import computed_labels
from kgan.data.kinds.label_maps import label_maps
from kgan.data.samples import photographs
from kgan.data.source.examples import batch_of
from kgan.networks import multiscale_patchgan, patchgan, spade, unet
from kgan.pictures.grid import image_grid, save_png
from kgan.tasks.translation.label_maps import colored, painted
from kgan.tasks.translation.translation import side_by_side

SIZE, BATCH, WARM, TIMED = (64, 64), 4, 2, 8


def segmenter(training, classes, steps):
    """A network from pictures to logits of classes, trained on real ones."""
    image = x = keras.Input((*SIZE, 3))
    for rate in (1, 2, 4, 1):
        x = layers.Conv2D(16, 5, padding="same", dilation_rate=rate, activation="relu")(x)
    model = keras.Model(image, layers.Conv2D(classes, 1)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss)
    data = training.batches(16, seed=1).map(lambda batch: (batch["target"], batch["source"]))
    model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)
    return lambda images: model.predict(images, batch_size=32, verbose=0).argmax(axis=-1)


def mean_intersection_over_union(asked, found):
    """The mean over the classes that are asked for somewhere."""
    scores = [
        np.sum((asked == index) & (found == index)) / np.sum((asked == index) | (found == index))
        for index in np.unique(asked)
    ]
    return float(np.mean(scores))


def modulated(seed, rate, classes):
    made = spade.generator(SIZE, 3, classes, width=8, hidden=16, normalization="instance")
    judge = multiscale_patchgan.discriminator(3, classes, patch=34, width=16, spectral_normalization=True)
    model = SPADE(made, judge)
    adam = [keras.optimizers.Adam(rate * factor, beta_1=0.0) for factor in (1, 4)]
    model.compile(*adam, ema_half_life=400, seed=seed)
    return model


def plain(seed, rate, classes):
    made = unet.generator(SIZE, 3, classes, width=16, normalization="instance")
    model = Pix2Pix(made, patchgan.discriminator(3, classes, patch=34, width=16, normalization="instance"))
    adam = [keras.optimizers.Adam(rate, beta_1=0.5) for _ in range(2)]
    model.compile(*adam, ema_half_life=400, seed=seed)
    return model


def trained(make, seed, data, seconds, *settings):
    """A model trained for so many seconds, and its steps."""
    keras.utils.set_random_seed(seed)
    model = make(seed, *settings)
    model.fit(data, steps_per_epoch=WARM, epochs=1, verbose=0)
    began = minutes_spent()
    model.fit(data, steps_per_epoch=TIMED, epochs=1, verbose=0)
    steps = max(2, round(seconds / ((minutes_spent() - began) * 60 / TIMED)))
    model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)
    return model, steps + WARM + TIMED


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder of indexed PNGs and pictures; left out: bundled photographs")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=80)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--segmenter-steps", type=int, default=250)
    parser.add_argument("--picture", default="runs/quality-spade.png")
    flags, start = parser.parse_args(), minutes_spent()
    keras.utils.set_random_seed(0)
    source = label_maps(flags.data, SIZE) if flags.data else computed_labels(photographs(SIZE))
    (training, apart), classes = source.split(0.2, seed=0), len(source.label_names)
    held_out = batch_of(apart, 96)
    maps = held_out["source"]
    find = segmenter(training, classes, flags.segmenter_steps)
    planes = keras.ops.convert_to_numpy(keras.ops.one_hot(maps[..., 0], classes))

    def tell(name, images):
        score = mean_intersection_over_union(maps[..., 0], find(np.clip(images, -1, 1)))
        print(f"{name}: mean intersection over union {score:.3f} of {len(maps)} pictures", flush=True)

    tell("the real pictures", held_out["target"])
    tell("each class in its mean color", painted(maps, batch_of(training, 256)))
    for seed in flags.seeds:
        data = training.batches(BATCH, seed=seed)
        unmapped = data.map(
            lambda batch: {**batch, "source": keras.ops.one_hot(batch["source"][..., 0], classes)}
        )
        made = {}
        for name, make, source, given in (
            ("U-Net", plain, unmapped, planes),
            ("SPADE", modulated, data, maps),
        ):
            began = minutes_spent()
            model, steps = trained(make, seed, source, flags.seconds, flags.rate, classes)
            made[name] = model.predict({"source": given}, batch_size=16, verbose=0)
            spent = minutes_spent() - began
            tell(f"seed {seed} {name}, {steps} steps, {spent:.1f} minutes", made[name])
        shown = {"map": colored(maps, classes), **made, "truth": held_out["target"]}
        images, captions, columns = side_by_side({key: value[::12] for key, value in shown.items()})
        save_png(image_grid(images, columns, captions), flags.picture)
    print(f"{minutes_spent() - start:.1f} minutes; samples in {flags.picture}")
