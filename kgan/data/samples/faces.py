"""The typefaces that ship inside the matplotlib wheel, each with the words that describe it."""

import dataclasses
import functools
import pathlib
import string
import unicodedata

import matplotlib
from matplotlib.ft2font import FT2Font

from kgan.errors import UserError

LETTERS_AND_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclasses.dataclass(frozen=True)
class Face:
    """One typeface: a TrueType file, or one of the mathematical alphabets inside a file.

    Args:
        name: what a user calls it, "DejaVu Sans Bold".
        file: a file name below matplotlib's `fonts/ttf`, or the path of any TrueType file.
        family: "DejaVu Sans"; faces of one family are variations of one design.
        style: the word a caption uses, "sans-serif", "serif", "typewriter", ...
        weight: "regular" or "bold".
        slant: "upright" or "italic".
        alphabet: how Unicode names the alphabet, "SANS-SERIF BOLD"; empty for the file's plain letters.
    """

    name: str
    file: str
    family: str
    style: str
    weight: str = "regular"
    slant: str = "upright"
    alphabet: str = ""

    @property
    def path(self) -> str:
        folder = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf")
        return str(folder / self.file)  # an absolute `file` wins

    def code_point(self, character: str) -> int:
        """Where this face keeps `character`: the character itself, or its twin in the alphabet."""
        return _twins(self.alphabet).get(character, -1) if self.alphabet else ord(character)

    def has(self, character: str) -> bool:
        return self.code_point(character) in code_points(self.path)


@functools.cache
def code_points(path: str) -> frozenset[int]:
    """The code points that a TrueType file draws."""
    return frozenset(FT2Font(path).get_charmap())


@functools.cache
def _twins(alphabet: str) -> dict[str, int]:
    """{letter: code point} of one of Unicode's mathematical alphabets, its displaced letters included."""
    names = {alphabet, {"FRAKTUR": "BLACK-LETTER"}.get(alphabet, alphabet)}
    twins = {}
    for code in (*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)):
        kind, _, letter = unicodedata.decomposition(chr(code)).partition(" ")
        words = unicodedata.name(chr(code), "").removeprefix("MATHEMATICAL ")
        style = words.partition(" CAPITAL ")[0].partition(" SMALL ")[0].partition(" DIGIT ")[0]
        if kind == "<font>" and style in names:
            twins[chr(int(letter, 16))] = code
    return twins


def _family(family: str, style: str, *members: tuple[str, str, str]) -> list[Face]:
    faces = []
    for file, weight, slant in members:
        words = [family, *(word.title() for word in (weight, slant) if word not in ("regular", "upright"))]
        faces.append(Face(" ".join(words), f"{file}.ttf", family, style, weight, slant))
    return faces


def _alphabet(family: str, style: str, alphabet: str, file: str = "STIXGeneral") -> Face:
    weight = "bold" if "BOLD" in alphabet else "regular"
    slant = "italic" if "ITALIC" in alphabet else "upright"
    return dataclasses.replace(_family(family, style, (file, weight, slant))[0], alphabet=alphabet)


# Left out, because what they draw at the letters' places are no letters: cmex10 and cmsy10 (symbols),
# LastResortHE (one box for all). DejaVu's Display files, STIXNonUni and STIXSiz* have nothing there.
TEXT_FACES = (
    *_family(
        "DejaVu Sans",
        "sans-serif",
        ("DejaVuSans", "regular", "upright"),
        ("DejaVuSans-Bold", "bold", "upright"),
        ("DejaVuSans-Oblique", "regular", "italic"),
        ("DejaVuSans-BoldOblique", "bold", "italic"),
    ),
    *_family(
        "DejaVu Sans Mono",
        "typewriter",
        ("DejaVuSansMono", "regular", "upright"),
        ("DejaVuSansMono-Bold", "bold", "upright"),
        ("DejaVuSansMono-Oblique", "regular", "italic"),
        ("DejaVuSansMono-BoldOblique", "bold", "italic"),
    ),
    *_family(
        "DejaVu Serif",
        "serif",
        ("DejaVuSerif", "regular", "upright"),
        ("DejaVuSerif-Bold", "bold", "upright"),
        ("DejaVuSerif-Italic", "regular", "italic"),
        ("DejaVuSerif-BoldItalic", "bold", "italic"),
    ),
    *_family(
        "STIX",
        "serif",
        ("STIXGeneral", "regular", "upright"),
        ("STIXGeneralBol", "bold", "upright"),
        ("STIXGeneralItalic", "regular", "italic"),
        ("STIXGeneralBolIta", "bold", "italic"),
    ),
    *_family(
        "Computer Modern",
        "serif",
        ("cmr10", "regular", "upright"),
        ("cmb10", "bold", "upright"),
        ("cmti10", "regular", "italic"),
    ),
    *_family("Computer Modern Math", "serif", ("cmmi10", "regular", "italic")),  # digits hang below the line
    *_family("Computer Modern Sans", "sans-serif", ("cmss10", "regular", "upright")),
    *_family("Computer Modern Typewriter", "typewriter", ("cmtt10", "regular", "upright")),
    _alphabet("STIX Sans", "sans-serif", "SANS-SERIF"),
    _alphabet("STIX Sans", "sans-serif", "SANS-SERIF BOLD"),
    _alphabet("STIX Sans", "sans-serif", "SANS-SERIF ITALIC"),  # the two italics have no digits
    _alphabet("STIX Sans", "sans-serif", "SANS-SERIF BOLD ITALIC"),
    _alphabet("STIX Typewriter", "typewriter", "MONOSPACE"),
)
ORNATE_FACES = (
    _alphabet("STIX Double-Struck", "double-struck", "DOUBLE-STRUCK"),
    _alphabet("DejaVu Double-Struck", "double-struck", "DOUBLE-STRUCK", "DejaVuSans"),
    _alphabet("STIX Script", "script", "SCRIPT"),
    _alphabet("STIX Script", "script", "BOLD SCRIPT"),
    _alphabet("STIX Fraktur", "blackletter", "FRAKTUR"),
    _alphabet("STIX Fraktur", "blackletter", "BOLD FRAKTUR"),
)


def find(font: str | Face) -> Face:
    """The face of that name, or of the TrueType file at that path.

    Args:
        font: a `Face`, a name such as "DejaVu Sans Bold", or the path of a `.ttf` or `.otf` file.

    Raises:
        UserError: no such face.
    """
    if isinstance(font, Face):
        return font
    known = {face.name: face for face in (*TEXT_FACES, *ORNATE_FACES)}
    if font in known:
        return known[font]
    if pathlib.Path(font).suffix.lower() in (".ttf", ".otf") and pathlib.Path(font).is_file():
        path = pathlib.Path(font).resolve()
        return Face(path.stem, str(path), path.stem, "plain")
    raise UserError(
        f"expected a font out of {', '.join(known)}, or the path of a .ttf file; received {font!r}"
    )
