"""Networks that read and draw sentences: shapes, files, and parameter counts added up by hand."""

import keras
import numpy as np
import pytest

from kgan.networks import (
    char_cnn_rnn,
    dfgan,
    dmgan,
    gancls,
    image_embedding,
    stackgan,
    style_encoder,
    word_rnn,
)
from tests.networks.builder_checks import check_builder


def dense(inputs, outputs, bias=True):
    return inputs * outputs + bias * outputs


def conv(size, inputs, outputs, bias=True):
    return size * size * inputs * outputs + bias * outputs


def test_word_rnn(tmp_path):
    model = check_builder(
        lambda: word_rnn.encoder(9, 5, 6, width=4, word_size=3), tmp_path, (6,), "text_encoder"
    )
    # Gated unit: three gates, two biases each.
    direction = 3 * (3 * 4 + 4 * 4 + 2 * 4)
    assert model.count_params() == 9 * 3 + 2 * direction + dense(8, 6)


def test_char_cnn_rnn(tmp_path):
    model = check_builder(lambda: char_cnn_rnn.encoder(7, 37, 5, width=8), tmp_path, (5,), "text_encoder")
    convolutions = 4 * 7 * 6 + 6 + 4 * 6 * 8 + 8 + 4 * 8 * 8 + 8
    assert model.count_params() == convolutions + 3 * (8 * 8 + 8 * 8 + 2 * 8) + dense(8, 5)
    with pytest.raises(ValueError, match="at least 18 characters, received 17"):
        char_cnn_rnn.encoder(7, 17)


@pytest.mark.parametrize("network", [word_rnn, char_cnn_rnn])
def test_word_order_counts_and_nothing_but_padding_is_finite(network):
    model = network.encoder(9, 20, 6, 8)
    tokens = np.zeros((3, 20), "int32")
    tokens[0, :2], tokens[1, :2] = (3, 4), (4, 3)
    found = np.asarray(model(tokens))
    np.testing.assert_allclose((found[:2] ** 2).mean(axis=1), 1, rtol=1e-2)
    assert np.isfinite(found).all()
    assert np.abs(found[0] - found[1]).max() > 1e-4


def test_pictures(tmp_path):
    size = {"image_size": (16, 32), "channels": 1}
    model = check_builder(
        lambda: image_embedding.encoder(**size, size=6, width=4), tmp_path, (6,), "image_encoder"
    )
    # Two halvings: 4x8 places of 8 channels; scale, offset, mean and variance each channel.
    assert model.count_params() == conv(3, 1, 4, False) + 16 + conv(3, 4, 8, False) + 32 + dense(256, 6)
    check_builder(
        lambda: style_encoder.encoder(**size, latent_size=3, width=4), tmp_path, (3,), "style_encoder"
    )


def test_gancls(tmp_path):
    size = {"image_size": (16, 16), "channels": 1, "text_size": 5, "width": 4, "compressed": 3}
    model = check_builder(lambda: gancls.generator(**size, latent_size=2), tmp_path, (16, 16, 1), "generator")
    # 4x4x8 from latent and compressed text; up to 8x8x4, then the picture; two normalizations of four a channel.
    expected = dense(5, 3) + dense(5, 4 * 4 * 8, False) + 16 * 8 * 4 + 16 * 4 + 4 * (8 + 4)
    assert model.count_params() == expected
    model = check_builder(lambda: gancls.discriminator(**size), tmp_path, (1,), "discriminator")
    # The second layer and the 1x1 convolution are normalized.
    expected = dense(5, 3) + conv(4, 1, 4, False) + conv(4, 4, 8, False) + 32
    expected += conv(1, 8 + 3, 8, False) + 32 + dense(4 * 4 * 8, 1)
    assert model.count_params() == expected


