"""StyleGAN2's layers against loops in NumPy, written from the paper."""

import numpy as np
import pytest

from kgan.layers import EqualizedConv2D, EqualizedDense, ModulatedConv2D, NoisyLeaky, UnitLength
from kgan.layers.equalized import blur

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def convolved(x, kernel):
    """Same padding, one sample: (h, w, in) with (k, k, in, out)."""
    k = len(kernel) // 2
    padded = np.pad(x, ((k, k), (k, k), (0, 0)))
    rows, columns = x.shape[:2]
    return sum(
        padded[i : i + rows, j : j + columns] @ kernel[i, j]
        for i in range(len(kernel))
        for j in range(len(kernel))
    )


@pytest.mark.parametrize(("size", "demodulate"), [(3, True), (1, False), (3, False)])
def test_modulation_scales_the_kernel_and_demodulation_gives_it_unit_norm(size, demodulate):
    x, style = normal(2, 5, 6, 3), normal(2, 4)
    layer = ModulatedConv2D(5, size, demodulate)
    layer([x, style])
    kernel, weights = np.asarray(layer.kernel), np.asarray(layer.affine.kernel)
    y = np.asarray(layer([x, style]))
    for sample in range(2):
        scales = style[sample] @ weights / 2 + 1  # fan in of 4, a bias of one
        w = kernel / np.sqrt(size * size * 3) * scales[None, None, :, None]
        if demodulate:
            w = w / np.sqrt((w**2).sum((0, 1, 2)) + 1e-8)
        np.testing.assert_allclose(y[sample], convolved(x[sample], w), atol=1e-4)


def test_upsampling_is_a_transposed_convolution_and_the_blur():
    x, style = normal(1, 4, 5, 2), normal(1, 3)
    layer = ModulatedConv2D(3, up=True, demodulate=False)
    y = np.asarray(layer([x, style]))
    assert y.shape == (1, 8, 10, 3)
    scales = style[0] @ np.asarray(layer.affine.kernel) / 3**0.5 + 1
    kernel = np.asarray(layer.kernel) / np.sqrt(18) * scales[None, None, :, None]
    wide = np.zeros((9, 11, 3))
    for i in range(4):
        for j in range(5):
            wide[2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += np.einsum("c,klcd->kld", x[0, i, j], kernel)
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64 * 4
    wide = np.pad(wide, ((1, 1), (1, 1), (0, 0)))
    expected = sum(taps[i, j] * wide[i : i + 8, j : j + 10] for i in range(4) for j in range(4))
    np.testing.assert_allclose(y[0], expected, atol=1e-4)


@pytest.mark.parametrize("size", [1, 3])
def test_downsampling_blurs_first(size):
    x = normal(1, 8, 6, 2)
    layer = EqualizedConv2D(3, size, down=True, use_bias=False)
    y = np.asarray(layer(x))
    assert y.shape == (1, 4, 3, 3)
    pad = (size + 1) // 2 + (size + 1) % 2
    before, after = (size + 2) // 2, (size + 1) // 2
    assert before == pad == after or size == 3
    padded = np.pad(x[0], ((before, after), (before, after), (0, 0)))
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64
    rows, columns = (side - 3 for side in padded.shape[:2])
    smooth = sum(taps[i, j] * padded[i : i + rows, j : j + columns] for i in range(4) for j in range(4))
    kernel = np.asarray(layer.kernel) / np.sqrt(size * size * 2)
    for i in range(4):
        for j in range(3):
            window = smooth[2 * i : 2 * i + size, 2 * j : 2 * j + size]
            np.testing.assert_allclose(y[0, i, j], np.einsum("klc,klcd->d", window, kernel), atol=1e-4)


def test_equalized_dense_with_a_rate():
    x = normal(4, 9)
    layer = EqualizedDense(5, rate=0.01, activation="leaky", bias=0.5)
    layer(x)
    kernel = np.asarray(layer.kernel)
    assert kernel.std() == pytest.approx(100, rel=0.2)
    z = x @ kernel * 0.01 / 3 + 0.5
    np.testing.assert_allclose(layer(x), 2**0.5 * np.where(z > 0, z, 0.2 * z), atol=1e-4)
    with pytest.raises(ValueError, match="expected activation 'leaky' or None, received 'relu'"):
        EqualizedDense(3, activation="relu")


def test_noise_bias_and_unit_length():
    x, noise = normal(2, 3, 4, 5), normal(2, 12)
    layer = NoisyLeaky()
    layer([x, noise])
    layer.set_weights([normal(5), np.float32(0.3)])
    z = x + 0.3 * noise.reshape(2, 3, 4, 1) + np.asarray(layer.bias)
    np.testing.assert_allclose(layer([x, noise]), 2**0.5 * np.where(z > 0, z, 0.2 * z), atol=1e-5)
    v = normal(3, 7)
    np.testing.assert_allclose(UnitLength()(v), v / np.sqrt((v**2).mean(1, keepdims=True)), atol=1e-5)


def test_the_blur_keeps_a_constant():
    np.testing.assert_allclose(blur(np.ones((1, 9, 9, 1), "float32"), 2, 2)[0, 3:7, 3:7], 1.0)
