"""Do unlabelled pictures help a classifier with few labels? scikit-learn's handwritten digits, 8x8 pixels.

    python benchmarks/quality/semi_supervised.py --draws 5

For 20, 50, 100 and 200 labels, as many of each class, drawn five times from 1,000 training digits: test error of
`SemiSupervisedGAN`, whose unlabelled pictures are those 1,000, beside the same network trained with the same optimizer
and as many steps on the labels alone. 500 test digits, which no setting was chosen by (`--part validation` measures on
297 others). Samples of the last model go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import digits, processor_minutes, write_grid

from kgan import SemiSupervisedGAN
from kgan.networks import mlp

LABELS = (20, 50, 100, 200)
SIZE, LATENT, BATCH = (8, 8), 50, 100


def discriminator():
    return mlp.discriminator(SIZE, width=128, depth=3, outputs=10, noise=0.3)


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def build(seed, rate):
    """A compiled scheme whose weights and draws are of this seed."""
    keras.utils.set_random_seed(seed)
    model = SemiSupervisedGAN(
        mlp.generator(SIZE, latent_size=LATENT, width=128, depth=2), discriminator(), LATENT
    )
    model.compile(generator_optimizer=adam(rate), discriminator_optimizer=adam(rate), seed=seed)
    return model


def drawn(labels, count, seed):
    """Indices of `count` labels, as many of each class."""
    random = np.random.default_rng(seed)
    return np.concatenate(
        [random.permutation(np.flatnonzero(labels == one))[: count // 10] for one in range(10)]
    )


def error(probabilities, labels):
    """Percent of wrong answers."""
    return 100 * float(np.mean(probabilities.argmax(axis=1) != labels))


def measured(flags):
    """Errors of both by number of labels, `{count: (with, without)}`, and the last scheme."""
    parts = digits()
    (images, labels), (held, truth) = parts["training"], parts[flags.part]
    model = build(0, flags.rate)
    keras.utils.set_random_seed(0)
    alone = discriminator()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    alone.compile(adam(flags.rate), loss, jit_compile=False)
    alone.train_on_batch(images[:BATCH], labels[:BATCH])
    found = {}
    for count in flags.labels:
        found[count] = ([], [])
        for draw in range(flags.draws):
            chosen = drawn(labels, count, draw)
            repeat = flags.steps * BATCH // len(images)
            data = SemiSupervisedGAN.together(images[chosen], labels[chosen], images, repeat, draw)
            # One compiled model for all draws, each with weights of its own.
            model.restore(build(draw, flags.rate).state())
            model.fit(data, batch_size=BATCH, shuffle=False, verbose=0)
            found[count][0].append(error(model.predict({"image": held}, verbose=0), truth))
            keras.utils.set_random_seed(draw)
            alone.set_weights(discriminator().get_weights())
            for variable in alone.optimizer.variables:
                if variable is not alone.optimizer.learning_rate:
                    variable.assign(keras.ops.zeros_like(variable))
            alone.fit(data["image"], data["label"], batch_size=BATCH, shuffle=False, verbose=0)
            found[count][1].append(error(alone.predict(held, verbose=0), truth))
        report(count, *found[count])
    return found, model


def report(count, semi, alone):
    """One line a number of labels."""
    words = [
        f"{name} {np.mean(errors):.1f} +- {np.std(errors, ddof=1) if len(errors) > 1 else 0:.1f} % "
        f"({', '.join(f'{one:.1f}' for one in errors)})"
        for name, errors in (("SemiSupervisedGAN", semi), ("labels alone", alone))
    ]
    print(f"{count} labels: {'; '.join(words)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--labels", type=int, nargs="+", default=LABELS)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--picture", default="runs/quality-semi-supervised.png")
    flags = parser.parse_args()
    _, last = measured(flags)
    write_grid(flags.picture, list(last.sample(60, seed=0).reshape(4, 15, *SIZE, 1)))
    print(f"{processor_minutes():.1f} processor minutes; samples in {flags.picture}")
