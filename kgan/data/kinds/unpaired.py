"""Two sets of images, `a` and `b`, of which no two belong together."""

import os

from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import Kind
from kgan.data.kinds.pairs import check_direction, two_sides
from kgan.data.source.source import Part, Source
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.transparency import WHITE


def unpaired(
    path: str | os.PathLike | None = None,
    image_size: tuple[int, int] = (256, 256),
    direction: str = "AtoB",
    channels: int = 3,
    *,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    **view,
) -> Source:
    """Opens two sets of images for translation without pairs.

    Each set is shuffled on its own. An epoch is as long as the larger set; the smaller one starts another
    permutation when it runs out.

    Args:
        path: a folder or zip with trainA, trainB, testA and testB, or A and B, or any two folders; or two
            folders or zips, (A, B); None for the bundled glyphs in two typefaces.
        image_size: (height, width), or one int for both.
        direction: "AtoB" calls the first set `a`; "BtoA" calls the second set `a`.
        channels: 1, 3 or 4, or (a's, b's).
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `a` and `b`, float32 (*image_size, channels) in [-1, 1].

    Raises:
        UserError: if one of the sets is not there.

    Example:
        >>> horses_and_zebras = unpaired("horse2zebra", (128, 128), load_size=(143, 143))
    """
    check_direction(direction)
    if path is None:
        from kgan.data.samples.glyph_pairs import glyph_unpaired

        return glyph_unpaired(image_size, channels=channels)
    view = View(image_size, **view)
    sides = two_sides(path, cache)
    if sides is None:
        raise UserError(
            f"expected two sets of images in {path}; found one; put them into folders A and B "
            "(or trainA, trainB, testA, testB), or give two folders."
        )
    sides = sides if direction == "AtoB" else sides[::-1]
    channels = (channels, channels) if isinstance(channels, int) else tuple(channels)
    made = [
        _part(name, side, Pictures(side.index, view, number, background))
        for name, side, number in zip("ab", sides, channels, strict=True)
    ]
    text = "\n".join(f"{name}: {side.index.describe()}" for name, side in zip("ab", sides, strict=True))
    settings = ("unpaired", view, channels, tuple(background))
    identity = sides[0].index.identity(sides[1].index.identity(*settings))
    return Source(made, text=text, identity=identity)


def _part(name, side, pictures):
    def load(row, key):
        return {name: pictures.load(row, key)}

    return Part(side.index.rows, load, pictures.explain, held_out(side.places))


KIND = Kind(
    "unpaired",
    "two sets of unpaired images",
    ("cyclegan",),
    recognized=lambda folder: folder.sides is not None and not folder.is_paired,
    opened=lambda folder, size: unpaired(folder.path, size, cache=folder.cache),
)
