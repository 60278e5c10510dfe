"""What the names of folders say: which split, which side of a pair, which class a file belongs to."""

import dataclasses
import os
import re

HELD_OUT = ("val", "valid", "validation", "test", "testing")
SPLITS = ("train", "training", *HELD_OUT)
FIRST = (
    "a",
    "source",
    "input",
    "inputs",
    "label",
    "labels",
    "label_maps",
    "labelmaps",
    "maps",
    "annotations",
)
SECOND = ("b", "target", "targets", "output", "outputs", "image", "images", "photo", "photos")
_SPLIT_AND_SIDE = re.compile(rf"({'|'.join(SPLITS)})[-_ ]?([ab])", re.IGNORECASE)


# Words in the names of folders that hold the pictures of low and of high quality.
LOW = frozenset(("lq", "lr", "low", "small", "degraded", "blur", "blurred", "blurry", "noisy", "lowres"))
HIGH = frozenset(("hq", "hr", "high", "large", "gt", "groundtruth", "sharp", "clean", "highres", "original"))
# "p0_mask001" is a mask of "p0".
_MASK = re.compile(r"(.+?)[-_ ]*mask[-_ ]?\d*", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a file lies, told by its folders.

    Args:
        split: "train", "held out", or "".
        side: "a", "b", or "".
        folders: tuple of the other folders' names, outermost first.
        stem: the file's name without its extension.
    """

    split: str
    side: str
    folders: tuple
    stem: str

    @property
    def key(self) -> tuple:
        """What the two halves of a pair have in common."""
        return self.split, self.folders, self.stem


def places(names: list[str], sides: bool = False, any_two: bool = True) -> list[Place]:
    """Reads the names of files.

    A folder that all files share is passed over. `train`, `val` and `test` name splits. With `sides`, `A` and
    `B`, `trainA` and `testB`, `source` and `target` and the like name the sides of a pair; where no name does
    but the files lie in two folders, those are the sides, in alphabetical order.

    Args:
        names: list of str, relative, with slashes.
        sides: bool, whether to look for sides.
        any_two: bool, whether any two folders are sides where no name says so.

    Returns:
        A list of `Place`.
    """
    split_names = [name.split("/") for name in names]
    shared = _shared_folders(split_names, sides)
    found = [_place(pieces[shared:], sides) for pieces in split_names]
    if sides and any_two and not any(place.side for place in found):
        outer = sorted({place.folders[:1] for place in found})
        if len(outer) == 2 and () not in outer:
            return [
                dataclasses.replace(
                    place, side="ab"[outer.index(place.folders[:1])], folders=place.folders[1:]
                )
                for place in found
            ]
    if not any(place.split == "train" for place in found) or all(place.split == "train" for place in found):
        return [dataclasses.replace(place, split="") for place in found]
    return found


def quality_of(folder: str) -> str:
    """ "low" or "high" by a word in a folder's name, such as lq or DIV2K_train_LR_bicubic; else an empty str."""
    words = set(re.split(r"[-_ .]+", folder.lower()))
    low, high = words & LOW, words & HIGH
    return "" if bool(low) == bool(high) else "low" if low else "high"


def quality_places(names: list[str]) -> list[Place]:
    """Reads the names of files in folders of two qualities, as `places` does: the side is "low", "high" or "".

    A small file may have its scale in its name (0801x4.png) or folder (X4).
    """
    found = []
    for name in names:
        pieces = name.split("/")
        split, side, others = "", "", []
        for folder in pieces[:-1]:
            split = split or next(
                (word for word in re.split(r"[-_ .]+", folder.lower()) if word in SPLITS), ""
            )
            if quality_of(folder):
                side = quality_of(folder)
            elif folder.lower() not in SPLITS and not re.fullmatch(r"x\d", folder.lower()):
                others.append(folder)
        stem = os.path.splitext(pieces[-1])[0]
        stem = re.sub(r"[-_ ]?x\d$", "", stem, flags=re.IGNORECASE) if side == "low" else stem
        split = ("held out" if split in HELD_OUT else "train") if split else ""
        found.append(Place(split, side, tuple(others), stem))
    return found


def without_mask(stem: str) -> str:
    """The stem of the picture whose mask is called so: "p0" of "p0_mask001", and of "p0"."""
    found = _MASK.fullmatch(stem)
    return found[1] if found else stem


def masks_among(names: list[str]) -> set[str]:
    """Which of some names are masks of others that lie beside them, such as p0_mask001.png of p0.jpg."""
    stems = {os.path.splitext(name)[0] for name in names}
    found = set()
    for name in names:
        folder, stem = os.path.split(os.path.splitext(name)[0])
        own = without_mask(stem)
        if own != stem and os.path.join(folder, own) in stems:
            found.add(name)
    return found


def _shared_folders(split_names, sides):
    """Counts the outer folders that all files share and whose names mean nothing."""
    count = 0
    while split_names and len({tuple(pieces[: count + 1]) for pieces in split_names}) == 1:
        folder = split_names[0][count]
        if len(split_names[0]) == count + 1 or folder.lower() in SPLITS or (sides and _side(folder)):
            break
        count += 1
    return count


def _place(pieces, sides):
    split, side, others = "", "", []
    for folder in pieces[:-1]:
        both = _SPLIT_AND_SIDE.fullmatch(folder) if sides else None
        if both and not side:
            split, side = both[1].lower(), both[2].lower()
        elif folder.lower() in SPLITS and not split:
            split = folder.lower()
        elif sides and _side(folder) and not side:
            side = _side(folder)
        else:
            others.append(folder)
    split = ("held out" if split in HELD_OUT else "train") if split else ""
    return Place(split, side, tuple(others), os.path.splitext(pieces[-1])[0])


def _side(folder):
    name = folder.lower()
    return "a" if name in FIRST else "b" if name in SECOND else ""
