"""A pool of generated images, from which a discriminator is shown older ones."""

import keras
from keras import ops

from kgan import backend


@keras.saving.register_keras_serializable("kgan.layers")
class ImagePool(keras.layers.Layer):
    """Shows half of the images as they come, half exchanged for older ones.

    Learning from Simulated and Unsupervised Images through Adversarial Training (Shrivastava et al. 2017,
    arXiv:1612.07828, section 2.3), as CycleGAN uses it: until the pool is full, every image is put in and shown;
    then each image is, with probability 1/2, shown itself, or else takes the place of one drawn from the pool,
    which is shown instead.

    A pool is one for all replicas: each works on the global batch, with the same random numbers, and keeps its
    share of what is shown. Images of one batch take different places; of a batch larger than the pool the last
    ones are shown as they are.

    Args:
        size: images in the pool; 0 shows everything as it comes.
        image_shape: (height, width, channels).

    Example:
        >>> pool = ImagePool(50, (128, 128, 3))
        >>> shown = pool(images, draw=functools.partial(model.draw, batch), use="zebras")
    """

    def __init__(self, size: int, image_shape, **options) -> None:
        super().__init__(trainable=False, **{key: options[key] for key in options if key != "trainable"})
        self.size, self.image_shape = size, tuple(image_shape)
        if size:
            state = {"trainable": False, "initializer": "zeros", "aggregation": "only_first_replica"}
            self.images = self.add_weight(shape=(size, *self.image_shape), name="images", **state)
            self.seen = self.add_weight(shape=(), dtype="int32", name="seen", **state)
        self.built = True

    def call(self, images, draw, use):
        """Returns what to show, of the shape of `images`.

        Args:
            images: `(batch, height, width, channels)`.
            draw: `AdversarialModel.draw` for a batch: a callable from (use, shape, distribution).
            use: str, names the pool's random numbers.
        """
        if not self.size:
            return images
        if any(a != b for a, b in zip(images.shape[1:], self.image_shape, strict=True) if None not in (a, b)):
            raise ValueError(
                f"ImagePool: expected images of {self.image_shape}, received {tuple(images.shape[1:])}. Build "
                "the scheme with the image_size that it is trained on, or with pool_size=0."
            )
        mine = ops.shape(images)[0]
        coin = backend.gather_batch(draw(f"{use} coin", (mine,), "uniform"))
        places = backend.gather_batch(draw(f"{use} places", (self.size,), "uniform"))[: self.size]
        offered = backend.gather_batch(images)[: self.size]
        coin, count = coin[: self.size], ops.shape(offered)[0]
        number = self.seen + ops.arange(count, dtype="int32")
        full = self.seen >= self.size
        place = ops.where(full, ops.argsort(places)[:count], number % self.size)
        swap = ops.logical_and(full, coin < 0.5)
        enter = ops.logical_or(number < self.size, swap)
        old = ops.take(self.images, place, axis=0)
        stored = ops.where(_per_image(enter), ops.cast(offered, old.dtype), old)
        self.images.assign(ops.scatter_update(self.images, place[:, None], stored))
        self.seen.assign(ops.minimum(self.seen + count, self.size))
        shown = ops.where(_per_image(swap), ops.cast(old, images.dtype), offered)
        if backend.replica_count() == 1:
            return ops.concatenate([shown, images[self.size :]], axis=0)
        everything = ops.concatenate([shown, backend.gather_batch(images)[self.size :]], axis=0)
        start, _ = backend.place_in_batch(mine)
        return everything[start : start + mine]

    def compute_output_shape(self, images_shape, **_):
        return images_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "size": self.size, "image_shape": self.image_shape}


def _per_image(flags):
    return ops.reshape(flags, (-1, 1, 1, 1))
