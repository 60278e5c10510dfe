"""Does BiGAN's encoder know its pictures? scikit-learn's handwritten digits, 8x8 pixels.

    python benchmarks/quality/bigan.py --seeds 0 1 2

For each seed: trained on 1,000 digits, measured on 500 test digits, which no setting was chosen by (`--part validation`
measures on 297 others). Printed:

- how often G(E(x)) is nearer to x than to another digit of the same class, over all such pairs: 50 % by chance, and for
  a decoder that draws the mean of the class; beside an autoencoder's, which has the same two networks and steps;
- how many test digits a linear classifier reads that was fitted to 1,000 labels, on E(x), on pixels, on the
  autoencoder's code and on the same encoder as it starts, its features random.

`--stochastic` has ALI's encoder. Test digits over their reconstructions, and samples, go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import digits, processor_minutes, write_grid
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kgan import BiGAN
from kgan.networks import bigan, mlp

SIZE, BATCH = (8, 8), 100


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def coders(flags):
    """A generator and an encoder."""
    generator = mlp.generator(SIZE, latent_size=flags.latent, width=flags.width, depth=2)
    return generator, bigan.encoder(
        SIZE, latent_size=flags.latent, width=flags.width, stochastic=flags.stochastic
    )


def code(encoder, images):
    """An encoder's latents, the means of a stochastic one."""
    found = encoder.predict(images, verbose=0)
    return found["mean"] if isinstance(found, dict) else found


def nearer(rebuilt, images, labels):
    """Percent of pairs of one class in which a reconstruction is nearer to its own picture than to the other."""
    rebuilt, images = rebuilt.reshape(len(rebuilt), -1), images.reshape(len(images), -1)
    distances = np.linalg.norm(rebuilt[:, None] - images[None], axis=-1)
    pairs = labels[:, None] == labels[None]
    np.fill_diagonal(pairs, False)
    return 100 * float((np.diag(distances)[:, None] < distances)[pairs].mean())


def linear(training, labels, test, truth):
    """Percent that a linear classifier reads."""
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return 100 * classifier.fit(training, labels).score(test, truth)


def measured(seed, flags):
    """Named figures of one seed, in percent, and the model."""
    parts = digits()
    (images, labels), (held, truth) = parts["training"], parts[flags.part]
    keras.utils.set_random_seed(seed)
    generator, encoder = coders(flags)
    judge = bigan.discriminator(SIZE, latent_size=flags.latent, width=flags.width, normalization=None)
    model = BiGAN(generator, encoder, judge)
    model.compile(
        generator_optimizer=adam(flags.rate),
        discriminator_optimizer=adam(flags.rate),
        penalty=f"r1={flags.r1}" if flags.r1 else None,
        seed=seed,
    )
    found = {"random features": linear(code(encoder, images), labels, code(encoder, held), truth)}
    epochs = flags.steps * BATCH // len(images)
    model.fit(images, batch_size=BATCH, epochs=epochs, verbose=0)
    found["E(x)"] = linear(model.encode(images), labels, model.encode(held), truth)
    found["pixels"] = linear(
        *(x.reshape(len(x), -1) for x in (images,)), labels, held.reshape(len(held), -1), truth
    )
    keras.utils.set_random_seed(seed)
    decoder, own = coders(flags)
    inside = own(own.input)
    both = keras.Model(own.input, decoder(inside["mean"] if flags.stochastic else inside))
    both.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=False)
    both.fit(images, images, batch_size=BATCH, epochs=epochs, verbose=0)
    found["autoencoder's code"] = linear(code(own, images), labels, code(own, held), truth)
    rebuilt = model.predict({"image": held}, verbose=0)["image"]
    found["nearer"] = nearer(rebuilt, held, truth)
    found["autoencoder nearer"] = nearer(both.predict(held, verbose=0), held, truth)
    return found, model, held, rebuilt


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--r1", type=float, default=0.0)
    parser.add_argument("--latent", type=int, default=16)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--stochastic", action="store_true")
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--picture", default="runs/quality-bigan.png")
    flags = parser.parse_args()
    every = []
    for seed in flags.seeds:
        found, model, held, rebuilt = measured(seed, flags)
        every.append(found)
        print(
            f"seed {seed}: " + ", ".join(f"{name} {value:.1f} %" for name, value in found.items()), flush=True
        )
    means = {name: np.mean([found[name] for found in every]) for name in every[0]}
    print("mean: " + ", ".join(f"{name} {value:.1f} %" for name, value in means.items()))
    drawn = model.sample(15, seed=0)
    write_grid(flags.picture, [held[:15], rebuilt[:15], held[15:30], rebuilt[15:30], drawn])
    print(f"{processor_minutes():.1f} processor minutes; pictures in {flags.picture}")
