"""The context encoder paints more than the hole, so that there is a border to agree with."""

import keras
import numpy as np
import pytest

from kgan import ContextEncoder
from kgan.errors import UserError

SIZE = 32


def train(**flags):
    from kgan.apps import inpainting

    settings = {"method": "context-encoder", "image_size": str(SIZE), "width": 2, "mask": "centre"}
    command = inpainting.Train(**settings | flags)
    command.check()
    return command


def loss(overlap, batch):
    """The pixel term of networks that paint nothing but grey, on the batch that the app would show them."""
    image = keras.Input((SIZE, SIZE, 3), name="image")
    cut = keras.layers.Cropping2D(SIZE // 4)(image)
    generator = keras.Model(image, keras.layers.Rescaling(0.0)(keras.layers.Conv2D(3, 1)(cut)))
    half = keras.Input((SIZE // 2, SIZE // 2, 3), name="image")
    critic = keras.Model(half, keras.layers.Dense(1)(keras.layers.Flatten()(half)))
    model = ContextEncoder(generator, critic, overlap=overlap)
    return float(model.pixel_loss(batch["image"], model.generate(batch)))


@pytest.mark.slow
def test_M7_less_is_hidden_than_is_painted_so_the_overlap_counts():
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    picture = np.stack([rows, columns, rows * columns], axis=-1).astype("float32")
    found = {}
    for overlap in (0, 3, 7):
        (batch,) = train(overlap=overlap).open().training.batches(1, training=False).take(1)
        mask = np.asarray(batch["mask"])[0, :, :, 0]
        side = SIZE // 2 - 2 * overlap
        start = (SIZE - side) // 2
        expected = np.zeros((SIZE, SIZE))
        expected[start : start + side, start : start + side] = 1
        np.testing.assert_array_equal(mask, expected)
        # Grey, 0, is painted everywhere, so errors are the picture's squares: ten times outside the hole.
        painted = np.zeros((SIZE, SIZE), bool)
        painted[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4] = True
        weight = np.where(expected > 0, 1, 10)[..., None]
        value = (weight * picture**2)[painted].mean()
        found[overlap] = loss(overlap, {"image": picture[None], "mask": mask[None, :, :, None]})
        assert found[overlap] == pytest.approx(value, rel=1e-5)
    assert found[0] < found[3] < found[7]


def test_M7_the_papers_overlap_follows_the_size_and_leaves_a_hole():
    assert train(image_size="128").overlap == 7
    assert train(image_size="64").overlap == 4
    with pytest.raises(UserError, match="expected --overlap between 0 and 7"):
        train(overlap=8)
