"""Where will which thing be? Label maps and features forecast, beside pixels forecast and segmented afterwards.

    python benchmarks/quality/semantic_forecast.py --steps 200 --seeds 0

After Luc et al. 2017 and 2018. A handwritten 0, 1 or 2 moves and bounces at 32x32 pixels, so that the true label map of
every frame is known: ground, or which digit. A small network learns to segment single frames. Then `VideoPredictionGAN`
learns, each time from the same four frames, in as many steps, with as wide a generator,

    labels      from the segmentation of the frames seen (a softmax) the next one
    features    from the segmenter's last features the next ones, which its last layer then reads
    pixels      from the frames the next frame, which the segmenter then segments

Printed, on clips of digits held out: the mean over the classes of intersection over union with the true map, first and
third frame, each drawn from those before it; the same of the last segmentation copied, and of the true frame segmented,
which is what a perfect forecast of pixels would have; and processor minutes.
"""

import argparse
import os

import keras
import numpy as np
from sklearn.datasets import load_digits

from kgan import VideoPredictionGAN
from kgan.data.samples import motion
from kgan.data.samples.digits_in_motion import sprites
from kgan.networks import multiscale

SIDE, DIGIT, SEEN, AHEAD, KINDS = 32, 15, 4, 3, 3
CLASSES, FEATURES, WIDTH, BATCH = KINDS + 1, 8, 8, 8


def clips(chosen, count, seed):
    """Clips of these sprites: frames (count, n, side, side, 1) in [-1, 1] and label maps (count, n, side, side)."""
    random = np.random.default_rng(seed)
    pictures, names = sprites(DIGIT), load_digits().target
    frames, maps = [], []
    for _ in range(count):
        one = random.choice(chosen)
        key = random.integers(0, 2**31 - 1, 2)
        sprite = pictures[one][None].astype("float32") / 255
        made = np.asarray(motion.clip(sprite, key, SEEN + AHEAD, (SIDE, SIDE), (1.0, 2.5)))
        frames.append(2 * made - 1)
        maps.append(np.where(made[..., 0] > 0.4, 1 + names[one], 0))
    return np.stack(frames).astype("float32"), np.stack(maps)


def segmenter():
    """Frames to logits of classes, and to the features before them."""
    image = keras.Input((SIDE, SIDE, 1), name="image")
    layers, options = keras.layers, {"padding": "same", "activation": "relu"}
    fine = layers.Conv2D(16, 3, **options)(image)
    x = layers.Conv2D(32, 3, 2, **options)(fine)
    x = layers.Conv2D(32, 3, 2, **options)(x)
    x = layers.Conv2D(64, 5, **options)(x)
    x = layers.UpSampling2D(4, interpolation="bilinear")(layers.Conv2D(32, 5, **options)(x))
    x = layers.Conv2D(FEATURES, 3, padding="same", activation="tanh")(layers.Concatenate()([x, fine]))
    features = keras.Model(image, x)
    head = keras.Sequential([keras.Input((SIDE, SIDE, FEATURES)), layers.Conv2D(CLASSES, 1)])
    return keras.Model(image, head(x)), features, head


def by_frame(network, frames):
    """A network's answer to each frame of clips."""
    flat = frames.reshape(-1, *frames.shape[2:])
    made = network.predict(flat, batch_size=256, verbose=0)
    return made.reshape(*frames.shape[:2], *made.shape[1:])


def overlap(found, truth):
    """Mean over the classes of intersection over union, over all pixels of all maps."""
    return np.mean(
        [((found == c) & (truth == c)).sum() / ((found == c) | (truth == c)).sum() for c in range(CLASSES)]
    )


def forecaster(kind, channels, steps, data, seed):
    """A predictor trained on clips of its kind."""
    keras.utils.set_random_seed(seed)
    network = multiscale.generator(channels, SEEN, 1, WIDTH, changes=True, labels=kind == "labels")
    model = VideoPredictionGAN(network, [], kind=kind, unroll=2)
    model.compile(keras.optimizers.Adam(2e-3), seed=seed)
    model.fit(data, batch_size=BATCH, epochs=1, steps_per_epoch=steps, verbose=0)
    return model


def measured(steps, seed):
    """Overlaps by method, a list a frame ahead."""
    keras.utils.set_random_seed(seed)
    known = np.flatnonzero(load_digits().target < KINDS)
    order = np.random.default_rng(0).permutation(known)
    frames, maps = clips(order[50:], steps * BATCH, seed + 1)
    unseen, truth = clips(order[:50], 100, 0)
    network, features, head = segmenter()
    network.compile(keras.optimizers.Adam(2e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(frames[:, 0], maps[:, 0], batch_size=16, epochs=3, verbose=0)

    def shares(clips):
        return np.asarray(keras.ops.softmax(by_frame(network, clips)))

    data = {"labels": shares(frames), "features": by_frame(features, frames), "pixels": frames}
    seen = unseen[:, :SEEN]
    start = {"labels": shares(seen), "features": by_frame(features, seen), "pixels": seen}
    read = {
        "labels": lambda x: x,
        "features": lambda x: by_frame(head, x),
        "pixels": lambda x: by_frame(network, x),
    }
    found = {
        "the last copied": np.repeat(start["labels"][:, -1:], AHEAD, axis=1),
        "true frames segmented": by_frame(network, unseen[:, SEEN:]),
    }
    for kind, values in data.items():
        model = forecaster(kind, values.shape[-1], steps, values, seed)
        found[kind] = read[kind](model.extrapolate(start[kind], AHEAD))
    ahead = truth[:, SEEN:]
    return {
        name: [overlap(made[:, n].argmax(axis=-1), ahead[:, n]) for n in range(AHEAD)]
        for name, made in found.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=200)
    given = parser.parse_args()
    for seed in given.seeds:
        begun = sum(os.times()[:2])
        found = measured(given.steps, seed)
        minutes = (sum(os.times()[:2]) - begun) / 60
        print(f"seed {seed}, {given.steps} steps each, {minutes:.1f} processor minutes")
        for name, row in found.items():
            print(f"  {name:<22} IoU {row[0]:.3f} and {row[-1]:.3f}", flush=True)
