"""Which patch of one picture belongs to which of another: a term of a generator's loss. Maths in float32."""

from typing import Any

from keras import ops


def patch_nce(queries: Any, keys: Any, temperature: float = 0.07) -> Any:
    """Cross-entropy of finding each patch's own key among those of all patches of the same picture.

    Contrastive Learning for Unpaired Image-to-Image Translation (Park et al. 2020, arXiv:2007.15651), equation 3:

        s[i, j] = queries[i] . keys[j] / temperature
        mean over i of log(sum over j of exp(s[i, j])) - s[i, i]

    The other patches of the picture, and of no other one, are the negatives. Keys are constants.

    Args:
        queries, keys: vectors of length one of the same places, `(batch, patches, size)`.
        temperature: above 0; the paper's is 0.07.

    Returns:
        A float32 scalar, the mean over patches and pictures.

    Raises:
        ValueError: for shapes that differ, or a temperature that is not above 0.

    Example:
        >>> vectors = ops.eye(2)[None]
        >>> round(float(patch_nce(vectors, vectors, temperature=1.0)), 4)  # log(e + 1) - 1
        0.3133
    """
    shapes = tuple(queries.shape), tuple(keys.shape)
    if [len(shape) for shape in shapes] != [3, 3] or any(
        None not in (a, b) and a != b for a, b in zip(*shapes, strict=True)
    ):
        raise ValueError(
            f"patch_nce: expected queries and keys of one shape (batch, patches, size), received {shapes[0]} and "
            f"{shapes[1]}. Take both at the same places."
        )
    if not temperature > 0:
        raise ValueError(
            f"patch_nce: expected a temperature above 0, received {temperature}. The paper's is 0.07."
        )
    queries = ops.cast(queries, "float32")
    keys = ops.stop_gradient(ops.cast(keys, "float32"))
    scores = ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / temperature
    own = ops.sum(queries * keys, axis=-1) / temperature
    return ops.mean(ops.logsumexp(scores, axis=-1) - own)
