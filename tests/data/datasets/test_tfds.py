"""TensorFlow datasets: real ones, generated here; mocked ones, for the features; downloads that never come."""

import time

import numpy as np
import pytest
import tensorflow_datasets

from kgan.data.datasets import tfds_prepare
from kgan.data.datasets.tfds import tfds
from kgan.errors import UserError
from kgan.pictures.pixels import to_uint8


class KganSquares(tensorflow_datasets.core.GeneratorBasedBuilder):
    """Squares of level 10 * number with a label and two captions: 7 to train on, 3 to test with."""

    VERSION = tensorflow_datasets.core.Version("1.2.0")

    def _info(self):
        features = tensorflow_datasets.features
        return tensorflow_datasets.core.DatasetInfo(
            builder=self,
            features=features.FeaturesDict(
                {
                    "mask": features.Image(shape=(8, 10, 1)),
                    "picture": features.Image(shape=(8, 10, 3)),
                    "parity": features.ClassLabel(names=["even", "odd"]),
                    "sentences": features.Sequence(features.Text()),
                    "file_name": features.Text(),
                }
            ),
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(range(7)), "test": self._generate_examples(range(20, 23))}

    def _generate_examples(self, numbers):
        for number in numbers:
            yield (
                number,
                {
                    "mask": np.zeros((8, 10, 1), np.uint8),
                    "picture": np.full((8, 10, 3), 10 * number, np.uint8),
                    "parity": number % 2,
                    "sentences": [f"number {number}", f"it is {number}"],
                    "file_name": f"{number}.png",
                },
            )


def prepared(folder, file_format):
    KganSquares(data_dir=folder).download_and_prepare(file_format=file_format)
    return folder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("array_record"), "array_record")


def everything(source):
    """[(level, label, caption)] of a pass in order, sorted."""
    found = []
    for batch in source.batches(4, training=False):
        levels = to_uint8(batch["image"].numpy())[:, 3, 3, 0] // 10
        found += zip(levels, batch["label"].numpy(), batch["caption"].numpy(), strict=True)
    return sorted((int(level), int(label), caption.decode()) for level, label, caption in found)


@pytest.mark.parametrize("file_format", ["array_record", "tfrecord"])
def test_examples_keep_their_label_and_caption(tmp_path, file_format):
    data_dir = prepared(tmp_path, file_format)
    source = tfds("tfds:kgan_squares", (8, 10), data_dir=data_dir)
    assert source.keys == ("caption", "image", "label")
    assert source.label_names == ["even", "odd"]
    assert "7 in train and 3 in test; features: picture, parity, sentences" in source.summary()
    training, held_out = source.split()
    assert everything(training) == [(n, n % 2, f"number {n}") for n in range(7)]
    assert everything(held_out) == [(n, n % 2, f"number {n}") for n in range(20, 23)]


@pytest.mark.parametrize("file_format", ["array_record", "tfrecord"])
def test_parts_of_splits_and_versions(tmp_path, file_format):
    data_dir = prepared(tmp_path, file_format)
    assert len(tfds("tfds:kgan_squares:train[:4]", (8, 10), data_dir=data_dir)) == 4
    assert len(tfds("tfds:kgan_squares:1.2.0:test", (8, 10), data_dir=data_dir)) == 3
    first = everything(tfds("tfds:kgan_squares:train[:3]", (8, 10), data_dir=data_dir))
    rest = everything(tfds("tfds:kgan_squares:train[3:]", (8, 10), data_dir=data_dir))
    assert [len(first), len(rest)] == [3, 4]
    assert sorted(first + rest) == [(n, n % 2, f"number {n}") for n in range(7)]


def test_training_draws_both_captions_and_resumes(data_dir):
    source = tfds("tfds:kgan_squares:train", 6, data_dir=data_dir)
    batches = list(source.batches(5, seed=3).take(8))
    starts = {caption.split()[0] for batch in batches for caption in batch["caption"].numpy()}
    assert starts == {b"number", b"it"}
    assert batches[0]["image"].shape == (5, 6, 6, 3)
    again = next(iter(source.batches(5, seed=3, start=6)))
    np.testing.assert_array_equal(again["image"], batches[6]["image"])
    np.testing.assert_array_equal(again["caption"], batches[6]["caption"])


def test_one_asks_for_features_or_does_without(data_dir):
    bare = tfds(
        "tfds:kgan_squares:train", (8, 10), labels=False, channels=1, captions=False, data_dir=data_dir
    )
    assert bare.keys == ("image",)
    assert bare.label_names is None
    assert bare.element_spec["image"].shape == (8, 10, 1)
    masks = tfds("tfds:kgan_squares:train", (8, 10), features={"image": "mask"}, data_dir=data_dir)
    assert next(iter(masks.batches(7)))["image"].numpy().max() == -1.0
    with pytest.raises(UserError, match=r"feature 'colour' for the label, found mask, picture, parity"):
        tfds("tfds:kgan_squares", features={"label": "colour"}, data_dir=data_dir)


def test_an_unknown_split_names_the_known(data_dir):
    with pytest.raises(UserError, match=r"found valid: it has (train, test|test, train)"):
        tfds("tfds:kgan_squares:valid", data_dir=data_dir)


def test_the_users_own_dataset_is_prepared_when_first_opened(tmp_path):
    assert len(tfds("tfds:kgan_squares:train", 8, data_dir=tmp_path)) == 7
    assert (tmp_path / "kgan_squares" / "1.2.0" / "dataset_info.json").exists()


