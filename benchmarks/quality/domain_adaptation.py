"""Do adversarial features carry reading from printed digits over to handwritten ones? DANN and ADDA beside baselines.

    python benchmarks/quality/domain_adaptation.py --seeds 0 1 2

Source: the digits of 27 bundled typefaces, turned and shifted a little, with labels. Target: scikit-learn's 1,797
handwritten digits, enlarged from 8x8 to 28x28 pixels; the first 1,297 without labels to learn from, the last 500 (by
other hands) held out. One LeNet, the same batches and as many steps for each method:

    source   has learned from printed digits alone, and reads the others as it does those
    DANN     has seen handwritten digits beside them, never a label of theirs
    ADDA     is the first, whose copy then saw handwritten digits without labels, for as many steps again
    target   has learned from handwritten digits with their labels: what could be had

Printed: each seed's accuracy on the 500, their mean, and processor minutes.
"""

import argparse
import os

import keras
import numpy as np
from sklearn.datasets import load_digits

from kgan import ADDA, DANN
from kgan.data.samples import glyphs
from kgan.data.samples.digits_in_motion import sprites
from kgan.networks import lenet

SIDE, HELD_OUT, BATCH, FEATURES = 28, 500, 64, 128
SIZE = {"image_size": (SIDE, SIDE), "channels": 1, "features": FEATURES}


def printed(count, seed):
    """Pictures of printed digits, each disturbed anew, and their labels."""
    found = []
    for batch in glyphs(SIDE, characters="0123456789").batches(BATCH, seed=seed):
        found.append((np.asarray(batch["image"]), np.asarray(batch["label"])))
        if len(found) * BATCH >= count:
            return tuple(map(np.concatenate, zip(*found, strict=True)))


def batches(seed, **arrays):
    """Tuples of a dict of rows drawn at random, without end; arrays of one length stay side by side."""
    random = np.random.default_rng(seed)
    while True:
        rows = {
            count: random.integers(0, count, BATCH) for count in sorted({len(a) for a in arrays.values()})
        }
        yield ({key: array[rows[len(array)]] for key, array in arrays.items()},)


def train(model, drawn, steps):
    model.fit(drawn, steps_per_epoch=steps, shuffle=False, verbose=0)


def new_networks(seed):
    keras.utils.set_random_seed(seed)
    return lenet.encoder(**SIZE), lenet.classifier(10, FEATURES)


def reader(images, labels, steps, seed):
    """An encoder and a classifier that have learned from labels."""
    encoder, classifier = new_networks(seed)
    network = keras.Sequential([encoder, classifier])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
    train(network, (tuple(b.values()) for (b,) in batches(seed, x=images, y=labels)), steps)
    return encoder, classifier, network


def measured(seed, steps):
    """Accuracy on the held-out target by method."""
    digits = load_digits().target
    pictures = sprites(SIDE)[..., None].astype("float32") / 127.5 - 1
    target, held_out, truth = pictures[:-HELD_OUT], pictures[-HELD_OUT:], digits[-HELD_OUT:]
    source, labels = printed(8000, seed)

    def right(logits):
        return float((logits.argmax(-1) == truth).mean())

    found = {}
    encoder, classifier, network = reader(source, labels, steps, seed)
    found["source"] = right(network.predict(held_out, verbose=0))

    dann = DANN(*new_networks(seed), lenet.discriminator(FEATURES, 100, 1))
    dann.compile(**DANN.schedule(steps), jit_compile=False)
    train(dann, batches(seed, source=source, label=labels, target=target), steps)
    found["DANN"] = right(dann.predict({"image": held_out}, verbose=0))

    adda = ADDA(encoder, classifier, lenet.discriminator(FEATURES))
    adda.compile(jit_compile=False)
    train(adda, batches(seed, source=source, target=target), steps)
    found["ADDA"] = right(adda.predict({"image": held_out}, verbose=0))

    _, _, network = reader(target, digits[:-HELD_OUT], steps, seed)
    found["target"] = right(network.predict(held_out, verbose=0))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    rows = []
    for seed in given.seeds:
        begun = sum(os.times()[:2])
        rows.append(measured(seed, given.steps))
        spent = (sum(os.times()[:2]) - begun) / 60
        shown = ", ".join(f"{name} {value:.3f}" for name, value in rows[-1].items())
        print(f"seed {seed}: {shown}; {given.steps} steps, {spent:.1f} processor minutes", flush=True)
    means = {name: np.mean([row[name] for row in rows]) for name in rows[0]}
    print("mean:   " + ", ".join(f"{name} {value:.3f}" for name, value in means.items()))
