"""Forgetting an object: a generator without the feature maps that draw it."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kgan import backend
from kgan.analysis.feature_maps import maps_of
from kgan.layers.dropped_maps import DroppedMaps


def object_weights(
    generator: keras.Model,
    latents: np.ndarray,
    boxes: Sequence[np.ndarray],
    layer: str | None = None,
    strength: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Which feature maps stand for an object: the weights of a logistic regression on boxes around it.

    Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks (Radford, Metz and
    Chintala 2015, arXiv:1511.06434, section 6.3.1): the maps at each place inside a box against as many places outside
    of all boxes, drawn from the same samples.

    Args:
        generator: network from latents alone, as for `feature_maps`.
        latents: `(count, latent_size)`.
        boxes: for each sample an array `(objects, 4)` of (top, left, bottom, right) in parts of the picture, 0 to 1;
            `(0, 4)` where there is none.
        layer: name of a convolution among `feature_maps(generator)`. Default: the last.
        strength: C of the regression, whose features have variance 1.
        seed: of the places outside.

    Returns:
        float64 `(maps,)`: above 0 where a map speaks for the object.

    Raises:
        ValueError: boxes for another number of samples, beyond the picture, or none or nothing but boxes.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(boxes) != len(latents):
        raise ValueError(
            f"object_weights: expected boxes for each of {len(latents)} samples, received {len(boxes)}. Give an empty "
            "array (0, 4) where there is no object."
        )
    seen = keras.Model(generator.input, maps_of(generator, layer))
    maps = ops.convert_to_numpy(seen(np.asarray(latents, "float32"), training=False))
    inside = np.stack([places_inside(some, maps.shape[1:3]) for some in boxes])
    within, beyond = maps[inside], maps[~inside]
    if not len(within) or not len(beyond):
        raise ValueError(
            f"object_weights: expected places inside and outside of boxes, received {len(within)} and {len(beyond)} of "
            f"the layer's {maps.shape[1]}x{maps.shape[2]} a sample. Draw boxes around the object in some samples."
        )
    random = np.random.default_rng(seed)
    beyond = beyond[random.permutation(len(beyond))[: len(within)]]
    machine = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))
    machine.fit(np.concatenate([within, beyond]), np.arange(len(within) + len(beyond)) < len(within))
    return machine[-1].coef_[0] / machine[0].scale_


def places_inside(boxes: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Which places of a grid have their middle in a box, bool `(height, width)`.

    Example:
        >>> places_inside(np.array([[0, 0, 0.5, 1]]), (2, 2))
        array([[ True,  True],
               [False, False]])
    """
    boxes = np.asarray(boxes, "float64").reshape(-1, 4)
    if len(boxes) and not (boxes.min() >= 0 and boxes.max() <= 1 and np.all(boxes[:, 2:] > boxes[:, :2])):
        raise ValueError(
            f"places_inside: expected boxes (top, left, bottom, right) in parts of the picture, 0 to 1, received "
            f"{boxes.tolist()}. Divide pixels by the picture's size."
        )
    rows, columns = ((np.arange(size) + 0.5) / size for size in grid)
    inside = np.zeros(grid, bool)
    for top, left, bottom, right in boxes:
        inside |= ((rows >= top) & (rows < bottom))[:, None] & ((columns >= left) & (columns < right))
    return inside


def without_maps(network: keras.Model, maps: Sequence[int], layer: str | None = None) -> keras.Model:
    """The same network without some of a layer's feature maps, which are 0 everywhere.

    Args:
        network, layer: as for `feature_maps`.
        maps: indices, `np.flatnonzero(object_weights(...) > 0)` in the paper.

    Returns:
        `keras.Model` with the inputs and the weights of `network`, not copies of them.

    Example:
        >>> network = dcgan.generator((16, 16), latent_size=8, width=4)
        >>> without_maps(network, [0, 3]).output_shape
        (None, 16, 16, 3)
    """
    source, _ = backend.origin_of(maps_of(network, layer))
    drop = DroppedMaps(maps)

    def called(each, *inputs, **options):
        made = each(*inputs, **options)
        return drop(made) if each is source else made

    return keras.Model(network.input, backend.run_graph(network, network.input, called), name=network.name)
