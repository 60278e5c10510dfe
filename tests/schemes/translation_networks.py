"""The smallest networks that translate and judge, and their terms written in NumPy."""

import keras
import numpy as np

SGD = {"class_name": "SGD", "config": {"learning_rate": 0.001}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD}


def generator(source_channels=1, channels=1, normalization=True):
    """One convolution, normalized by batch if wanted, and a bounded one of a pixel."""
    source = x = keras.Input((None, None, source_channels), name="source")
    x = keras.layers.Conv2D(2, 3, padding="same", activation="relu")(x)
    if normalization:
        x = keras.layers.BatchNormalization(synchronized=True)(x)
    x = keras.layers.Conv2D(channels, 1, activation="tanh")(x)
    return keras.Model(source, x)


def discriminator(source_channels=0, channels=1):
    """Logits for patches of 4 pixels."""
    inputs = x = keras.Input((None, None, channels), name="target")
    if source_channels:
        inputs = {"source": keras.Input((None, None, source_channels), name="source"), "target": x}
        x = keras.layers.Concatenate()([inputs["source"], x])
    x = keras.layers.Conv2D(3, 4, 2, padding="same")(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    return keras.Model(inputs, keras.layers.Conv2D(1, 1)(x))


def images(count=12, size=(8, 8), channels=1, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (count, *size, channels)).astype("float32")


def softplus(x):
    return np.log1p(np.exp(np.asarray(x, "float64")))


def mean(x):
    return np.mean(np.asarray(x, "float64"))


def terms(model, batch):
    """Both sides' unweighted terms and their weighted totals, nothing moved."""
    batch = {key: keras.ops.convert_to_tensor(value) for key, value in batch.items()}
    with model.learning():
        generated = model.generate(batch)
        sides = {side: model.side_total(side, batch, generated) for side in ("discriminator", "generator")}
    logs = {name: float(value) for _, found in sides.values() for name, value in found.items()}
    return logs, {side: float(total) for side, (total, _) in sides.items() if total is not None}, generated
