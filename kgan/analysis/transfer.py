"""What a network learned without labels is worth where there are few: it goes on as a classifier."""

from collections.abc import Mapping

import keras
import numpy as np

from kgan.analysis.feature_maps import maps_of
from kgan.analysis.linear_readout import drawn


def classifier_from(network: keras.Model, classes: int, layer: str | None = None) -> keras.Model:
    """A copy of a network up to one of its feature maps, and a new linear layer on them.

    Args:
        network, layer: as for `feature_maps`; a context encoder up to its bottleneck, say.
        classes: how many.

    Returns:
        `keras.Model` from images to the logits of the classes; what it learns leaves `network` as it was.

    Example:
        >>> classifier_from(dcgan.discriminator((16, 16), width=8), classes=10).output_shape
        (None, 10)
    """
    seen = keras.Model(network.input, maps_of(network, layer))
    body = keras.models.clone_model(seen)
    body.set_weights(seen.get_weights())
    flat = keras.layers.Flatten()(body.output)
    return keras.Model(body.input, keras.layers.Dense(classes, dtype="float32", name="classes")(flat))


def transfer_table(
    networks: Mapping[str, tuple[keras.Model, str | None]],
    images: np.ndarray,
    labels: np.ndarray,
    held_out: np.ndarray,
    truth: np.ndarray,
    counts: tuple[int, ...] = (50, 100, 200),
    draws: int = 3,
    steps: int = 200,
    batch_size: int = 32,
    rate: float = 1e-3,
    seed: int = 0,
) -> dict[str, dict[int, np.ndarray]]:
    """Accuracy by what a classifier starts from and by the number of labels that all of it is then trained on.

    Context Encoders: Feature Learning by Inpainting (Pathak et al. 2016, arXiv:1604.07379, section 5.2), whose
    table has random starts and other ways to learn without labels beside it.

    Args:
        networks: by name, (network, layer) as for `classifier_from`.
        images, labels: float32 `(count, height, width, channels)` and int `(count,)`, from 0.
        held_out, truth: the same of what is measured on.
        counts, draws, seed: as for `linear_readout`; all networks get the same labels and the same batches.
        steps: of Adam, however many labels.
        batch_size, rate: of the training.

    Returns:
        dict from each name to a dict from each count to accuracies in [0, 1], one a draw.

    Raises:
        ValueError: as `linear_readout`.
    """
    labels, truth = np.asarray(labels), np.asarray(truth)
    found = {name: {} for name in networks}
    for count in counts:
        for draw in range(draws):
            some = drawn(labels, count, seed + draw)
            random = np.random.default_rng(seed + draw)
            orders = -(-steps * batch_size // count)
            order = np.concatenate([random.permutation(some) for _ in range(orders)])[: steps * batch_size]
            for name, (network, layer) in networks.items():
                keras.utils.set_random_seed(seed + draw)  # The new layer starts alike in each.
                model = classifier_from(network, len(np.unique(labels)), layer)
                loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
                model.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
                model.fit(images[order], labels[order], batch_size=batch_size, shuffle=False, verbose=0)
                answers = model.predict(held_out, batch_size=256, verbose=0).argmax(axis=1)
                found[name].setdefault(count, []).append(np.mean(answers == truth))
    return {name: {count: np.array(values) for count, values in by.items()} for name, by in found.items()}
