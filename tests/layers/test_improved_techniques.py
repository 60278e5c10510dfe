"""Salimans et al. 2016: minibatch discrimination and virtual batch normalization against NumPy, saved, and refused."""

import keras
import numpy as np
import pytest

from kgan import GAN
from kgan.layers import MinibatchDiscrimination, ReferenceBatch, VirtualBatchNormalization, WithoutReference

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.normal(1.0, 2.0, shape).astype("float32")


def test_minibatch_discrimination_by_hand():
    layer, x = MinibatchDiscrimination(kernels=3, size=2), normal(5, 4)
    found = np.asarray(layer(x))
    matrices = (x @ np.asarray(layer.kernel)).reshape(5, 3, 2).astype("float64")
    for i in range(5):
        others = [np.exp(-np.abs(matrices[i] - matrices[j]).sum(axis=1)) for j in range(5) if j != i]
        np.testing.assert_allclose(found[i, 4:], sum(others), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found[:, :4], x)
    # Five alike: each is at no distance from the four others.
    np.testing.assert_allclose(np.asarray(layer(np.repeat(x[:1], 5, 0)))[:, 4:], 4.0, rtol=1e-6)
    assert np.all(np.asarray(layer(x[:1]))[:, 4:] == 0), "alone there are no others"


@pytest.mark.parametrize("shape", [(3,), (4, 3), (4, 2, 3)])
def test_virtual_batch_normalization_by_hand(shape):
    reference, x, layer = normal(4, *shape), normal(5, *shape), VirtualBatchNormalization(4, epsilon=1e-3)
    found = np.asarray(layer(np.concatenate([reference, x])))
    layer.gamma.assign([1.0, 2.0, 3.0])
    layer.beta.assign([0.0, 1.0, 2.0])
    scaled = np.asarray(layer(np.concatenate([reference, x])))
    np.testing.assert_allclose(scaled, found * [1, 2, 3] + [0, 1, 2], rtol=1e-4, atol=1e-5)
    reference, x = reference.astype("float64"), x.astype("float64")
    every, within = tuple(range(reference.ndim - 1)), tuple(range(len(shape) - 1))
    m, q = reference.mean(axis=every), (reference**2).mean(axis=every)
    np.testing.assert_allclose(found[:4], (reference - m) / np.sqrt(q - m**2 + 1e-3), rtol=1e-3, atol=1e-4)
    for sample, y in zip(x, found[4:], strict=True):
        mean = (4 * m + sample.mean(axis=within)) / 5
        square = (4 * q + (sample**2).mean(axis=within)) / 5
        np.testing.assert_allclose(
            y, (sample - mean) / np.sqrt(square - mean**2 + 1e-3), rtol=1e-3, atol=1e-4
        )


def judge(reference):
    image = keras.Input((4, 4, 1), name="image")
    x = ReferenceBatch(reference)(image)
    x = keras.layers.Conv2D(3, 2, 2)(x)
    x = keras.layers.LeakyReLU(0.2)(VirtualBatchNormalization(len(reference))(x))
    x = WithoutReference(len(reference))(keras.layers.Flatten()(x))
    return keras.Model(image, keras.layers.Dense(1)(MinibatchDiscrimination(2, 2)(x)), name="discriminator")


def drawer(reference):
    latent = keras.Input((2,), name="latent")
    x = keras.layers.Dense(16, use_bias=False)(ReferenceBatch(reference)(latent))
    x = keras.layers.ReLU()(VirtualBatchNormalization(len(reference))(x))
    x = keras.layers.Dense(16, activation="tanh")(WithoutReference(len(reference))(x))
    return keras.Model(latent, keras.layers.Reshape((4, 4, 1))(x), name="generator")


def test_a_sample_does_not_depend_on_the_others_and_the_reference_is_saved(tmp_path):
    """As no other batch normalization: in training too, a sample gives what it gives alone."""
    model, latents = GAN(drawer(normal(3, 2)), judge(normal(6, 4, 4, 1)), latent_size=2), normal(4, 2)
    model.compile(jit_compile=False)
    images = np.tanh(normal(8, 4, 4, 1))
    model.fit(images, batch_size=4, verbose=0)
    together = np.asarray(model.generator(latents, training=True))
    alone = [np.asarray(model.generator(latents[i : i + 1], training=True))[0] for i in range(4)]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(model.discriminator.get_weights(), again.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(again.discriminator.layers[1].reference).max() > 0
    np.testing.assert_array_equal(again.predict(latents, verbose=0), model.predict(latents, verbose=0))
    np.testing.assert_array_equal(again.discriminator(images), model.discriminator(images))


def test_what_is_refused():
    with pytest.raises(
        ValueError, match="at least 2 samples, whose mean and variance can be taken, received 1"
    ):
        ReferenceBatch(normal(1, 4))
    with pytest.raises(ValueError, match="expected finite numbers"):
        ReferenceBatch(np.array([[np.nan], [1.0]]))
    with pytest.raises(ValueError, match=r"the reference's shape, \(batch, 4\), received \(batch, 5\)"):
        ReferenceBatch(normal(2, 4))(keras.Input((5,)))
    for layer in (VirtualBatchNormalization, WithoutReference):
        with pytest.raises(ValueError, match="a reference of at least 2 samples, received 1"):
            layer(1)
    with pytest.raises(ValueError, match="kernels and size >= 1, received 0 and 5"):
        MinibatchDiscrimination(0)
    with pytest.raises(ValueError, match=r"expected features \(batch, size\), received"):
        MinibatchDiscrimination(2, 2)(keras.Input((4, 4, 1)))
