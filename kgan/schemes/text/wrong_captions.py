"""For each picture of a batch the caption of another one."""

from keras import ops

from kgan import backend


def wrong_partners(tokens, draw, group=None):
    """For each sample another one of the global batch, chosen at random, whose caption does not describe it.

    A partner's caption differs in text, and it belongs to another group. Every replica's samples are candidates.

    Args:
        tokens: `(batch, length)` int32.
        draw: the scheme's `draw`.
        group: `(batch,)` int, samples of one number describe each other (captions of one image, wordings of one
            fact); None where each sample is for itself.

    Returns:
        `(partner, exists)`: `(batch,)` int32 positions in the global batch, and `(batch,)` float32, 0 where no sample
        may be the partner (its own position, or any, is then given).
    """
    everyone = backend.gather_batch(tokens)
    same = ops.all(ops.equal(tokens[:, None, :], everyone[None, :, :]), axis=-1)
    if group is not None:
        group = ops.reshape(group, (-1,))
        same = ops.logical_or(same, ops.equal(group[:, None], backend.gather_batch(group)[None, :]))
    order = draw("wrong caption", (ops.shape(tokens)[0], ops.shape(everyone)[0]), "uniform")
    partner = ops.argmax(ops.where(same, -1.0, order), axis=1)
    exists = ops.cast(ops.any(ops.logical_not(same), axis=1), "float32")
    return ops.cast(partner, "int32"), exists
