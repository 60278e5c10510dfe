"""What people have on disk, and real data that needs no download, as `tf.data` batches: dicts of tensors."""

from kgan.data.images import images
from kgan.data.source import Part, Source
from kgan.data.view import View

__all__ = ["Part", "Source", "View", "images"]
