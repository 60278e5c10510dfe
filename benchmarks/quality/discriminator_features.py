"""What a discriminator's features are worth when labels are few: scikit-learn's handwritten digits, at 16x16 pixels.

    python benchmarks/quality/discriminator_features.py --seeds 0 1 2

For each seed a DCGAN is trained on 1,000 digits without their labels. The feature maps of its discriminator's
convolutions, max-pooled to 4x4 and put together, feed a linear L2-SVM that is given 20, 50, 100, 200 or all 1,000 of
the labels, five draws of each but the last; accuracy is on 500 test digits, which no setting was chosen by (`--part
validation` measures on 297 others). Beside it the same machine on pixels, on the same maps of the discriminator as it
started (random features), and of an autoencoder that has the discriminator's convolutions, the generator and as many
steps: on its maps and on its code. Samples go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import digits, processor_minutes, write_grid

from kgan import GAN
from kgan.analysis.feature_maps import pooled_features
from kgan.analysis.linear_readout import linear_readout
from kgan.networks import dcgan

SIZE, LATENT, BATCH = (16, 16), 64, 50


def trained(seed, images, flags):
    """A fitted DCGAN, and its discriminator as it started."""
    keras.utils.set_random_seed(seed)
    judge = dcgan.discriminator(SIZE, 1, width=flags.width)
    started = keras.models.clone_model(judge)
    started.set_weights(judge.get_weights())
    model = GAN(dcgan.generator(SIZE, 1, latent_size=LATENT, width=flags.width), judge, LATENT)
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in (flags.rate, flags.rate)]
    model.compile(*optimizers, seed=seed, ema_decay=0.99)
    model.fit(images, batch_size=BATCH, epochs=flags.steps * BATCH // len(images), verbose=0)
    return model, started


def autoencoder(seed, images, flags):
    """An autoencoder's encoder: from pictures to their code, through a discriminator's convolutions."""
    keras.utils.set_random_seed(seed)
    judge = dcgan.discriminator(SIZE, 1, width=flags.width)
    code = keras.layers.Dense(LATENT, name="code")(judge.get_layer("features").output)
    encoder = keras.Model(judge.input, code)
    decoder = dcgan.generator(SIZE, 1, latent_size=LATENT, width=flags.width)
    both = keras.Model(encoder.input, decoder(encoder.output))
    both.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=False)
    both.fit(images, images, batch_size=BATCH, epochs=flags.steps * BATCH // len(images), verbose=0)
    return encoder


def measured(seed, flags):
    """Accuracies by name and number of labels, and the model."""
    parts = digits(enlarged=2)
    (images, labels), (held, truth) = parts["training"], parts[flags.part]
    model, started = trained(seed, images, flags)
    encoder = autoencoder(seed, images, flags)
    ways = {
        "discriminator": lambda x: pooled_features(model.discriminator, x),
        "random features": lambda x: pooled_features(started, x),
        "autoencoder's maps": lambda x: pooled_features(encoder, x),
        "autoencoder's code": lambda x: encoder.predict(x, verbose=0),
        "pixels": lambda x: x.reshape(len(x), -1),
    }
    found = {
        name: linear_readout(way(images), labels, way(held), truth, tuple(flags.labels), flags.draws)
        for name, way in ways.items()
    }
    return found, model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--labels", type=int, nargs="+", default=[20, 50, 100, 200, 1000])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--picture", default="runs/quality-discriminator-features.png")
    flags = parser.parse_args()
    every = []
    for seed in flags.seeds:
        found, model = measured(seed, flags)
        every.append(found)
        print(f"seed {seed}, {processor_minutes():.1f} processor minutes so far", flush=True)
        for name, by_count in found.items():
            words = [f"{count}: {100 * values.mean():.1f}" for count, values in by_count.items()]
            print(f"  {name}: {', '.join(words)} %", flush=True)
    print("mean of the seeds and standard deviation of all draws")
    for name in every[0]:
        together = {count: np.concatenate([found[name][count] for found in every]) for count in flags.labels}
        words = [f"{count}: {100 * v.mean():.1f} +- {100 * v.std():.1f}" for count, v in together.items()]
        print(f"  {name}: {', '.join(words)} %")
    write_grid(flags.picture, list(model.sample(60, seed=0).reshape(4, 15, *SIZE, 1)))
    print(f"{processor_minutes():.1f} processor minutes; samples in {flags.picture}")
