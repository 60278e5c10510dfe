"""LaMa: its promises, each term against NumPy, which patches a hole touches, and what it refuses."""

import keras
import numpy as np
import pytest

from kgan import LaMa
from kgan.objectives import Perceptual
from kgan.schemes.inpainting.lama import touched
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

HOLES = np.zeros((12, 8, 12, 1), "float32")
HOLES[:, 2:4, 4:7] = 1
DATA = {"image": images(size=(8, 12), channels=3), "mask": HOLES}
BATCH = {key: value[:3] for key, value in DATA.items()}


def painter():
    inputs = {
        "image": keras.Input((None, None, 3), name="image"),
        "mask": keras.Input((None, None, 1), name="mask"),
    }
    x = keras.layers.Concatenate()(list(inputs.values()))
    return keras.Model(inputs, keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x))


def critic():
    """A logit for each 4x4 pixels, of two hidden layers."""
    image = x = keras.Input((None, None, 3), name="image")
    for filters in (2, 3):
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Conv2D(filters, 2, 2)(x))
    return keras.Model(image, keras.layers.Conv2D(1, 1)(x))


def perceptual():
    image = keras.Input((None, None, 3))
    network = keras.Model(image, keras.layers.Conv2D(2, 1, activation="relu", name="sees")(image))
    return Perceptual(network, ["sees"], "l2", before_activation=False)


def make(**options):
    return LaMa(painter(), critic(), perceptual(), **{"perceptual_scale": 2} | options)


@plain_first
def test_lama(way):
    run_scheme_test(make, DATA, PLAIN, **way)


@pytest.fixture(scope="module")
def played():
    """A model with its terms, and pictures as NumPy has them: made, and completed."""
    model = make()
    model.compile(jit_compile=False)
    found, totals, _ = terms(model, BATCH)
    visible = np.where(HOLES[:3] > 0, 0, BATCH["image"])
    made = np.asarray(model.generator({"image": visible, "mask": HOLES[:3]}))
    return model, found, totals, made, np.where(HOLES[:3] > 0, made, BATCH["image"])


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def hidden(model, x):
    """D's two hidden layers and its logits: convolutions of 2x2 that do not overlap are products of blocks."""
    found = []
    for layer in (one for one in model.discriminator.layers if isinstance(one, keras.layers.Conv2D)):
        kernel, bias = (np.asarray(value, "float64") for value in layer.get_weights())
        size, (count, height, width, channels) = kernel.shape[0], x.shape
        blocks = x.reshape(count, height // size, size, width // size, size, channels)
        x = np.einsum("bhpwqc,pqcd->bhwd", blocks, kernel) + bias
        found.append(x := leaky(x) if size == 2 else x)
    return found


def test_discriminator_is_wrong_only_about_patches_that_the_hole_touches(played):
    model, found, _, _, completed = played
    real, fake = (hidden(model, x)[-1] for x in (BATCH["image"], completed))
    # Rows 2 and 3, columns 4 to 6: of the 2x3 patches of 4x4 pixels, the middle one of the first row.
    hole = np.zeros((1, 2, 3, 1), bool)
    hole[0, 0, 1] = True
    expected = mean(softplus(-real)) + mean(np.where(hole, softplus(fake), softplus(-fake)))
    assert found["discriminator/adversarial"] == pytest.approx(expected, rel=1e-5)
    assert found["discriminator/accuracy_fake"] == pytest.approx(mean(np.where(hole, fake, -fake) < 0))


def test_generator_terms_against_numpy(played):
    model, found, totals, made, completed = played
    image, hole = BATCH["image"], HOLES[:3]
    *real, _ = hidden(model, image)
    *fake, logits = hidden(model, completed)
    away = np.abs(image - made)
    kernel, bias = model.perceptual.extractor.layers[-1].get_weights()
    halves = [x.reshape(3, 4, 2, 6, 2, 3).mean((2, 4)) for x in (image, completed)]
    seen = [np.maximum(np.einsum("bhwc,cd->bhwd", x, kernel[0, 0]) + bias, 0) for x in halves]
    expected = {
        "adversarial": mean(softplus(-logits)),
        "features": np.mean([mean(np.abs(a - b)) for a, b in zip(real, fake, strict=True)]),
        "perceptual": mean((seen[0] - seen[1]) ** 2),
        "known": mean((away * (1 - hole)).sum((1, 2, 3)) / (3 * (96 - 6))),
        "hole": mean((away * hole).sum((1, 2, 3)) / (3 * 6)),
    }
    for name, value in expected.items():
        assert found[f"generator/{name}"] == pytest.approx(value, rel=1e-4), name
    weights = {"adversarial": 10, "features": 100, "perceptual": 30, "known": 10, "hole": 0}
    total = sum(weight * expected[name] for name, weight in weights.items())
    assert totals["generator"] == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize("cells", [(2, 3), (3, 5), (8, 12), (5, 7)])
def test_cells_that_a_hole_touches(cells):
    mask = np.zeros((2, 8, 12, 1), "float32")
    mask[0, 3, 4], mask[1, 7, 0] = 1, 1
    found = np.asarray(touched(mask, np.zeros((2, *cells, 1))))[..., 0]
    for number, (row, column) in enumerate(((3, 4), (7, 0))):
        for i in range(cells[0]):
            for j in range(cells[1]):
                # A cell's span, and a pixel's, in pictures; they share more than a point.
                down = max(i / cells[0], row / 8) < min((i + 1) / cells[0], (row + 1) / 8) - 1e-9
                across = max(j / cells[1], column / 12) < min((j + 1) / cells[1], (column + 1) / 12) - 1e-9
                assert found[number, i, j] == (down and across), (cells, number, i, j)


def test_what_it_refuses():
    image = keras.Input((None, None, 3), name="image")
    bare = keras.Model(image, keras.layers.Conv2D(1, 4, 4)(image))
    with pytest.raises(ValueError, match=r"LaMa: expected a functional discriminator .* with 0\. Build it"):
        LaMa(painter(), bare)
    with pytest.raises(
        ValueError, match=r"perceptual_scale of a whole number from 1 on, received 0\. 1 leaves"
    ):
        make(perceptual_scale=0)
