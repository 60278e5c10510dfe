"""StyleGAN2: path length against a Jacobian, style mixing, truncation, and what every scheme must show."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.networks.generation import stylegan2
from kgan.schemes import StyleGAN2
from kgan.testing import run_scheme_test

RANDOM = np.random.default_rng(0)
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.02}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD, "penalty": ["r1=1/2"]}
TINY = {"image_size": (16, 16), "channels": 1, "width": 2, "most": 4}


def make(classes=0, group_size=1, **options):
    return StyleGAN2(
        stylegan2.generator(**TINY, latent_size=4, style_size=6, depth=1, classes=classes),
        stylegan2.discriminator(**TINY, classes=classes, group_size=group_size),
        latent_size=4,
        classes=classes,
        **options,
    )


@pytest.mark.slow
@pytest.mark.parametrize("classes", [0, 3])
def test_stylegan2(classes, two_replicas):
    data = {"image": RANDOM.uniform(-1, 1, (48, 16, 16, 1)).astype("float32")}
    if classes:
        data["label"] = RANDOM.integers(0, 3, 48).astype("int32")
    # Path lengths are of half a replica's batch, so replicas are compared without them.
    options = {"path_weight": 0.0} if classes else {"path_interval": 2}
    run_scheme_test(
        lambda: make(classes, **options),
        data,
        PLAIN,
        strategy=two_replicas if classes else None,
        xla=False,
        tolerance=1e-5,
    )


def batch_of(count=4):
    return {"image": RANDOM.uniform(-1, 1, (count, 16, 16, 1)).astype("float32")}


def test_path_length_is_that_of_the_jacobian():
    model = make(path_interval=1)
    model.compile()
    model.path_length.assign(0.3)
    batch = batch_of()
    penalty, length = model.path_terms(batch)
    inputs = model.drawn(batch, 2, "path ")
    y = np.asarray(model.draw(batch, "path direction", (2, 16, 16, 1))) / 16
    with tf.GradientTape() as tape:
        styles = tf.convert_to_tensor(inputs["styles"])
        tape.watch(styles)
        image = model.synthesis({**inputs, "styles": styles})
    jacobian = tape.batch_jacobian(image, styles).numpy()  # (2, 16, 16, 1, layers, style)
    projected = np.einsum("bijc,bijcls->bls", y, jacobian)
    lengths = np.sqrt((projected**2).sum(2).mean(1))
    assert float(length) == pytest.approx(lengths.mean(), rel=1e-4)
    assert float(penalty) == pytest.approx(((lengths - 0.3) ** 2).mean(), rel=1e-4)


@pytest.mark.slow
def test_path_length_is_followed_on_its_steps_alone_and_is_as_strong_as_often():
    model = make(path_interval=2, path_decay=0.5)
    model.compile(jit_compile=False)
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(float(model.path_length.value))
    )
    model.fit(
        np.concatenate([batch_of()["image"]] * 4), batch_size=4, verbose=0, shuffle=False, callbacks=[watch]
    )
    assert 0 < seen[0] == seen[1] != seen[2] == seen[3]
    model.steps.assign(0)
    batch = batch_of()
    generated = model.generate(batch)
    _, logs = model.side_total("generator", batch, generated)
    alone, length = model.path_terms(batch)
    assert float(logs["generator/path"]) == pytest.approx(2.0 * 2 * float(alone), rel=1e-4)
    assert float(logs["generator/path_length"]) == pytest.approx(float(length), rel=1e-4)
    model.steps.assign(1)
    _, logs = model.side_total("generator", batch, generated)
    assert float(logs["generator/path"]) == 0


def test_style_mixing_takes_the_rest_of_the_layers_from_a_second_latent():
    batch = batch_of(400)
    styles = np.asarray(make(mixing=0.75).drawn(batch, 400, "")["styles"])
    parts = [
        [(styles[i, k] != styles[i, k - 1]).any() for k in range(1, styles.shape[1])] for i in range(400)
    ]
    changes = np.array(parts).sum(1)
    assert set(changes) == {0, 1}
    assert changes.mean() == pytest.approx(0.75, abs=0.06)
    assert np.array(parts).any(0).all()  # anywhere
    whole = np.asarray(make(mixing=0.0).drawn(batch_of(8), 8, "")["styles"])
    assert (whole == whole[:, :1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("classes", [0, 2])
def test_truncation(classes):
    model = make(classes)
    model.compile()
    label = {"label": np.array([0, 1, 0, 1])} if classes else {}
    same = model.sample(4, seed=3, truncation=1.0, **label)
    np.testing.assert_allclose(same, model.sample(4, seed=3, **label), atol=1e-4)
    mean = model.sample(4, seed=3, truncation=0.0, **label)
    np.testing.assert_allclose(mean[0], mean[2], atol=1e-5)
    if classes:
        assert np.abs(mean[0] - mean[1]).max() > 1e-4  # each class has a mean of its own
    inputs = model.sample_inputs(4, 3, **label, truncation=0.7)
    w = np.asarray(model.styles(inputs["latent"], inputs.get("label")))
    middle = np.asarray(model.mean_styles(inputs.get("label")))
    noise = model.synthesis.input["noise"].shape[1]
    from kgan import backend

    noise = np.broadcast_to(np.asarray(backend.random("normal", (1, noise), [0, 2])), (4, noise))
    pulled = np.repeat((middle + 0.7 * (w - middle))[:, None], model.synthesis.input["styles"].shape[1], 1)
    expected = model.synthesis({"styles": pulled, "noise": noise})
    np.testing.assert_allclose(model.sample(4, seed=3, **label, truncation=0.7), expected, atol=1e-4)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"truncation from 0 to 1, received 1\.5"):
        make().sample(2, truncation=1.5)
    with pytest.raises(ValueError, match="mixing in its range, received 2"):
        make(mixing=2)
    with pytest.raises(ValueError, match="layers 'mapping' and 'synthesis'"):
        StyleGAN2(stylegan2.mapping(4, 6, depth=1), stylegan2.discriminator(**TINY), 4)
    with pytest.raises(
        ValueError, match="latent_size to be what the generator takes, received latent_size=5"
    ):
        StyleGAN2(stylegan2.generator(**TINY, latent_size=4), stylegan2.discriminator(**TINY), 5)
