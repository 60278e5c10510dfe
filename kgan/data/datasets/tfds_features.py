"""Which features of a TensorFlow dataset are the image, the label and the caption: by type, then by name."""

import dataclasses
import re
from typing import Any

from kgan.errors import UserError

CAPTION_NAMES = re.compile(r"caption|text|sentence|description|title|prompt", re.IGNORECASE)
NO_CAPTION_NAMES = re.compile(r"file|path|url|\bid\b|_id\b|label|lang", re.IGNORECASE)
NO_IMAGE_NAMES = re.compile(r"mask|segment|label|depth|annot", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The paths of the features, "captions/text" for `text` inside `captions`; empty where there is none."""

    image: str
    label: str = ""
    caption: str = ""


def choose(features: Any, wanted: dict[str, str]) -> Chosen:
    """Finds the features.

    Args:
        features: `builder.info.features`.
        wanted: {"image" | "label" | "caption": path of the feature}, what the user insists on.

    Raises:
        UserError: no image, or a wanted feature that does not exist.
    """
    import tensorflow_datasets as tfds

    flat = dict(_flat(features, tfds.features.FeaturesDict, tfds.features.Sequence))
    for key, path in wanted.items():
        if path not in flat:
            raise UserError(
                f"expected a feature {path!r} for the {key}, found {', '.join(flat)}: name one of them"
            )
    images = [path for path, feature in flat.items() if isinstance(feature, tfds.features.Image)]
    labels = [
        path
        for path, feature in flat.items()
        if isinstance(feature, tfds.features.ClassLabel) and not _is_nested(path, features, tfds)
    ]
    captions = [
        path for path, feature in flat.items() if _is_text(feature, tfds) and CAPTION_NAMES.search(path)
    ]
    found = {
        "image": _best(images, "image", NO_IMAGE_NAMES),
        "label": _best(labels, "label", None),
        "caption": _best(captions, "caption", NO_CAPTION_NAMES),
    }
    found.update(wanted)
    if not found["image"]:
        raise UserError(f"expected a dataset with images, found only {', '.join(flat)}: choose another")
    return Chosen(**found)


def get(example: dict, path: str) -> Any:
    """The feature at a path of an example."""
    if path in example:  # TFDS has names with slashes of their own: "image/filename"
        return example[path]
    outer, _, inner = path.partition("/")
    return get(example[outer], inner)


def _flat(features, dictionary, sequence, above=""):
    for name, feature in features.items():
        inner = getattr(feature, "feature", None) if type(feature) is sequence else feature
        if isinstance(inner, dictionary):
            yield from _flat(inner, dictionary, sequence, f"{above}{name}/")
        else:
            yield f"{above}{name}", feature


def _is_nested(path, features, tfds) -> bool:
    """Whether a label is one of several of an example (each object's, say)."""
    return path not in features and isinstance(features[path.partition("/")[0]], tfds.features.Sequence)


def _is_text(feature, tfds) -> bool:
    feature = getattr(feature, "feature", feature) if type(feature) is tfds.features.Sequence else feature
    return isinstance(feature, tfds.features.Text) or getattr(feature, "np_dtype", None) in (
        object,
        str,
        bytes,
    )


def _best(paths, name, unlikely) -> str:
    paths = [path for path in paths if not (unlikely and unlikely.search(path))] or (
        paths if name == "image" else []
    )
    return name if name in paths else next(iter(paths), "")
