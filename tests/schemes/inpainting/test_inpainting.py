"""ContextEncoder and FreeFormInpainting: promises, terms, and known pixels bit for bit."""

import keras
import numpy as np
import pytest

from kgan import ContextEncoder, FreeFormInpainting
from kgan.layers import ChannelwiseDense, GatedConv2D, SpectralNormalization
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import all_slow

HEIGHT, WIDTH = 8, 12
HOLES = np.zeros((12, HEIGHT, WIDTH, 1), "float32")
HOLES[:, 3:5, 4:7] = 1
DATA = {"image": images(size=(HEIGHT, WIDTH), channels=2), "mask": HOLES}
BATCH = {key: value[:3] for key, value in DATA.items()}


def encoder(whole):
    """To the centre, 4x6, or to the whole image."""
    image = keras.Input((HEIGHT, WIDTH, 2), name="image")
    x = keras.layers.Conv2D(2, 4, 2, padding="same", activation="relu")(image)
    x = ChannelwiseDense()(x)
    if whole:
        x = keras.layers.UpSampling2D(2)(x)
    return keras.Model(image, keras.layers.Conv2D(2, 1, activation="tanh")(x))


def critic(size=(None, None), mask=False, spectral=False):
    inputs = x = keras.Input((*size, 2), name="image")
    if mask:
        inputs = {"image": x, "mask": keras.Input((*size, 1), name="mask")}
        x = keras.layers.Concatenate()([x, inputs["mask"]])
    convolutions = keras.layers.Conv2D(3, 4, 2, padding="same"), keras.layers.Conv2D(1, 1)
    first, last = (SpectralNormalization(c) if spectral else c for c in convolutions)
    return keras.Model(inputs, last(keras.layers.LeakyReLU(0.2)(first(x))))


def context_encoder(whole=False, **options):
    return ContextEncoder(encoder(whole), critic((8, 12) if whole else (4, 6)), **options)


def painter(stages=1):
    inputs = {
        "image": keras.Input((None, None, 2), name="image"),
        "mask": keras.Input((None, None, 1), name="mask"),
    }
    x = keras.layers.Concatenate()(list(inputs.values()))
    made = [keras.layers.Conv2D(2, 1, activation="tanh")(GatedConv2D(2)(x)) for _ in range(stages)]
    return keras.Model(inputs, made[0] if stages == 1 else {"coarse": made[0], "image": made[1]})


def free_form(stages=1, mask=True, spectral=False):
    return FreeFormInpainting(painter(stages), critic(mask=mask, spectral=spectral))


@pytest.mark.slow
def test_context_encoder():
    run_scheme_test(context_encoder, DATA, PLAIN)


@pytest.mark.slow
def test_context_encoder_of_whole_images():
    run_scheme_test(lambda: context_encoder(True), DATA, PLAIN, xla=False)


@all_slow
def test_free_form_inpainting(way):
    run_scheme_test(lambda: free_form(2, spectral=True), DATA, PLAIN, **way)


@pytest.mark.parametrize("whole", [False, True])
def test_context_encoder_terms_and_weights(whole):
    model = context_encoder(whole, overlap=1)
    model.compile()
    found, totals, _ = terms(model, BATCH)
    image = BATCH["image"]
    broken = np.where(HOLES[:3] > 0, 0, image).astype("float32")
    patch = np.asarray(model.generator(broken))
    picture = patch if whole else np.pad(patch, [(0, 0), (2, 2), (3, 3), (0, 0)])
    # The hole is rows 3, 4 and columns 4 to 6; its border of one pixel is rows 2 to 5, columns 3 to 7, which lies
    # in the centre, rows 2 to 5 and columns 3 to 8. So 6 pixels count once and 14 ten times.
    squares = np.sum((image - picture).astype("float64") ** 2, axis=-1)
    inside = squares[:, 3:5, 4:7].sum(axis=(1, 2))
    around = squares[:, 2:6, 3:8].sum(axis=(1, 2)) - inside
    pixel = mean((inside + 10 * around) / (20 * 2))
    completed = np.where(HOLES[:3] > 0, picture, image)
    judged = (image, completed) if whole else (image[:, 2:6, 3:9], patch)
    real, fake = (np.asarray(model.discriminator(x)) for x in judged)
    assert found["generator/pixel"] == pytest.approx(pixel, rel=1e-5)
    assert found["generator/adversarial"] == pytest.approx(mean(softplus(-fake)), rel=1e-5)
    adversarial = mean(softplus(-real)) + mean(softplus(fake))
    assert found["discriminator/adversarial"] == pytest.approx(adversarial, rel=1e-5)
    total = 0.999 * pixel + 0.001 * mean(softplus(-fake))
    assert totals == pytest.approx({"discriminator": adversarial, "generator": total}, rel=1e-5)


