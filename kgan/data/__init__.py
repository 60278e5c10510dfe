"""What people have on disk, and real data that needs no download, as `tf.data` batches: dicts of tensors."""

from kgan.data.captions import captions
from kgan.data.contact_sheet import contact_sheet
from kgan.data.describe import describe
from kgan.data.images import images
from kgan.data.label_maps import label_maps
from kgan.data.masks import masked
from kgan.data.pairs import pairs
from kgan.data.source import Part, Source
from kgan.data.tfds import tfds
from kgan.data.unpaired import unpaired
from kgan.data.video import video
from kgan.data.view import View

__all__ = [
    "Part",
    "Source",
    "View",
    "captions",
    "contact_sheet",
    "describe",
    "images",
    "label_maps",
    "masked",
    "pairs",
    "tfds",
    "unpaired",
    "video",
]
