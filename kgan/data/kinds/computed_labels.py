"""Label maps computed from photographs: which plain color each place has, small spots smoothed away."""

import tensorflow as tf

from kgan.data.source.source import Source

COLORS = {
    "black": (25, 25, 25),
    "grey": (115, 115, 115),
    "white": (235, 235, 235),
    "red": (175, 45, 40),
    "brown": (130, 90, 55),
    "orange": (225, 150, 60),
    "green": (80, 120, 50),
    "blue": (75, 115, 180),
}
SPOT = 5  # pixels of a side of what is averaged before


def computed_labels(source: Source) -> Source:
    """Makes label maps of a source of images: the nearest of eight colors, of the mean of 5x5 pixels.

    Args:
        source: of one part that has the key `image`, float32 (height, width, 3) in [-1, 1].

    Returns:
        A `Source` of `source`, int32 (height, width, 1), and `target`, the image; `label_names` are the colors.

    Raises:
        ValueError: grey images.
    """
    if source.element_spec["image"].shape[-1] != 3:
        raise ValueError(
            f"expected images in color to compute label maps of; received {source.element_spec['image'].shape}; open "
            "them with channels=3."
        )
    (part,) = source.parts

    def load(row, key):
        image = part.load(row, key)["image"]
        return {"source": tf.ensure_shape(nearest(image), (*image.shape[:2], 1)), "target": image}

    made = source.with_loader(load, f"label maps computed: {', '.join(COLORS)}", "computed labels")
    made.label_names = list(COLORS)
    return made


def nearest(image: tf.Tensor) -> tf.Tensor:
    """The class of each pixel of a float image (height, width, 3) in [-1, 1]: int32 (height, width, 1)."""
    smooth = tf.nn.avg_pool2d(image[None], SPOT, 1, "SAME")[0]
    colors = tf.constant(list(COLORS.values()), tf.float32) / 127.5 - 1
    distance = tf.reduce_sum(tf.square(smooth[:, :, None] - colors), axis=-1)
    return tf.argmin(distance, axis=-1, output_type=tf.int32)[..., None]
