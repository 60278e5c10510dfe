"""Does VAAL choose better than chance what to label? Accuracy over the number of labels, handwritten digits.

    python benchmarks/quality/active_learning.py --seeds 0 1 2 3 4

Data: scikit-learn's 1,797 digits of 8x8 pixels; the last 500 (by other hands) held out, the others the pool. Both ways
start from the same 20 labels, drawn by the seed, and ask for 20 more, five times: VAAL for those that look least like
labelled ones, after 200 steps of training on all pictures (it goes on from round to round), the other at random. After
each round scikit-learn's MLPClassifier (64 hidden units) learns from the labels that there are, anew, the same seed.

Printed: accuracy on the held-out digits by number of labels, mean and spread of the seeds, how many seeds VAAL is the
better in, and processor minutes.
"""

import argparse
import os
import warnings

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from kgan import VAAL
from kgan.networks import variational

HELD_OUT, START, MORE, ROUNDS, BATCH = 500, 20, 20, 5, 64
SIZE = {"image_size": (8, 8), "channels": 1, "latent_size": 16, "width": 16}


def digits():
    """Pictures (1797, 8, 8, 1) in [-1, 1] and their labels."""
    found = load_digits()
    return found.images[..., None].astype("float32") / 8 - 1, found.target


def accuracy(images, labels, measured, truth, seed):
    """What a classifier that has learned from these labels reads rightly of the measured pictures."""
    classifier = MLPClassifier((64,), max_iter=300, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It stops where it is told to.
        classifier.fit(images.reshape(len(images), -1), labels)
    return float(classifier.score(measured.reshape(len(measured), -1), truth))


class Chance:
    """Chooses at random."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def choose(self, pool, labelled, unlabelled):
        return self.random.permutation(len(unlabelled))[:MORE]


class Adversarial:
    """Chooses by VAAL, which goes on learning from round to round."""

    def __init__(self, seed, steps):
        keras.utils.set_random_seed(seed)
        self.random, self.steps = np.random.default_rng(seed), steps
        networks = variational.encoder(**SIZE), variational.decoder(**SIZE)
        self.model = VAAL(*networks, variational.discriminator(SIZE["latent_size"], 128))
        self.model.compile(loss_weights={"divergence": BETA}, seed=seed, jit_compile=False)

    def choose(self, pool, labelled, unlabelled):
        rows = {"image": labelled, "unlabeled": unlabelled}
        drawn = {key: pool[self.random.choice(rows[key], BATCH * self.steps)] for key in rows}
        self.model.fit(drawn, batch_size=BATCH, verbose=0)
        return self.model.choose(pool[unlabelled], MORE)


BETA = 0.01  # of means over pixels: sums over 64 pixels of beta 1, nearly


def curve(way, seed):
    """Accuracy after each round."""
    images, labels = digits()
    pool, of_pool = images[:-HELD_OUT], labels[:-HELD_OUT]
    labelled = np.random.default_rng(seed).permutation(len(pool))[:START]
    found = [accuracy(pool[labelled], of_pool[labelled], images[-HELD_OUT:], labels[-HELD_OUT:], seed)]
    for _ in range(ROUNDS):
        unlabelled = np.setdiff1d(np.arange(len(pool)), labelled)
        labelled = np.append(labelled, unlabelled[way.choose(pool, labelled, unlabelled)])
        found.append(
            accuracy(pool[labelled], of_pool[labelled], images[-HELD_OUT:], labels[-HELD_OUT:], seed)
        )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--steps", type=int, default=200)
    given = parser.parse_args()
    begun, ours, chance = sum(os.times()[:2]), [], []
    for seed in given.seeds:
        ours.append(curve(Adversarial(seed, given.steps), seed))
        chance.append(curve(Chance(seed), seed))
    ours, chance = np.array(ours), np.array(chance)
    print(f"{'labels':>6}  VAAL            chance          VAAL better in")
    for index in range(ROUNDS + 1):
        both = [f"{x[:, index].mean():.3f} +- {x[:, index].std():.3f}" for x in (ours, chance)]
        better = (ours[:, index] > chance[:, index]).sum()
        print(f"{START + index * MORE:>6}  {'  '.join(both)}  {better} of {len(ours)}")
    print(
        f"seeds {given.seeds}, {given.steps} steps a round, {(sum(os.times()[:2]) - begun) / 60:.1f} processor minutes"
    )
