"""Does InfoGAN find the ten digits by itself? scikit-learn's handwritten digits, 8x8 pixels.

    python benchmarks/quality/infogan.py --seeds 0 1 2

For each seed: trained on 1,000 digits without their labels, one code of ten categories, two continuous ones. Printed:
how many of 500 test digits, which no setting was chosen by (`--part validation` measures on 297 others), have the
category that stands for their class, categories matched to classes one to one by the Hungarian method on these digits;
beside k-means of ten clusters on pixels, fitted to the same 1,000, and chance. Then how well the continuous codes of
drawn pictures are read (correlation). Into `--picture`: each category a column, and walks of each continuous code.
"""

import argparse

import keras
import numpy as np
from handwritten import digits, processor_minutes, write_grid
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans

from kgan import InfoGAN
from kgan.networks import mlp

SIZE, NOISE, CONTINUOUS, BATCH = (8, 8), 12, 2, 100


def matched(codes, labels):
    """Percent of digits whose category stands for their class, under the best one-to-one matching."""
    table = np.zeros((10, 10))
    np.add.at(table, (codes, labels), 1)
    return 100 * float(table[linear_sum_assignment(-table)].sum()) / len(labels)


def trained(seed, images, flags):
    """A model of one seed."""
    keras.utils.set_random_seed(seed)
    model = InfoGAN(
        mlp.generator(SIZE, latent_size=NOISE + 10 + CONTINUOUS, width=128, depth=2),
        mlp.discriminator(SIZE, width=128, depth=2, noise=flags.noise),
        NOISE,
        (10,),
        CONTINUOUS,
    )
    model.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(flags.rate, beta_1=0.5),
        loss_weights={"category": 1.0, "continuous": flags.continuous},
        steps_per_execution=10,
        seed=seed,
    )
    model.fit(images, batch_size=BATCH, epochs=flags.steps * BATCH // len(images), verbose=0)
    return model


def followed(model):
    """Correlation of each continuous code with what is read in the picture drawn by it."""
    asked = np.random.default_rng(0).uniform(-1, 1, (1000, CONTINUOUS)).astype("float32")
    read = model.recognize(model.sample(1000, seed=1, continuous=asked))["continuous"]
    return [float(np.corrcoef(asked[:, i], read[:, i])[0, 1]) for i in range(CONTINUOUS)]


def shown(model, path):
    """Five latents with every category, then three categories walking along each continuous code."""
    rows = [
        model.sample(10, seed=seed, category=np.arange(10), continuous=[0.0] * CONTINUOUS)
        for seed in range(5)
    ]
    for code in range(CONTINUOUS):
        walk = np.zeros((10, CONTINUOUS), "float32")
        walk[:, code] = np.linspace(-1, 1, 10)
        for category in (0, 3, 6):
            inputs = model.sample_inputs(10, seed=0, category=[category], continuous=walk)
            latent = keras.ops.convert_to_numpy(inputs["latent"]).copy()
            latent[:, :NOISE] = latent[:1, :NOISE]
            rows.append(model.predict({"latent": latent}, verbose=0))
    write_grid(path, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=5e-4, help="of the discriminator's Adam")
    parser.add_argument("--noise", type=float, default=0.3, help="deviation, in the discriminator")
    parser.add_argument("--continuous", type=float, default=0.05, help="weight of the continuous codes")
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--picture", default="runs/quality-infogan.png")
    flags = parser.parse_args()
    parts = digits()
    images, (held, truth) = parts["training"][0], parts[flags.part]
    found, clusters = [], []
    for seed in flags.seeds:
        model = trained(seed, images, flags)
        found.append(matched(model.recognize(held)["category"][:, 0], truth))
        kmeans = KMeans(10, n_init=10, random_state=seed).fit(images.reshape(len(images), -1))
        clusters.append(matched(kmeans.predict(held.reshape(len(held), -1)), truth))
        codes = ", ".join(f"{value:.2f}" for value in followed(model))
        print(
            f"seed {seed}: InfoGAN {found[-1]:.1f} %, k-means {clusters[-1]:.1f} %; continuous codes read {codes}",
            flush=True,
        )
    print(f"mean: InfoGAN {np.mean(found):.1f} %, k-means {np.mean(clusters):.1f} %, chance about 10 %")
    shown(model, flags.picture)
    print(f"{processor_minutes():.1f} processor minutes; pictures in {flags.picture}")
