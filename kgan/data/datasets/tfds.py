"""TensorFlow Datasets by name."""

import difflib
import os
import re

import numpy as np
import tensorflow as tf

from kgan.data.datasets import tfds_features, tfds_prepare, tfds_records
from kgan.data.source.keys import fold
from kgan.data.source.python_call import python_call
from kgan.data.source.source import Part, Source
from kgan.data.views.color_jitter import jitter
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.pixels import to_float
from kgan.pictures.transparency import WHITE

NAME = re.compile(r"(?P<name>[^:\[\]]+(?::[\d.*]+)?)(?::(?P<split>\D.*))?")
HELD_OUT = ("validation", "test")  # the first that a dataset has


def tfds(
    name: str,
    image_size: int | tuple[int, int] = (64, 64),
    labels: bool | None = None,
    channels: int = 3,
    *,
    captions: bool | None = None,
    features: dict[str, str] | None = None,
    background: tuple[int, int, int] = WHITE,
    data_dir: str | os.PathLike | None = None,
    patience: float = tfds_prepare.PATIENCE,
    **view,
) -> Source:
    """Opens a TensorFlow dataset, downloading it the first time.

    The image, the label and the caption are found by their features' types. Without a split the train split
    is opened, with the validation (or else the test) split as what `Source.split` holds out.

    Args:
        name: "tfds:NAME" or "tfds:NAME:SPLIT", as in "tfds:mnist", "tfds:cycle_gan/horse2zebra:trainA",
            "tfds:cifar10:3.0.2:train[:80%]".
        image_size: int, or (height, width).
        labels: whether to have `label`. Default: if there is one.
        channels: 1 or 3.
        captions: whether to have `caption`, of several one drawn an epoch. Default: if there is one.
        features: names of features to take instead, {"label": "coarse_label"}.
        background: what transparent images are laid over.
        data_dir: where TFDS keeps its data. Default: its own.
        patience: seconds that a download may stand still.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `image`, float32 (height, width, channels) in [-1, 1], with `label`, int32, and
        `caption`, string, where there are such.

    Raises:
        UserError: no such dataset, split or feature, no network, or a download that stands still.

    Example:
        >>> training, held_out = tfds("tfds:oxford_flowers102", (96, 64), labels=True).split()
    """
    view = View(image_size, **view)
    parsed = NAME.fullmatch(str(name).removeprefix("tfds:"))
    if not parsed:
        raise UserError(f"expected tfds:NAME or tfds:NAME:SPLIT, found {name}: write tfds:mnist:train, say")
    builder = _builder(parsed["name"], data_dir)
    tfds_prepare.prepare(parsed["name"], builder, patience)
    info = builder.info
    chosen = tfds_features.choose(info.features, features or {})
    wanted = {"label": labels, "caption": captions}
    for key, want in wanted.items():
        if want and not getattr(chosen, key):
            raise UserError(f"expected a {key} in tfds:{parsed['name']}, found {', '.join(info.features)}")
    with_label = bool(chosen.label) if labels is None else labels
    with_caption = bool(chosen.caption) if captions is None else captions
    splits = _splits(info, parsed["name"], parsed["split"])
    sources = [_open(builder, split) for split in splits]
    counts = [len(source) for source in sources]
    rows = {
        "split": np.repeat(np.arange(len(splits), dtype=np.int64), counts),
        "number": np.concatenate([np.arange(count, dtype=np.int64) for count in counts]),
    }

    def read(split, number):
        example = sources[split][int(number)]
        image = _pixels(np.asarray(tfds_features.get(example, chosen.image)), channels, background)
        label = int(tfds_features.get(example, chosen.label)) if with_label else 0
        sentences = _sentences(tfds_features.get(example, chosen.caption)) if with_caption else [b""]
        return image, np.int64(label), np.array(sentences, dtype=object)

    def load(row, key):
        image, label, sentences = python_call(
            read, [row["split"], row["number"]], (tf.uint8, tf.int64, tf.string)
        )
        image = tf.ensure_shape(image, (None, None, channels))
        window = view.window(tf.shape(image)[0], tf.shape(image)[1], key)
        image = image[window.top : window.top + window.height, window.left : window.left + window.width]
        image = to_float(view.resize(image, window))
        if key is not None and view.jitter:
            image = jitter(image, fold(key, "jitter"), view.jitter)
        example = {"image": image}
        if with_label:
            example["label"] = tf.cast(tf.ensure_shape(label, []), tf.int32)
        if with_caption:
            choice = tf.zeros([], tf.int32)
            if key is not None:
                count = tf.size(sentences)
                choice = tf.random.stateless_uniform([], fold(key, "caption"), 0, count, tf.int32)
            example["caption"] = tf.ensure_shape(tf.reshape(sentences, [-1])[choice], [])
        return example

    def explain(row):
        place = f"{splits[row['split']]}[{row['number']}]"
        try:
            read(row["split"], row["number"])
        except Exception as error:
            return f"{place}: {' '.join(str(error).split()) or type(error).__name__}"
        return f"{place}: cannot be decoded"

    full = info.full_name
    label_names = list(tfds_features.get(info.features, chosen.label).names) if with_label else None
    taken = [
        chosen.image,
        *([chosen.label] if with_label else []),
        *([chosen.caption] if with_caption else []),
    ]
    text = f"tfds:{full}, {' and '.join(f'{c:,} in {s}' for c, s in zip(counts, splits, strict=True))}"
    return Source(
        Part(rows, load, explain, held_out=rows["split"] == 1 if len(splits) > 1 else None),
        label_names=label_names,
        text=f"{text}; features: {', '.join(taken)}",
        identity=f"{full} {splits} {counts} {taken} {channels} {background} {view}",
    )


