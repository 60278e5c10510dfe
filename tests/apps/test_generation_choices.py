"""What `kgan image-generation` makes of --augment, --penalty, --scheme r3gan and stylegan2, and --truncation."""

import types

import numpy as np
import pytest

from apps.image_generation import Generate, Train
from kgan.app import flags
from kgan.errors import UserError
from kgan.tasks.generation import building


def told(**given):
    given = {
        "data": "folder",
        "image_size": "16",
        "width": 2,
        "latent_size": 4,
        "steps": 40,
        "channels": 1,
    } | given
    return Train(**given)


@pytest.mark.parametrize(
    ("given", "count", "expected"),
    [
        ({}, 500, "adaptive"),
        ({}, 20_000, None),
        ({"data": None}, 500, None),
        ({"augment": "none"}, 500, None),
        ({"augment": "diffaugment"}, 50_000, "diffaugment"),
        ({"augment": "adaptive"}, 50_000, "adaptive"),
    ],
)
def test_augmentation_is_on_below_20_000_pictures_of_a_folder(given, count, expected):
    found = building.augmentation(told(**given), count)
    from kgan import augmentation

    found = augmentation.get(found)
    assert getattr(found, "name", None) == expected
    if expected == "adaptive":
        assert "flip" not in found.transforms
        assert "flip" in building.augmentation(told(mirror=True, **given), count).transforms


@pytest.mark.parametrize("labels", [["a", "b"], pytest.param(None, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "scheme", ["r3gan", "stylegan2", "lapgan", pytest.param("gran", marks=pytest.mark.slow)]
)
def test_new_schemes_are_built_and_draw(scheme, labels):
    train = told(scheme=scheme, labels=labels is not None, penalty=("r1=2/8",), minibatch_deviation=False)
    assert train.network == scheme
    model = train.build(labels, 40, 100)
    (penalty,) = model.penalties
    assert (penalty.weight, penalty.interval) == (2.0, 8)
    assert model.sample(2, seed=1).shape == (2, 16, 16, 1)
    if scheme == "r3gan":
        # Over half of the 40 steps, from 0.9 to 0.99.
        model.generator_optimizer.iterations.assign(20)
        assert float(model.generator_optimizer.beta_2) == pytest.approx(0.99)


def test_r3gans_penalties_follow_the_planned_length_and_size():
    r1, r2 = told(scheme="r3gan", image_size="32x64").build(None, 40, 100).penalties
    assert (r1.name, r2.name) == ("r1", "r2")
    assert float(r1.weight(0)) == pytest.approx(10 * 0.05 * 2)
    assert float(r1.weight(20)) == pytest.approx(0.05 * 2)


def test_the_relativistic_scheme_takes_other_networks_without_batch_normalization():
    train = told(scheme="r3gan", network="dcgan", minibatch_deviation=True)
    model = train.build(None, 40, 100)
    assert "deviation" in [layer.name for layer in model.discriminator.layers]
    # "minibatch" is no normalization.
    assert not any(type(layer).__name__ == "BatchNormalization" for layer in model.discriminator.layers)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scheme": "began", "augment": "adaptive"}, "diffaugment or none with --scheme began"),
        (
            {"network": "mlp", "image_size": "6", "augment": "adaptive"},
            "at least 8 with --augment adaptive; found 6x6",
        ),
        ({"network": "mlp", "minibatch_deviation": True}, "no --minibatch-deviation with --network mlp"),
    ],
)
def test_what_does_not_go_together_is_refused(given, words):
    with pytest.raises(UserError, match=words) as caught:
        told(**given).check()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["r1=10/0", "r1=10/x", "weight-clipping=0.1/4", "r1=/4"])
def test_intervals_of_penalties_are_checked_before_tensorflow(text):
    with pytest.raises(UserError, match="NUMBER, of at least 0"):
        flags.Penalties().check("--penalty", (text,))
    flags.Penalties().check("--penalty", ("r1=10/16", "lecam=0.3"))


def test_truncation_without_a_mapping_network_is_refused(tmp_path):
    command = Generate.__new__(Generate)
    command.facts = dict
    command.label, command.truncation, command.output = (), 0.7, str(tmp_path)
    with pytest.raises(
        UserError, match=r"mapping network \(--scheme stylegan2\) for --truncation; found Simple"
    ):
        command.work(types.SimpleNamespace())


def test_truncation_reaches_the_model(tmp_path):
    from kgan.tasks.generation.drawing import Drawing

    asked = []

    def sample(count, seed, **conditions):
        asked.append(conditions)
        return np.zeros((count, 4, 4, 1), "float32")

    Drawing(types.SimpleNamespace(sample=sample), tmp_path, truncation=0.7).grid(4)
    assert asked == [{"truncation": 0.7}]