@pytest.mark.parametrize(
    ("name", "keys", "label_count"),
    [
        ("mnist", ("image", "label"), 10),
        ("oxford_flowers102", ("image", "label"), 102),  # images of many sizes; file_name is no caption
        ("caltech_birds2011", ("image", "label"), 200),  # segmentation_mask is an image too
        ("cifar100", ("image", "label"), 100),  # id is no caption, coarse_label not the label
        ("celeb_a", ("image",), None),
        ("cycle_gan/horse2zebra:trainA", ("image", "label"), 2),
    ],
)
def test_features_of_known_datasets_are_found_by_type(name, keys, label_count):
    with tensorflow_datasets.testing.mock_data(num_examples=5):
        source = tfds(f"tfds:{name}", (16, 12))
    assert source.keys == keys
    assert source.element_spec["image"].shape == (16, 12, 3)
    assert label_count is None or len(source.label_names) == label_count


def test_images_of_many_sizes_make_batches():
    with tensorflow_datasets.testing.mock_data(num_examples=5):
        batch = next(iter(tfds("tfds:oxford_flowers102", (16, 12)).batches(5, seed=0)))
    assert batch["image"].shape == (5, 16, 12, 3)
    assert np.abs(batch["image"]).max() <= 1.0
    assert np.abs(batch["image"]).max() > 0.3


def test_several_captions_in_a_sequence_are_found():
    with tensorflow_datasets.testing.mock_data(num_examples=5):
        source = tfds("tfds:coco_captions", 8)
        batch = next(iter(source.batches(5, training=False)))
    assert source.keys == ("caption", "image")  # the objects' labels are not the image's
    assert all(len(caption) >= 10 for caption in batch["caption"].numpy())


def test_mocked_pixels_come_through_unchanged():
    with tensorflow_datasets.testing.mock_data(num_examples=3):
        expected = tensorflow_datasets.builder("mnist").as_data_source("train")[1]
        batch = next(iter(tfds("tfds:mnist", 28, channels=1).batches(3, training=False)))
    np.testing.assert_array_equal(to_uint8(batch["image"].numpy())[1], expected["image"])
    assert batch["label"][1] == expected["label"]


def test_misspelt_names_get_a_hint(tmp_path):
    with pytest.raises(UserError, match=r"found mnits: did you mean .*mnist"):
        tfds("tfds:mnits", data_dir=tmp_path)
    with pytest.raises(UserError, match=r"found cycle_gan/lion2tiger: .*lion2tiger not found"):
        tfds("tfds:cycle_gan/lion2tiger", data_dir=tmp_path)
    with pytest.raises(UserError, match="expected tfds:NAME"):
        tfds("tfds::train", data_dir=tmp_path)


def test_datasets_without_images_say_so():
    with (
        tensorflow_datasets.testing.mock_data(num_examples=1),
        pytest.raises(UserError, match=r"with images, found only (label, text|text, label)"),
    ):
        tfds("tfds:imdb_reviews", 8)


def test_a_download_that_stands_still_is_given_up(tmp_path):
    builder = tensorflow_datasets.builder("mnist", data_dir=tmp_path)
    began = time.monotonic()
    with pytest.raises(
        UserError, match=r"tfds:mnist, found that nothing came for 0\.5 s: connect to the network"
    ):
        tfds_prepare.prepare("mnist", builder, 0.5, script="import time; time.sleep(60)")
    assert time.monotonic() - began < 40


def test_a_download_that_goes_on_is_waited_for(tmp_path):
    builder = tensorflow_datasets.builder("mnist", data_dir=tmp_path)
    script = (
        "import sys, time\n"
        "for size in range(12):\n"
        "    time.sleep(0.1)\n"
        "    open(sys.argv[2] + '/part', 'a').write('x')\n"
    )
    tfds_prepare.prepare("mnist", builder, 0.6, script=script)
    assert (tmp_path / "part").read_text() == "x" * 12


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ("network Max retries exceeded", r"expected to download tfds:mnist, found no network: connect"),
        ("other Disk is full", r"expected to prepare tfds:mnist in .*, found: Disk is full"),
        ("", r"found: exit code 1"),
    ],
)
def test_failures_of_the_download_are_one_line(tmp_path, report, message):
    builder = tensorflow_datasets.builder("mnist", data_dir=tmp_path)
    script = f"import sys; open(sys.argv[4], 'w').write({report!r}); sys.exit(1)"
    with pytest.raises(UserError, match=message) as caught:
        tfds_prepare.prepare("mnist", builder, 20.0, script=script)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_without_a_network_the_real_download_ends_in_one_line(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"expected to download tfds:mnist.*connect to the network"):
        tfds("tfds:mnist", 28, data_dir=tmp_path, patience=5.0)


@pytest.mark.parametrize("arrives", [False, True])
def test_progress_is_shown_once_bytes_arrive(tmp_path, capfd, arrives):
    builder = tensorflow_datasets.builder("mnist", data_dir=tmp_path)
    write = "open(sys.argv[2] + '/part', 'w').write('x'); " if arrives else ""
    script = f"import sys, time; print('Dl Size', flush=True); {write}time.sleep(60)"
    with pytest.raises(UserError, match="nothing came"):
        tfds_prepare.prepare("mnist", builder, 1.0, script=script)
    assert ("Dl Size" in capfd.readouterr().err) == arrives
