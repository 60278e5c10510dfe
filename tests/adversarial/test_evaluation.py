"""`evaluate` and validation: inference mode, nothing moved, by formulas written in NumPy."""

import keras
import numpy as np
import pytest

from kgan import GAN

RANDOM = np.random.default_rng(0)
POINTS = RANDOM.normal(1.0, 2.0, size=(16, 3)).astype("float32")


def softplus(x):
    return np.logaddexp(0.0, x)


def make(layer):
    """A linear generator and a linear critic behind a layer that behaves otherwise in training."""
    latent, point = keras.Input((3,)), keras.Input((3,))
    generator = keras.Model(latent, layer()(keras.layers.Dense(3, use_bias=False)(latent)))
    discriminator = keras.Model(point, keras.layers.Dense(1)(layer()(point)))
    model = GAN(generator, discriminator, latent_size=3)
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.05}}
    model.compile(generator_optimizer=sgd, discriminator_optimizer=sgd, jit_compile=False)
    return model


def normalized(network, x):
    """Batch normalization by its moving statistics."""
    layer = next(layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization))
    gamma, beta, mean, variance = (np.asarray(weight, "float64") for weight in layer.weights)
    return (x - mean) / np.sqrt(variance + layer.epsilon) * gamma + beta


def dense(network):
    return next(layer for layer in network.layers if isinstance(layer, keras.layers.Dense))


def terms(model, latent, transform):
    """The non-saturating terms, in float64."""
    kernel, bias = (np.asarray(weight, "float64") for weight in dense(model.discriminator).weights)
    made = transform(model.generator, latent @ np.asarray(dense(model.generator).kernel, "float64"))
    real, fake = (transform(model.discriminator, x) @ kernel + bias for x in (POINTS[:8], made))
    return {
        "discriminator/adversarial": np.mean(softplus(-real)) + np.mean(softplus(fake)),
        "generator/adversarial": np.mean(softplus(-fake)),
        "discriminator/accuracy_real": np.mean(real > 0),
        "discriminator/accuracy_fake": np.mean(fake < 0),
    }


@pytest.mark.parametrize(
    ("layer", "transform"),
    [
        (lambda: keras.layers.Dropout(0.5), lambda network, x: x),
        (lambda: keras.layers.BatchNormalization(momentum=0.5), normalized),
    ],
    ids=["dropout", "batch normalization"],
)
def test_evaluation_runs_in_inference_mode(layer, transform):
    model = make(layer)
    history = model.fit(POINTS, batch_size=8, verbose=0, validation_data=POINTS[:8]).history
    before = {n: v for n, v in model.state().items() if "mean|" not in n and "evaluation_steps" not in n}
    found = model.evaluate(POINTS[:8], batch_size=8, verbose=0, return_dict=True)
    latent = evaluation_latent(model)
    for name, value in terms(model, latent, transform).items():
        assert found[name] == pytest.approx(value, rel=1e-4), name
        assert history[f"val_{name}"][0] == pytest.approx(value, rel=1e-4), name
    for name, value in before.items():
        np.testing.assert_array_equal(model.state()[name], value, err_msg=name)


def evaluation_latent(model):
    from kgan.backend import Batch, Moment

    steps = int(model.evaluation_steps)
    model.evaluation_steps.assign(0)
    latent = model.draw(Batch({}, Moment(evaluating=True)), "latent", (8, 3))
    model.evaluation_steps.assign(steps)
    return np.asarray(latent, "float64")
