"""The one reader: every number type and range kept or refused, and the same pixels for training and predict."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from kgan import data
from kgan.errors import UserError
from kgan.pictures import decoding, headers, picture_file
from kgan.pictures.levels import as_levels, eight_bits
from tests.data.pictures_on_disk import gradient, seen, write

SIZE = (12, 16)


def ramp(levels=64):
    """(12, 16) of whole numbers from 0 to levels - 1, each of them there."""
    return (np.arange(SIZE[0] * SIZE[1]) % levels).reshape(SIZE)


RANGES = [
    ((ramp() / 63).astype("float32"), np.rint(ramp() * 65535 / 63)),
    ((ramp() / 63).astype("float64"), np.rint(ramp() * 65535 / 63)),
    ((ramp() * 4.0).astype("float32"), ramp() * 4 * 257),
    ((ramp() * 1000.0).astype("float32"), ramp() * 1000),
    ((ramp() * 1000).astype("int32"), ramp() * 1000),
    ((ramp() * 4).astype("int32"), ramp() * 4),
    ((ramp() * 4).astype("uint32"), ramp() * 4),
    ((ramp() * 500).astype("int16"), ramp() * 500),
    ((ramp() * 1000).astype("uint16"), ramp() * 1000),
    ((ramp() * 4).astype("uint16"), ramp() * 4),
]
REFUSED = [
    ((ramp() - 1.0).astype("float32"), "from -1 to 62, expected 0 to 1 or 0 to 255 or 0 to 65,535"),
    ((ramp() * 2000.0).astype("float32"), "from 0 to 126,000"),
    ((ramp() - 5).astype("int32"), "from -5 to 58, expected 0 to 255 or 0 to 65,535"),
    (np.where(ramp(), 0.5, np.nan).astype("float32"), "no numbers"),
    (np.where(ramp(), 0.5, np.inf).astype("float32"), "no numbers"),
]


def test_P1_every_range_of_a_tiff_is_kept_in_predict_and_in_training(tmp_path):
    for number, (values, levels) in enumerate(RANGES):
        tifffile.imwrite(tmp_path / f"{number}.tif", values)
        found = picture_file.read(tmp_path / f"{number}.tif")
        np.testing.assert_array_equal(found.pixels[..., 0], levels, err_msg=str(values.dtype))
        assert found.deep == (values.dtype.itemsize == 2 or levels.max() > 255)
    trained_on = seen(data.images(tmp_path, SIZE, mirror=False))
    for pixels, (values, levels) in zip(trained_on, RANGES):
        most = 255 if values.dtype.itemsize == 4 and levels.max() < 256 else 65535
        np.testing.assert_array_equal(pixels[..., 0], np.rint(levels / most * 255))


def test_P1_what_fits_no_range_is_refused_in_one_line(tmp_path):
    for number, (values, words) in enumerate(REFUSED):
        path = tmp_path / f"odd{number}.tif"
        tifffile.imwrite(path, values)
        with pytest.raises(UserError, match=words) as caught:
            picture_file.read(path)
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
    write(tmp_path / "good.png", gradient(*SIZE))
    source = data.images(tmp_path, SIZE)
    assert len(seen(source)) == 1
    report = source.report()
    assert len(report) == len(REFUSED)
    assert all(words in line for (_, words), line in zip(REFUSED, report))


def test_P1_colours_planes_whites_and_alpha_of_tiffs():
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 65536, (*SIZE, 3), np.uint16)
    alpha = rng.integers(1, 65536, (*SIZE, 1), np.uint16)

    def read(values, **options):
        stream = io.BytesIO()
        tifffile.imwrite(stream, values, **options)
        return decoding.decode(stream.getvalue())

    np.testing.assert_array_equal(read(colours, photometric="rgb").pixels, colours)
    planes = np.moveaxis(colours, -1, 0)
    np.testing.assert_array_equal(read(planes, photometric="rgb", planarconfig="separate").pixels, colours)
    np.testing.assert_array_equal(read(colours, photometric="rgb", compression="zlib").pixels, colours)
    white = read(colours[..., 0], photometric="miniswhite")
    np.testing.assert_array_equal(white.pixels[..., 0], 65535 - colours[..., 0])
    floats = (colours / 65535).astype("float32")
    np.testing.assert_allclose(read(floats, photometric="rgb").pixels.astype(int), colours, atol=1)
    clear = read(np.concatenate([colours, alpha], -1), photometric="rgb", extrasamples=["unassalpha"])
    np.testing.assert_array_equal(clear.pixels, colours)
    np.testing.assert_array_equal(clear.alpha, alpha)
    multiplied = np.rint(colours * (alpha / 65535)).astype(np.uint16)
    joined = np.concatenate([multiplied, alpha], -1)
    clear = read(joined, photometric="rgb", extrasamples=["assocalpha"])
    off = np.abs(clear.pixels.astype(float) - colours)
    assert (off <= 0.5 * 65535 / alpha + 1).all()
    other = read(np.concatenate([colours, alpha], -1), photometric="rgb", extrasamples=["unspecified"])
    assert other.alpha is None
    turned = read(colours, photometric="rgb", extratags=[(274, "H", 1, 6, True)])
    np.testing.assert_array_equal(turned.pixels, np.rot90(colours, -1))


def test_P1_16_bits_that_cannot_be_unpacked_are_refused(tmp_path):
    # What LZW leaves when told so of bytes that are not: the header is what counts.
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((*SIZE, 3), np.uint16), photometric="rgb")
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+b") as file:
        file.pages[0].tags["Compression"].overwrite(5)
    with pytest.raises(UserError, match="LZW at uint16, which takes the package imagecodecs"):
        picture_file.read(tmp_path / "a.tif")


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_16_bit_pngs_are_upright_and_rounded(tmp_path, orientation):
    import tensorflow as tf

    values = np.random.default_rng(1).integers(0, 65536, (*SIZE, 3), np.uint16)
    exif = Image.Exif()
    exif[0x112] = orientation
    (tmp_path / "deep.png").write_bytes(tf.io.encode_png(values).numpy())
    with Image.open(write(tmp_path / "exif/e.png", gradient(4, 4), exif=exif)) as image:
        piece = image.info["exif"].removeprefix(b"Exif\0\0")
    (tmp_path / "exif/e.png").unlink()
    import zlib

    chunk = b"eXIf" + piece
    chunk = len(piece).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    whole = (tmp_path / "deep.png").read_bytes()
    (tmp_path / "deep.png").write_bytes(whole[:33] + chunk + whole[33:])
    flipped = {2: values[:, ::-1], 3: np.rot90(values, 2), 4: values[::-1], 5: values.swapaxes(0, 1)}
    flipped |= {6: np.rot90(values, -1), 7: np.rot90(values, 2).swapaxes(0, 1), 8: np.rot90(values)}
    expected = flipped.get(orientation, values)
    np.testing.assert_array_equal(picture_file.read(tmp_path / "deep.png").pixels, expected)
    size = expected.shape[:2]
    found = seen(data.images(tmp_path, size, mirror=False))[0]
    np.testing.assert_array_equal(found, np.rint(expected / 257))


def pictures_of_all_kinds(folder):
    pixels, alpha = gradient(*SIZE), np.full((*SIZE, 1), 255, np.uint8)
    alpha[:5] = 100
    clear = np.concatenate([pixels, alpha], -1)
    write(folder / "grey.png", pixels[..., 0])
    write(folder / "rgb.png", pixels)
    write(folder / "rgba.png", clear)
    write(folder / "la.png", clear[..., [0, 3]])
    write(folder / "bits.png", pixels[..., 0] > 100)
    Image.fromarray(pixels).quantize(60).save(folder / "palette.png")
    Image.fromarray(pixels).quantize(60).save(folder / "clear_palette.png", transparency=0)
    Image.fromarray(pixels).save(folder / "trns.png", transparency=tuple(pixels[3, 3].tolist()))
    Image.fromarray(pixels[..., 0]).save(folder / "grey_trns.png", transparency=int(pixels[3, 3, 0]))
    write(folder / "deep.png", pixels[..., 0].astype(np.uint16) * 250)
    for name in ("a.bmp", "a.gif", "a.tif", "a.ppm", "a.tga", "a.jpg"):
        write(folder / name, pixels)
    write(folder / "lossless.webp", clear, lossless=True, exact=True)
    Image.fromarray(pixels).convert("CMYK").save(folder / "cmyk.jpg")
    write(folder / "packed.tif", pixels, compression="tiff_lzw")
    write(folder / "packed_deep.tif", pixels[..., 0].astype(np.uint16) * 250, compression="tiff_lzw")
    (folder / "deep.pgm").write_bytes(
        b"P5 16 12 65535\n"
        + (pixels[..., 0].astype(int) * 3).astype(">u2").tobytes()  # dark: at most 765 of 65,535
    )


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_training_and_predict_see_the_same_pixels_of_every_format(tmp_path, channels):
    pictures_of_all_kinds(tmp_path)
    source = data.images(tmp_path, SIZE, channels=channels, mirror=False)
    found = seen(source)
    names = [path.name for path in sorted(tmp_path.iterdir())]
    assert len(found) == len(names) == 21
    for name, pixels in zip(names, found):
        expected = picture_file.read(tmp_path / name).flat(channels)
        np.testing.assert_allclose(
            pixels, expected.astype(int), atol=3 if "jpg" in name else int(channels == 1), err_msg=name
        )
    dark = picture_file.read(tmp_path / "deep.pgm").pixels
    np.testing.assert_array_equal(dark[..., 0], gradient(*SIZE)[..., 0].astype(int) * 3)
    if channels == 4:
        rgba = found[names.index("rgba.png")]
        assert np.unique(rgba[..., 3]).tolist() == [100, 255]


def test_windows_of_a_plain_tiff_are_read_without_the_rest(tmp_path):
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, 3), np.uint8)
    path = write(tmp_path / "plain.tif", pixels)
    window, corner = decoding.decode_windows(path, [(7, 9, 20, 30), (30, 40, 10, 10)], (40, 50))
    np.testing.assert_array_equal(window.pixels, pixels[7:27, 9:39])
    np.testing.assert_array_equal(corner.pixels, pixels[30:, 40:])
    with pytest.raises(ValueError, match="has 50 x 40 pixels now; it had 51 x 40"):
        decoding.decode_windows(path, [(0, 0, 1, 1)], (40, 51))
    path.write_bytes(path.read_bytes()[: 8 + 3 * 50 * 20])
    # The directory is at the end, so all is gone.
    with pytest.raises(Exception, match=r"identify|truncated"):
        decoding.decode(path)


def test_levels_by_hand():
    assert as_levels(np.array([False, True])).tolist() == [0, 255]
    assert as_levels(np.float16([0, 0.5, 1])).tolist() == [0, 32768, 65535]
    assert as_levels(np.zeros((0, 3), "float32")).shape == (0, 3)
    with pytest.raises(ValueError, match="complex"):
        as_levels(np.zeros(3, "complex64"))
    every = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(eight_bits(every), np.rint(every / 257))


def test_headers_know_tiffs_that_pillow_does_not(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((12, 16, 3), "float32"), photometric="rgb")
    with open(tmp_path / "a.tif", "rb") as file:
        header = headers.read_header(file, (tmp_path / "a.tif").stat().st_size, "a.tif")
    assert (header.height, header.width, header.kind, header.problem) == (12, 16, "TIFF float32 RGB", "")
