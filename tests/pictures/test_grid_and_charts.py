"""Grids, label grids, walks, curves and the report: where things are, and what they say."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from kgan.app.run import charts, report
from kgan.pictures.grid import image_grid, save_gif, save_png
from kgan.tasks.generation import latent_walk
from kgan.tasks.generation.label_grid import LabelGrid

SVG = "{http://www.w3.org/2000/svg}"


def test_grid_puts_each_image_in_its_place():
    images = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1).repeat(64, 1).repeat(80, 2) * 40
    picture = np.asarray(image_grid(images, columns=3, scale=1))
    assert picture.shape == (2 + 2 * 66, 2 + 3 * 82)
    for index in range(6):
        row, column = divmod(index, 3)
        block = picture[2 + row * 66 : 66 + row * 66, 2 + column * 82 : 82 + column * 82]
        assert (block == 40 * index).all()
    assert (picture[:2] == 255).all()


def test_grid_converts_enlarges_and_leaves_the_last_row_short():
    images = (
        np.linspace(-1, 1, 5, dtype=np.float32).reshape(5, 1, 1, 1).repeat(16, 1).repeat(16, 2).repeat(3, 3)
    )
    picture = np.asarray(image_grid(images, columns=3))
    assert picture.shape == (2 + 2 * 66, 2 + 3 * 66, 3)
    assert [picture[10, 10 + 66 * column, 0] for column in range(3)] == [0, 64, 128]
    assert (picture[70:, 2 + 2 * 66 :] == 255).all()


def test_captions_take_room_only_where_they_are():
    images = np.zeros((4, 64, 64, 1), np.uint8)
    plain = image_grid(images, columns=2)
    captioned = image_grid(images, columns=2, captions=["a", "b", "", ""])
    assert captioned.height - plain.height == 21
    assert len(np.unique(np.asarray(captioned)[:20].reshape(-1, 3), axis=0)) > 2
    with pytest.raises(ValueError, match="expected 4 captions"):
        image_grid(images, captions=["a"])
    with pytest.raises(ValueError, match=r"received \(64, 64, 1\)"):
        image_grid(images[0])


def test_pictures_are_written_losslessly(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (1, 20, 30, 3), np.uint8)
    save_png(image_grid(images, scale=1, gap=0), tmp_path / "folder" / "one.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "folder" / "one.png")), images[0])
    frames = [image_grid(np.full((1, 64, 64, 1), level, np.uint8)) for level in (0, 120, 240)]
    save_gif(frames, tmp_path / "walk.gif")
    with Image.open(tmp_path / "walk.gif") as walk:
        assert walk.n_frames == 3


def test_few_labels_are_columns():
    grid = LabelGrid(["cat", "dog"], rows=2)
    assert grid.columns == 2
    assert grid.labels.tolist() == [0, 1, 0, 1]
    assert grid.captions == ["cat", "dog", "", ""]


def test_many_labels_are_blocks_of_rows():
    names = [f"{number}" for number in range(62)]
    grid = LabelGrid(names)
    assert grid.columns == 21
    assert len(grid.labels) == 3 * 4 * 21
    # The last block has an empty column.
    assert (np.bincount(grid.labels + 1) == [4] + [4] * 62).all()
    assert grid.captions[:21] == names[:21]
    assert grid.captions[4 * 21 : 5 * 21] == names[21:42]
    images, captions, columns = grid.fill(lambda labels: np.zeros((len(labels), 4, 4, 1), np.float32))
    assert (images[grid.labels < 0] == 1).all()
    assert not images[grid.labels >= 0].any()
    assert len(image_grid(images, columns, captions).getbands()) == 3


def test_the_great_circle_keeps_the_norm_and_the_pace():
    start, end = np.eye(2)
    points = latent_walk.spherical(start, end, np.linspace(0, 1, 4))
    angles = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    np.testing.assert_allclose(latent_walk.spherical(start, start, 0.3), start)


def test_a_closed_walk_comes_back():
    stops = np.random.default_rng(0).normal(size=(3, 8))
    walk = latent_walk.path(stops, 12, closed=True)
    assert walk.shape == (12, 8)
    assert walk.dtype == np.float32
    np.testing.assert_allclose(walk[[0, 4, 8]], stops, rtol=1e-6)
    strip = latent_walk.path(stops, 5)
    np.testing.assert_allclose(strip[[0, 2, 4]], stops, rtol=1e-6)


def points_of(svg):
    lines = [element.get("points") for element in ElementTree.fromstring(svg).iter(f"{SVG}polyline")]
    return [[tuple(map(float, pair.split(","))) for pair in line.split()] for line in lines]


def test_curves_are_where_they_belong():
    svg = charts.chart(
        "loss & more", {"a": [(0, 0.0), (10, 1.0)], "b": [(0, 1.0), (5, float("nan")), (10, 0.0)]}
    )
    (a, b) = points_of(svg)
    assert [point[0] for point in a] == [charts.LEFT, charts.WIDTH - charts.RIGHT]
    assert a[0][1] > a[1][1]
    # A value that is not finite is left out, the rest of its line stays.
    assert b == [(a[0][0], a[1][1]), (a[1][0], a[0][1])]
    assert "loss &amp; more" in svg


def test_curves_over_decades_are_logarithmic():
    (line,) = points_of(charts.chart("norm", {"g": [(0, 1.0), (1, 10.0), (2, 100.0)]}))
    heights = [y for _, y in line]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    assert "no finite values" in charts.chart("empty", {"g": [(0, float("inf"))]})
    assert points_of(charts.chart("constant", {"g": [(0, 3.0), (1, 3.0)]}))
    assert points_of(charts.chart("one point", {"g": [(7, 3.0)]}))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 12, [-2, 0, 2, 4, 6, 8, 10, 12]),
        (970, 1030, [980, 1000, 1020]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert set(ticks) <= set(charts._ticks(low, high))
    assert len(charts._ticks(low, high)) <= 9


ROWS = [
    {
        "stage": "a",
        "epoch": 1,
        "step": 10,
        "seconds": 5,
        "generator/adversarial": 1.0,
        "val_generator/adversarial": 2.0,
    },
    {
        "stage": "a",
        "epoch": 2,
        "step": 20,
        "seconds": 9,
        "generator/adversarial": 0.5,
        "diversity/samples": 3.0,
    },
    {
        "stage": "b",
        "epoch": 1,
        "step": 10,
        "seconds": 14,
        "discriminator/accuracy_real": 0.5,
        "balance/k": 0.1,
    },
]


def test_charts_share_a_unit_and_stages_follow_one_another():
    found = dict(report.groups(ROWS))
    assert list(found)[:2] == ["Adversarial loss", "Discriminator accuracy"]
    assert found["Adversarial loss"] == {"generator": [(10, 1.0), (20, 0.5)], "val_generator": [(10, 2.0)]}
    assert found["Discriminator accuracy"] == {"real": [(30, 0.5)]}
    assert found["Diversity of images"] == {"samples": [(20, 3.0)]}
    assert found["k"] == {"balance": [(30, 0.1)]}


def test_the_report_is_one_file_that_loads_nothing(tmp_path):
    for step in range(1, 31):
        save_png(image_grid(np.zeros((4, 8, 8, 1), np.uint8)), tmp_path / "samples" / f"step-{step:09d}.png")
    path = tmp_path / "report.html"
    settings = {"loss": "hinge", "data": "<b>my photos</b>", "labels": False, "minutes": None, "seed": 0}
    report.write_report(path, "faces", ROWS, tmp_path / "samples", settings, "50 items\n3 <skipped>")
    text = path.read_text()
    assert text.count("<img ") == 1 + report.SHOWN_GRIDS
    assert "step 30" in text
    assert "step 1<" in text
    assert not re.search(r"(src|href)=\"(?!data:)|@import|url\(", text)
    for words in ("--loss", "--seed", "&lt;b&gt;my photos", "3 &lt;skipped&gt;", "14 s"):
        assert words in text
    assert "--labels" not in text
    assert "<b>my" not in text


def test_the_report_shows_what_was_measured_at_the_end():
    measured = [("PSNR, dB", {"model": [(1, 20.0), (2, 18.0)]})]
    before, after = (report.page("faces", ROWS, [], {}, "", *more) for more in ((), (measured,)))
    assert "<h2>Measured</h2>" in after
    assert "PSNR, dB" in after
    assert after.count("<svg") == before.count("<svg") + 1
    assert "Measured" not in before


def test_a_report_before_the_first_record(tmp_path):
    report.write_report(tmp_path / "report.html", "faces", [], tmp_path / "samples", {}, "")
    assert "not trained yet" in (tmp_path / "report.html").read_text()
