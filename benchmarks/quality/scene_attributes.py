"""Does a scene look as its attributes say, and a photograph after it? Bundled photographs, 64x64 pixels.

    python benchmarks/quality/scene_attributes.py --seconds 90 --seeds 0

`SceneHallucination` learns crops of photographs with their label maps (the nearest of eight colors, computed), each
under a light of its own: brighter or darker, warmer or colder, greener or redder, with haze or without. Its attributes
are computed after that. Then crops of scenes held out are to be brighter, darker, warmer and so on by 1.5 deviations of
one attribute each, the others as they are: a scene is made for the crop's own map, and its colors are given to the
photograph. Printed, for scenes and for photographs: by attribute, the correlation of what was asked for and what is
found, and the mean distance between the two in deviations of training pictures; beside the photograph left as it is,
and colors of a scene whose attributes were shuffled. And how much of the photograph's edges is left: the correlation of
the gradients of lightness. Photographs, scenes and results go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import minutes_spent, write_grid

from kgan import SceneHallucination
from kgan.data.kinds.computed_labels import computed_labels
from kgan.data.samples import photographs
from kgan.data.source.examples import batch_of
from kgan.networks import multiscale_patchgan, spade
from kgan.pictures.color import lab_from_rgb
from kgan.pictures.look import ATTRIBUTES, attributes_of, transfer_look

SIZE, BATCH, WARM, TIMED, ASKED = (64, 64), 4, 2, 8, 1.5


def lit(images, random):
    """Each picture under a light of its own, in [-1, 1]."""
    shape = (len(images), 1, 1, 1)
    gain, warmth, green, haze = (
        random.uniform(*ends, shape) for ends in ((0.45, 1.15), (-0.25, 0.25), (-0.15, 0.15), (-0.4, 0.5))
    )
    tint = np.concatenate([1 + warmth - green, 1 + green, 1 - warmth - green], axis=-1)
    light = np.clip((images + 1) / 2 * gain * tint, 0, 1)
    haze = np.maximum(haze, 0)
    return (2 * (light * (1 - haze) + 0.85 * haze) - 1).astype("float32")


def many(source, rounds, seed):
    """Random crops of a source with their maps, in arrays."""
    found = [batch for batch, _ in zip(source.batches(32, seed=seed), range(rounds), strict=False)]
    return [np.concatenate([np.asarray(batch[name]) for batch in found]) for name in ("source", "target")]


def trained(seed, data, seconds, rate, classes):
    """A model trained for so many seconds, and its steps."""
    keras.utils.set_random_seed(seed)
    told = classes + len(ATTRIBUTES)
    model = SceneHallucination(
        spade.generator(
            SIZE, 3, classes, width=8, hidden=16, normalization="instance", attributes=len(ATTRIBUTES)
        ),
        multiscale_patchgan.discriminator(3, told, patch=34, width=16, spectral_normalization=True),
    )
    adam = [keras.optimizers.Adam(rate * factor, beta_1=0.0) for factor in (1, 4)]
    model.compile(*adam, ema_half_life=400, seed=seed)
    order = np.random.default_rng(seed).permutation(len(data["target"]))

    def fit(start, steps):
        chosen = order[np.arange(start * BATCH, (start + steps) * BATCH) % len(order)]
        given = {name: value[chosen] for name, value in data.items()}
        model.fit(given, batch_size=BATCH, shuffle=False, verbose=0)

    fit(0, WARM)
    began = minutes_spent()
    fit(WARM, TIMED)
    steps = max(2, round(seconds / ((minutes_spent() - began) * 60 / TIMED)))
    fit(WARM + TIMED, steps)
    return model, steps + WARM + TIMED


def edges(images):
    """Gradients of lightness, a row a picture."""
    lightness = keras.ops.convert_to_numpy(lab_from_rgb(images))[..., 0]
    return np.concatenate([np.diff(lightness, axis=axis).reshape(len(images), -1) for axis in (1, 2)], axis=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--picture", default="runs/quality-scene-attributes.png")
    flags, start = parser.parse_args(), minutes_spent()
    keras.utils.set_random_seed(0)
    training, apart = computed_labels(photographs(SIZE, science=False)).split(0.2, seed=0)
    classes = len(training.label_names)
    maps, pictures = many(training, 40, seed=0)
    pictures = lit(pictures, np.random.default_rng(0))
    found = attributes_of(pictures)
    mean, deviation = found.mean(axis=0), found.std(axis=0)
    data = {"source": maps, "attributes": (found - mean) / deviation, "target": pictures}

    def told(images):
        return (attributes_of(images) - mean) / deviation

    held = batch_of(apart, 24)
    own = told(held["target"])
    changes = [(index, sign * ASKED) for index in range(len(ATTRIBUTES)) for sign in (-1, 1)]
    photos, layouts, asked = [], [], []
    for index, change in changes:
        photos.append(held["target"])
        layouts.append(held["source"])
        asked.append(own + change * np.eye(len(ATTRIBUTES), dtype="float32")[index])
    photos, layouts, asked = (np.concatenate(one) for one in (photos, layouts, asked))
    changed = np.repeat([index for index, _ in changes], len(held["target"]))

    def tell(name, images):
        looks, parts = told(images), []
        for index, attribute in enumerate(ATTRIBUTES):
            mine = changed == index
            together = np.corrcoef(asked[mine, index], looks[mine, index])[0, 1]
            away = np.abs(asked[mine, index] - looks[mine, index]).mean()
            parts.append(f"{attribute} {together:.2f} and {away:.2f}")
        print(f"{name}: correlation and distance, {', '.join(parts)}", flush=True)

    print(f"{len(pictures)} crops to learn from, {len(photos)} photographs to change")
    tell("the photographs as they are", photos)
    for seed in flags.seeds:
        began = minutes_spent()
        model, steps = trained(seed, data, flags.seconds, flags.rate, classes)
        shuffled = asked[np.random.default_rng(seed).permutation(len(asked))]
        scenes, others = (
            model.predict({"source": layouts, "attributes": given}, batch_size=16, verbose=0)
            for given in (asked, shuffled)
        )
        tell(f"seed {seed}, scenes after {steps} steps, {minutes_spent() - began:.1f} minutes", scenes)
        results, by_chance = (
            np.stack([transfer_look(photo, look) for photo, look in zip(photos, looks, strict=True)])
            for looks in (scenes, others)
        )
        tell(f"seed {seed}, photographs with their colors", results)
        tell(f"seed {seed}, with colors of shuffled attributes", by_chance)
        kept = [np.corrcoef(a, b)[0, 1] for a, b in zip(edges(photos), edges(results), strict=True)]
        drawn = [np.corrcoef(a, b)[0, 1] for a, b in zip(edges(photos), edges(scenes), strict=True)]
        print(f"edges kept: {np.mean(kept):.3f}, of the scenes themselves {np.mean(drawn):.3f}")
        rows = []
        for index in (2, 9, 16):
            which = np.arange(len(changes)) * len(held["target"]) + index
            rows += [photos[which], scenes[which], results[which]]
        write_grid(flags.picture, rows)
    print(f"{minutes_spent() - start:.1f} minutes; pictures in {flags.picture}")
