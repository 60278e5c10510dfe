"""Does PPGN draw the digit that a classifier is climbed for? scikit-learn's handwritten digits, 8x8 pixels.

    python benchmarks/quality/ppgn.py --seeds 0 1 2

For each seed a classifier learns 1,000 digits; its inside, standardized, is the encoder, and PPGN learns to draw from
that. Then 20 pictures of each digit are climbed for. Printed, of 200 pictures: how many a reader of another kind (a
support vector machine with a radial kernel, fitted to 797 other digits) and the climbed classifier itself read as what
was asked for, and the mean distance within a class over that of real ones; beside the climb without its prior, the
climb of pixels, which has no generator, and real digits held out. `--part validation` is what settings were chosen by:
there the reader is fitted to the test digits and real ones are those for validation. Pictures go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import digits, processor_minutes, write_grid
from keras import layers, ops
from sklearn.svm import SVC

from kgan import PPGN, backend
from kgan.metrics.within_class_distance import within_class_distance
from kgan.networks import mlp

SIZE, BATCH, EACH = (8, 8), 50, 20


def trained_classifier(images, labels, seed):
    """A network from pictures to logits, and its inside, standardized."""
    keras.utils.set_random_seed(seed)
    image = x = keras.Input((*SIZE, 1), name="image")
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    inside = layers.Dense(64)(layers.Flatten()(x))
    logits = layers.Dense(10)(layers.Dropout(0.3)(layers.LeakyReLU(0.2)(inside)))
    model = keras.Model(image, logits)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-3), loss, jit_compile=False)
    model.fit(images, labels, batch_size=BATCH, epochs=40, verbose=0)
    encoder = keras.Model(image, inside)
    told = encoder.predict(images, verbose=0)
    scaled = layers.Normalization(mean=told.mean(axis=0), variance=told.var(axis=0) + 1e-3)
    return model, keras.Model(image, scaled(inside))


def climbed_pixels(classifier, label, flags, seed):
    """Pictures that are climbed themselves, from normal numbers: nothing says what a digit is like."""
    image = 0.5 * backend.random("normal", (len(label), *SIZE, 1), [seed, 0])
    wanted = np.eye(10, dtype="float32")[label]
    for _ in range(flags.climb):
        slope = backend.input_gradient(
            lambda x: ops.sum(wanted * ops.log_softmax(classifier(x, training=False), axis=-1), axis=-1),
            image,
        )
        image = ops.clip(image + flags.condition * slope, -1, 1)
    return ops.convert_to_numpy(image)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--noise", type=float, default=0.5)
    parser.add_argument("--adversarial", type=float, default=0.03, help="weight beside pixels and features")
    parser.add_argument("--climb", type=int, default=200)
    parser.add_argument("--prior", type=float, default=0.1)
    parser.add_argument("--condition", type=float, default=0.3)
    parser.add_argument("--jitter", type=float, default=0.1)
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--picture", default="runs/quality-ppgn.png")
    flags = parser.parse_args()
    parts = digits()
    (images, labels), (held, truth) = parts["training"], parts[flags.part]
    of_reader = parts["validation" if flags.part == "test" else "test"]
    reader = SVC(gamma=0.02, C=10).fit(of_reader[0].reshape(len(of_reader[0]), -1), of_reader[1])
    asked, rows = np.repeat(np.arange(10), EACH), []

    def tell(name, made, label, classifier):
        read = 100 * reader.score(made.reshape(len(made), -1), label)
        own = 100 * np.mean(classifier.predict(made, verbose=0).argmax(axis=1) == label)
        spread = within_class_distance(made, label) / within_class_distance(held, truth)
        print(
            f"{name}: {read:.1f} % by the reader, {own:.1f} % by the classifier, spread {spread:.2f}",
            flush=True,
        )

    for seed in flags.seeds:
        classifier, encoder = trained_classifier(images, labels, seed)
        sizes = {"width": 256, "depth": 2}
        model = PPGN(
            mlp.generator(SIZE, latent_size=64, **sizes),
            mlp.discriminator(SIZE, **sizes),
            encoder,
            flags.noise,
        )
        adam = [keras.optimizers.Adam(flags.rate, beta_1=0.5) for _ in range(2)]
        weights = {"generator/adversarial": flags.adversarial}
        model.compile(*adam, loss_weights=weights, penalty="r1=0.1", seed=seed, ema_half_life=2000)
        model.fit(images, batch_size=BATCH, epochs=flags.steps * BATCH // len(images), verbose=0)
        tell(f"seed {seed}, real digits held out", held, truth, classifier)
        rates = {"condition": flags.condition, "jitter": flags.jitter, "steps": flags.climb, "seed": seed}

        made = {
            "PPGN": model.climb(classifier, asked, len(asked), prior=flags.prior, **rates),
            "without its prior": model.climb(classifier, asked, len(asked), prior=0, **rates),
            "pixels climbed": climbed_pixels(classifier, asked, flags, seed),
        }
        for name, found in made.items():
            tell(f"seed {seed}, {name}", found, asked, classifier)
            rows.append(np.concatenate([found[asked == label][:2] for label in range(10)]))
        rows.append(np.concatenate([held[truth == label][:2] for label in range(10)]))
        write_grid(flags.picture, rows)
    print(f"{processor_minutes():.1f} processor minutes; pictures in {flags.picture}")