def test_a_projection_adds_the_product_of_features_and_sentence():
    size = {"image_size": (16, 16), "channels": 1, "text_size": 5, "width": 4, "normalization": None}
    model = gancls.discriminator(**size, projection=True)
    weights = {layer.name: layer for layer in model.layers}
    inner = keras.Model(model.inputs, [weights["features"].output, weights["logit"].output, model.output])
    random = np.random.default_rng(0)
    image, text = random.normal(size=(3, 16, 16, 1)), random.normal(size=(3, 5))
    features, logit, total = (np.asarray(x) for x in inner({"image": image, "text": text}))
    (kernel,) = weights["projection"].get_weights()
    expected = logit[:, 0] + (features * (text @ kernel)).sum(axis=1)
    np.testing.assert_allclose(total[:, 0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("latent_in_fusion", [True, False])
def test_dfgan(tmp_path, latent_in_fusion):
    size = {"image_size": (16, 16), "channels": 1, "text_size": 5, "width": 2}
    model = check_builder(
        lambda: dfgan.generator(**size, latent_size=3, hidden=4, latent_in_fusion=latent_in_fusion),
        tmp_path,
        (16, 16, 1),
        "generator",
    )
    said = 8 if latent_in_fusion else 5

    def affine(channels):
        return 2 * (dense(said, 4) + dense(4, channels))

    def block(inputs, outputs):
        body = 2 * affine(inputs) + conv(3, inputs, outputs) + 2 * affine(outputs) + conv(3, outputs, outputs)
        return body + conv(1, inputs, outputs)

    assert model.count_params() == dense(3, 4 * 4 * 8) + block(8, 4) + block(4, 2) + conv(3, 2, 1)


def test_dfgan_discriminator(tmp_path):
    size = {"image_size": (16, 16), "channels": 1, "text_size": 5, "width": 2}
    model = check_builder(lambda: dfgan.discriminator(**size), tmp_path, (1,), "discriminator")

    def block(inputs, outputs):
        return conv(4, inputs, outputs) + conv(3, outputs, outputs) + conv(1, inputs, outputs)

    judged = conv(3, 8 + 5, 4, False) + dense(4 * 4 * 4, 1, False)
    assert model.count_params() == conv(3, 1, 2) + block(2, 4) + block(4, 8) + judged


def test_stackgan(tmp_path):
    model = check_builder(
        lambda: stackgan.generator((16, 16), 1, latent_size=3, condition_size=2, width=2),
        tmp_path,
        (16, 16, 1),
        "generator",
    )
    # 4x4x8, doubled to 4 and to 2 channels; four numbers a channel in each normalization.
    expected = dense(5, 4 * 4 * 8, False) + conv(3, 8, 4, False) + conv(3, 4, 2, False) + 4 * 14
    assert model.count_params() == expected + conv(3, 2, 1)
    model = check_builder(
        lambda: stackgan.refiner((32, 32), 1, condition_size=2, width=2, scale=2, blocks=1),
        tmp_path,
        (32, 32, 1),
        "generator",
        side=16,
    )
    down = conv(3, 1, 2) + conv(4, 2, 4, False) + conv(4, 4, 8, False) + 4 * 12
    middle = conv(3, 10, 8, False) + 2 * conv(3, 8, 8, False) + 4 * 24
    up = conv(3, 8, 4, False) + conv(3, 4, 2, False) + conv(3, 2, 2, False) + 4 * 8
    assert model.count_params() == down + middle + up + conv(3, 2, 1)
    with pytest.raises(ValueError, match="multiples of 16, received scale 4 and 24x32"):
        stackgan.refiner((24, 32))


def test_dmgan():
    sizes = {"latent_size": 3, "condition_size": 2, "word_size": 5, "length": 4, "width": 2, "memory": 6}
    model = dmgan.generator((32, 32), 1, **sizes, refinements=2, blocks=1, normalization=None)
    shapes = {name: tuple(one.shape[1:]) for name, one in model.output.items()}
    assert shapes == {"image_1": (8, 8, 1), "image_2": (16, 16, 1), "image": (32, 32, 1)}
    first = dense(5, 16 * 4) + conv(3, 4, 2)
    memory = dense(5, 1) + dense(2, 1) + dense(5, 6) + dense(2, 6) + 2 * dense(6, 2) + dense(4, 2)
    refined = memory + 3 * conv(3, 2, 2)
    assert model.count_params() == first + 2 * refined + 3 * conv(3, 2, 1)
    judges = dmgan.discriminators((32, 32), 1, 5, 2, refinements=2, normalization=None)
    assert [judge.input["image"].shape[1] for judge in judges] == [8, 16, 32]
    assert {tuple(judge.output.shape[1:]) for judge in judges} == {(2, 1, 1)}
    expected = conv(4, 1, 2) + conv(3, 2 + 5, 2) + 2 * dense(16 * 2, 1)
    assert judges[0].count_params() == expected


def test_words_and_regions():
    reader = word_rnn.encoder(9, 5, 6, width=4, word_size=3, words=True)
    assert {name: tuple(x.shape[1:]) for name, x in reader.output.items()} == {"text": (6,), "words": (5, 6)}
    viewer = image_embedding.encoder((32, 32), 1, 6, width=4, regions=True)
    assert {name: tuple(x.shape[1:]) for name, x in viewer.output.items()} == {
        "picture": (6,),
        "regions": (64, 6),
    }
