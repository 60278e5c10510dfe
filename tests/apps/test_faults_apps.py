"""Faults C7, C8, C15, M3, M5, M6 and M11 as the apps show them."""

import inspect
import itertools
import signal
import subprocess
import sys
import time
import types

import numpy as np
import pytest
from kgan.apps import cyclegan, image_generation, inpainting, pix2pix, super_resolution
from PIL import Image

from kgan.cli import dispatch
from kgan.data.folders import index
from kgan.data.source.source import Source
from kgan.networks import encoder_decoder
from kgan.tasks.generation.measuring import gathered


def pictures(folder, names, size=(80, 80), bright_left=True):
    """Pictures bright on their left, most so above, and dark on their right half."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((*size, 3), 20, np.uint8)
        half = slice(0, size[1] // 2) if bright_left else slice(size[1] // 2, None)
        pixels[:, half] = 140
        pixels[: size[0] // 2, half] = 230
        Image.fromarray(pixels).save(path)
    return folder


def bright_on_the_left(source, key="image", batches=6):
    images = np.concatenate([batch[key].numpy() for batch in source.batches(16, seed=3).take(batches)])
    middle = images.shape[2] // 2
    return images[:, :, :middle].mean((1, 2, 3)) > images[:, :, middle:].mean((1, 2, 3))


def mirrored(source, key="image", batches=6):
    """Of each image, whether its darker bright corner follows the brightest clockwise, which no turning changes."""
    images = np.concatenate([batch[key].numpy() for batch in source.batches(16, seed=3).take(batches)])
    (top, bottom), (left, right) = ((slice(side // 2), slice(side // 2, None)) for side in images.shape[1:3])
    clockwise = ((top, left), (top, right), (bottom, right), (bottom, left))
    corners = np.stack([images[:, rows, columns].mean((1, 2, 3)) for rows, columns in clockwise], -1)
    order = corners.argsort(-1)
    away = (order[:, 2] - order[:, 3]) % 4
    assert np.isin(away, (1, 3)).all()
    return away == 1


@pytest.mark.slow
def test_C8_one_picture_trains(tmp_path, capsys):
    data = pictures(tmp_path / "data", ["one.png"])
    flags = ["--data", data, "--run", tmp_path / "run", "--steps", 1, "--image-size", 16, "--width", 2]
    flags += ["--batch-size", 2, "--latent-size", 2, "--xla", "off", "--quiet"]
    assert dispatch.main(["image-generation", "train", *map(str, flags)]) == 0


@pytest.mark.slow
def test_C7_files_that_vanish_while_it_trains_stop_nothing(tmp_path):
    names = [f"{number}.png" for number in range(40)]
    data, run = pictures(tmp_path / "data", names, size=(16, 16)), tmp_path / "run"
    flags = ["--data", data, "--run", run, "--steps", 10**6, "--image-size", 16, "--width", 2]
    flags += ["--batch-size", 8, "--latent-size", 2, "--xla", "off", "--ema-half-life", 0]
    command = [sys.executable, "-m", "kgan", "image-generation", "train", *map(str, flags)]
    told = tmp_path / "told.txt"
    with open(told, "w") as stream, subprocess.Popen(command, stdout=stream, stderr=stream) as process:
        try:
            until(lambda: list(run.glob("samples/*.png")) or process.poll() is not None, told)
            for name in names[:13]:
                (data / name).unlink()
            time.sleep(2)
            assert process.poll() is None, told.read_text()
            process.send_signal(signal.SIGINT)
            process.wait(120)
        finally:
            process.kill()
    assert process.returncode == 130, told.read_text()
    assert "Traceback" not in told.read_text()
    assert list((run / "checkpoint").iterdir())


def until(true, told, seconds=200):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, told.read_text()
        time.sleep(0.1)


LAYOUTS = {
    image_generation: ["1.png", "2.png", "3.png"],
    super_resolution: ["1.png", "2.png", "3.png"],
    inpainting: ["1.png", "2.png", "3.png"],
    pix2pix: ["A/1.png", "B/1.png", "A/2.png", "B/2.png"],
    cyclegan: ["trainA/1.png", "trainB/2.png", "trainA/3.png", "trainB/4.png"],
}


@pytest.mark.parametrize("app", LAYOUTS, ids=lambda app: app.APP)
@pytest.mark.slow
def test_C15_a_folder_is_opened_once(app, tmp_path, monkeypatch):
    data = pictures(tmp_path, LAYOUTS[app])
    opened, build = [], index._build
    monkeypatch.setattr(index, "_build", lambda *given: opened.append(given[0]) or build(*given))
    train = app.Train(data=str(data), image_size="64", held_out=0.4)
    train.check()
    split = train.open()
    assert train.stages(split)
    assert len(opened) == 1
    assert split.measured is split.held_out
    for training, apart in zip(split.training.parts, split.held_out.parts):
        assert min(len(training), len(apart)) >= 1
        assert set(apart.rows["index"]).isdisjoint(training.rows["index"])


@pytest.mark.parametrize(
    ("mirror", "shares"),
    [(None, (1, 1)), pytest.param(False, (1, 1), marks=pytest.mark.slow), (True, (0.3, 0.7))],
)
def test_M3_image_generation_mirrors_only_when_asked(mirror, shares, tmp_path):
    data = pictures(tmp_path, [f"{name}/{n}.png" for name in "ab" for n in range(4)])
    given = {} if mirror is None else {"mirror": mirror}
    for labels in (False, True):
        source = (
            image_generation.Train(data=str(data), image_size="16", labels=labels, **given).open().training
        )
        assert shares[0] <= bright_on_the_left(source).mean() <= shares[1]


@pytest.mark.parametrize(
    ("app", "key"),
    [(super_resolution, "target"), (inpainting, "image"), (pix2pix, "target"), (cyclegan, "a")],
)
@pytest.mark.slow
def test_M3_the_other_apps_mirror_unless_told_not_to(app, key, tmp_path):
    data = pictures(tmp_path, LAYOUTS[app], size=(64, 64))
    shared = {"data": str(data), "image_size": "64", "held_out": 0}
    assert not mirrored(app.Train(**shared, mirror=False).open().training, key).any()
    assert 0.3 < mirrored(app.Train(**shared).open().training, key).mean() < 0.7


def test_M3_both_ways_to_say_it():
    for flag, value in (("--mirror", True), ("--no-mirror", False)):
        assert dispatch.parse(image_generation.Train, ["--data", "x", flag], "train").mirror is value
        assert dispatch.parse(cyclegan.Train, ["--data", "x", flag], "train").mirror is value


def test_M5_the_reference_of_evaluate_is_spread_over_the_folder():
    labels = np.repeat(np.arange(10), 50)
    images = np.zeros((500, 4, 4, 1), np.uint8)
    source = Source.from_arrays({"image": images, "label": labels}, label_names=list("abcdefghij"))
    found, told = gathered(source, most=40)
    assert len(found) == 40
    assert set(told) == set(range(10))
    assert np.bincount(told).tolist() == [4] * 10
    assert len(gathered(source)[0]) == 500


def test_M6_the_reference_of_evaluate_is_what_training_shows(tmp_path, monkeypatch):
    data = pictures(tmp_path, [f"{n}.png" for n in range(6)], size=(16, 40))
    train = image_generation.Train(data=str(data), image_size="16", mirror=True, held_out=0, seed=5)
    split, told = train.open(), {}
    monkeypatch.setattr(
        "kgan.metrics.generation.generation",
        lambda real, *given, **settings: told.update(real=real) or Score(),
    )
    command = image_generation.Evaluate(samples=6)
    monkeypatch.setattr(command, "training", lambda *given: train, raising=False)
    monkeypatch.setattr(command, "tell", lambda *given: None, raising=False)
    command.work(types.SimpleNamespace(sample=lambda *given, **settings: np.zeros((6, 16, 16, 3))))
    epoch = next(iter(split.training.batches(6, seed=5)))["image"].numpy()
    found, expected = (np.array(sorted(images.reshape(6, -1).tolist())) for images in (told["real"], epoch))
    np.testing.assert_array_equal(found, expected)
    plain = gathered(split.training)[0]
    assert np.abs(plain - told["real"]).max() > 0.01  # they are not the crops from the middle


class Score:
    def as_dict(self):
        return {}


def test_M5_unpaired_examples_are_spread_in_both_sets(tmp_path):
    from kgan.data import unpaired
    from kgan.data.source.examples import spread

    names = [f"trainA/{n:03d}.png" for n in range(30)] + [f"trainB/{n:03d}.png" for n in range(12)]
    source = spread(unpaired(pictures(tmp_path, names, size=(8, 8)), (8, 8)), 4)
    assert [part.rows["index"].tolist() for part in source.parts] == [[0, 10, 19, 29], [0, 4, 7, 11]]


def test_M11_discogan_has_its_papers_settings():
    train = cyclegan.Train(data="x", scheme="discogan", network="paper")
    # Kim et al. 2017: 64 pixels, batches of 200, Adam at 2e-4, and a bottleneck without skips.
    assert (train.size, train.batch_size, train.learning_rate) == ((64, 64), 200, 2e-4)
    model = cyclegan.Train(data="x", scheme="discogan", width=2, image_size="16").build()
    for generator in (model.a_to_b, model.b_to_a):
        assert not [layer for layer in generator.layers if "Concatenate" in type(layer).__name__]
    assert model.discriminator_a.outputs[0].shape == (None, 1)
    assert float(model.generator_optimizer.beta_1) == 0.5


@pytest.mark.parametrize(("given", "rate"), [({}, 5e-5), ({"learning_rate": 3e-4}, 3e-4)])
def test_M11_a_learning_rate_is_used_whatever_the_scheme(given, rate):
    for scheme, kind in (("dualgan", "RMSprop"), ("discogan", "Adam")):
        if scheme == "discogan" and not given:
            continue
        train = cyclegan.Train(data="x", scheme=scheme, width=2, image_size="16", **given)
        model = train.build()
        for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
            assert type(optimizer).__name__ == kind
            assert float(optimizer.learning_rate) == pytest.approx(rate)


def test_M11_dualgan_and_cyclegan_have_their_papers_settings():
    for scheme in ("dualgan", "cyclegan"):
        train = cyclegan.Train(data="x", scheme=scheme, network="paper")
        assert (train.size, train.batch_size, train.width, train.patch) == ((256, 256), 1, 64, 70)
    # Zhu et al. 2017: nine blocks from 200 pixels, else six; constant for half of the steps, then down to zero.
    assert train.blocks == 9
    assert cyclegan.Train(data="x", network="paper", image_size="128").blocks == 6
    schedule = (
        cyclegan.Train(image_size="16", width=2, blocks=1, patch=1)
        .build(10)
        .generator_optimizer._learning_rate
    )
    assert [float(schedule(step)) for step in (0, 5, 10)] == pytest.approx([1e-3, 1e-3, 0])


def test_the_encoder_decoder_against_the_papers_counts():
    network = encoder_decoder.generator((64, 64), normalization=None)
    # 4x4 kernels: 3-64-128-256-512 down, 512-256-128-64-3 up; without normalization each has its biases.
    down, up = [3, 64, 128, 256, 512], [512, 256, 128, 64, 3]
    weights = sum(16 * a * b + b for chain in (down, up) for a, b in itertools.pairwise(chain))
    assert network.count_params() == weights
    assert network.output_shape == (None, 64, 64, 3)
    assert "image_size" in inspect.signature(encoder_decoder.generator).parameters
