"""What people have on disk, and real data that needs no download, as `tf.data` batches: dicts of tensors."""

from kgan.data.clips.video import video
from kgan.data.contact_sheet import contact_sheet
from kgan.data.datasets.tfds import tfds
from kgan.data.describe import describe
from kgan.data.kinds.captions import captions
from kgan.data.kinds.images import images
from kgan.data.kinds.label_maps import label_maps
from kgan.data.kinds.masks import masked
from kgan.data.kinds.pairs import pairs
from kgan.data.kinds.unpaired import unpaired
from kgan.data.source.source import Part, Source
from kgan.data.views.view import View

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
