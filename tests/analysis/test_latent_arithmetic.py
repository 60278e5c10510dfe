"""Sums of latents by hand, what people write, and the figures that come of it."""

import types

import numpy as np
import pytest
from PIL import Image

from apps.image_generation import Generate
from kgan.analysis.latent_arithmetic import along, latent_sum, mean_latent, turn
from kgan.errors import UserError
from kgan.tasks.generation import latent_figures
from kgan.tasks.generation.drawing import Drawing

LATENTS = np.array([[0, 0], [1, 0], [2, 4], [3, -2], [-1, 1], [5, 5], [6, 0], [0, 6]], "float32")


class Painter:
    """Draws a latent as one grey pixel, the sum of its numbers over 100; with labels, as much again."""

    def sample_inputs(self, count, seed, label=None):
        return {"latent": LATENTS[:count]}

    def predict(self, inputs, batch_size, verbose):
        grey = inputs["latent"].sum(axis=1) / 100 + inputs.get("label", 0)
        return grey.reshape(-1, 1, 1, 1)


def test_sums_are_those_of_means():
    np.testing.assert_allclose(mean_latent(LATENTS[1:4]), [2, 2 / 3], rtol=1e-6)
    found = latent_sum([LATENTS[[0, 1]], LATENTS[[5]]], [LATENTS[[2, 3]]])
    np.testing.assert_allclose(found, [0.5 + 5 - 2.5, 0 + 5 - 1])
    np.testing.assert_allclose(turn(LATENTS[:2], LATENTS[2:4]), [2, 1])
    walk = along(LATENTS[1:3], [1, -1], count=3, reach=2)
    np.testing.assert_allclose(walk[1], [[0, 6], [2, 4], [4, 2]])
    with pytest.raises(
        ValueError, match=r"expected latents \(count, latent_size\), at least one, received shape"
    ):
        mean_latent(np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"a direction of latents' size 2, received 8 and \(3,\)"):
        along(LATENTS, np.ones(3))


def test_the_figures_show_what_was_asked_for(tmp_path):
    asked = []
    drawing = Drawing(Painter(), tmp_path)
    drawing.drawn = lambda latents, draw=drawing.drawn: asked.append(latents) or draw(latents)
    written = latent_figures.draw_sum(drawing, "1,2 - 3 + 5, 0", count=2)
    # Rows: 1, 2, mean; 5, 0, mean; 3, mean; the result and two near it.
    np.testing.assert_allclose(asked[0][2], [1.5, 2])
    np.testing.assert_allclose(asked[0][8], [1.5 + 2.5 - 3, 2 + 2.5 + 2])
    assert np.all(np.abs(asked[0][9:] - asked[0][8]) <= 0.25)
    assert len(asked[0]) == 11
    with Image.open(written) as picture:
        assert picture.width == 2 + 3 * 66
    with Image.open(latent_figures.draw_turn(drawing, "0,1:2,3", count=3)) as picture:
        assert picture.size == (2 + 3 * 66, 2 + 8 * 66)
    np.testing.assert_allclose(asked[1][:3], [[-2, -1], [0, 0], [2, 1]])
    of_label = Drawing(Painter(), tmp_path / "labels", names=["a", "b"], labels=[1])
    np.testing.assert_allclose(of_label.drawn(LATENTS[:1]).ravel(), [1.0])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"arithmetic": "1,2 + cat"}, "expected --arithmetic like .*found '1,2 \\+ cat'"),
        ({"arithmetic": "-1"}, "expected --arithmetic like"),
        ({"turn": "1,2,3"}, "expected --turn like"),
        ({"turn": "1:2", "count": 1}, "--count of at least 2 with --turn"),
        ({"turn": "1:2", "interpolate": "gif"}, "expected --interpolate or --turn; found both"),
    ],
)
def test_what_cannot_be_meant_is_told(given, words):
    with pytest.raises(UserError, match=words):
        Generate(**given).check()


def test_a_model_with_labels_wants_one(tmp_path):
    verb = Generate(run=str(tmp_path), turn="0:1")
    verb.facts = lambda: {"labels": ["a", "b"]}
    with pytest.raises(UserError, match="expected one --label with --arithmetic and --turn"):
        verb.work(types.SimpleNamespace(classes=2))