def _builder(name: str, data_dir):
    import tensorflow_datasets

    try:
        return tensorflow_datasets.builder(name, data_dir=None if data_dir is None else os.fspath(data_dir))
    except tensorflow_datasets.core.registered.DatasetNotFoundError as error:
        bare = re.split(r"[/:]", name)[0]
        close = difflib.get_close_matches(bare, tensorflow_datasets.list_builders(), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "tfds.list_builders() has the names"
        raise UserError(f"expected the name of a TensorFlow dataset, found {name}: {hint}") from error
    except (ValueError, ImportError, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UserError(f"expected the name of a TensorFlow dataset, found {name}: {reason[:300]}") from error


def _splits(info, name: str, asked: str | None) -> list[str]:
    known = list(info.splits)
    if asked:
        outer = re.split(r"[\[+]", asked)[0]
        if known and outer not in known and outer != "all":
            raise UserError(f"expected a split of tfds:{name}, found {asked}: it has {', '.join(known)}")
        return [asked]
    if not known:  # mocked, or prepared without statistics
        return ["train"]
    if "train" not in known:
        return known[:1]
    return ["train", *[split for split in HELD_OUT if split in known][:1]]


def _open(builder, split: str):
    try:
        return tfds_records.records(builder, split)
    except (ValueError, KeyError, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UserError(f"expected to read {split} of tfds:{builder.name}, found: {reason[:300]}") from error


def _pixels(image: np.ndarray, channels: int, background) -> np.ndarray:
    """Any image feature as uint8 with the asked number of channels."""
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    elif image.dtype != np.uint8:
        image = np.clip(np.rint(image.astype(np.float32) * 255.0), 0, 255).astype(np.uint8)
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[-1] == 4:
        alpha = image[..., 3:] / np.float32(255)
        image = image[..., :3] * alpha + np.array(background, np.float32) * (1 - alpha)
        image = np.rint(image).astype(np.uint8)
    if image.shape[-1] == channels:
        return image
    if image.shape[-1] == 1:
        return np.repeat(image, channels, axis=-1)
    return np.rint(image[..., :3] @ np.array([[0.299], [0.587], [0.114]], np.float32)).astype(np.uint8)


def _sentences(value) -> list[bytes]:
    """One caption or several, as bytes; one empty caption where there is none."""
    flat = np.asarray(value, dtype=object).reshape(-1)
    return [text.encode() if isinstance(text, str) else bytes(text) for text in flat] or [b""]