def test_only_what_is_painted_and_near_the_hole_counts():
    model = context_encoder(overlap=7)
    model.compile()
    _, _, generated = terms(model, BATCH)
    before = float(model.pixel_loss(BATCH["image"], generated))
    # Outside the centre nothing is painted, however far the overlap reaches.
    changed = BATCH["image"].copy()
    changed[:, :2] += 1
    changed[:, :, :3] += 1
    assert float(model.pixel_loss(changed, generated)) == pytest.approx(before, rel=1e-6)
    # All 24 painted pixels count: 6 once and 18 ten times.
    even = {**generated, "patch": np.zeros((3, 4, 6, 2), "float32"), "picture": np.zeros_like(changed)}
    assert float(model.pixel_loss(np.ones_like(changed), even)) == pytest.approx((6 + 180) / 24, rel=1e-6)


@pytest.mark.parametrize("stages", [1, 2])
@pytest.mark.parametrize("mask", [True, False])
def test_free_form_terms_and_weights(stages, mask):
    model = free_form(stages, mask)
    model.compile()
    found, totals, _ = terms(model, BATCH)
    image, hole = BATCH["image"], BATCH["mask"]
    broken = np.where(hole > 0, 0, image).astype("float32")
    made = model.generator({"image": keras.ops.array(broken), "mask": keras.ops.array(hole)})
    pictures = [made] if stages == 1 else [made["image"], made["coarse"]]
    pictures = [np.asarray(picture) for picture in pictures]
    completed = np.where(hole > 0, pictures[0], image)

    def logits(x):
        x = keras.ops.array(x)
        return np.asarray(model.discriminator({"image": x, "mask": keras.ops.array(hole)} if mask else x))

    real, fake = logits(image), logits(completed)
    adversarial = mean(np.maximum(1 - real, 0)) + mean(np.maximum(1 + fake, 0))
    l1 = [mean(np.abs(image - picture)) for picture in pictures]
    expected = {"discriminator/adversarial": adversarial, "generator/adversarial": -mean(fake)}
    expected |= dict(zip(("generator/l1", "generator/coarse_l1"), l1))
    expected["loss"] = -mean(fake) + sum(l1)
    logged = {name: value for name, value in found.items() if "accuracy" not in name}
    assert logged == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert totals["generator"] == pytest.approx(-mean(fake) + sum(l1), rel=1e-5)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("make", [context_encoder, lambda: context_encoder(True), free_form])
def test_known_pixels_come_back_bit_for_bit(make, policy):
    keras.config.set_dtype_policy(policy)
    model = make()
    whole = model.predict(DATA, verbose=0)
    known = np.broadcast_to(HOLES == 0, whole.shape)
    assert whole.dtype == "float32"
    assert np.array_equal(whole[known], DATA["image"][known])
    assert np.all(whole[~known] != DATA["image"][~known])


def test_the_hole_tells_nothing():
    other = {**DATA, "image": np.where(HOLES > 0, 0.77, DATA["image"]).astype("float32")}
    for model in (context_encoder(), free_form()):
        np.testing.assert_array_equal(model.predict(DATA, verbose=0), model.predict(other, verbose=0))


def test_masks_of_white_and_black():
    """As an exported model reads a mask from a picture: 1 and -1 rather than 1 and 0."""
    model = free_form()
    picture = {**DATA, "mask": 2 * HOLES - 1}
    np.testing.assert_array_equal(model.predict(DATA, verbose=0), model.predict(picture, verbose=0))


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match=r"ContextEncoder: .* \(8, 12, 2\) to \(4, 6, 2\) .* \(8, 12, 2\)"):
        ContextEncoder(encoder(False), critic((8, 12)))
