"""Random numbers that are the same with XLA and without, on one replica and on many.

TensorFlow's stateless draws depend on the compiler (XLA lays Philox out in another order) and on the batch they are
drawn in. A counter-based generator, one block a number, depends on its key and counter alone: Threefry-2x32 with
20 rounds (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
"""

import math

import tensorflow as tf

from kgan.backend.tensorflow.replicas import replica_index

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA
FOLD = 0x9E3779B1


def _word(value):
    value = tf.convert_to_tensor(value)
    return value if value.dtype == tf.uint32 else tf.bitcast(tf.cast(value, "int32"), "uint32")


def _rotate(word, bits):
    left = tf.bitwise.left_shift(word, tf.constant(bits, "uint32"))
    return tf.bitwise.bitwise_or(left, tf.bitwise.right_shift(word, tf.constant(32 - bits, "uint32")))


@tf.function(autograph=False)
def threefry(key, counter):
    """Encrypt counters.

    A function of its own, as its hundred operations would otherwise be laid out, and optimized, once a draw in the
    graph of each step.

    Args:
        key, counter: pairs of uint32 tensors that broadcast.

    Returns:
        A pair of uint32 tensors, uniformly distributed.
    """
    parity = tf.bitwise.bitwise_xor(tf.bitwise.bitwise_xor(key[0], key[1]), tf.constant(PARITY, "uint32"))
    keys = (key[0], key[1], parity)
    first, second = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for bits in ROTATIONS[group % 2]:
            first = first + second
            second = tf.bitwise.bitwise_xor(_rotate(second, bits), first)
        first = first + keys[(group + 1) % 3]
        second = second + keys[(group + 2) % 3] + tf.constant(group + 1, "uint32")
    return first, second


def draw(distribution, shape, key, first_sample):
    """float32 numbers of `shape`, each a function of `key`, its sample's index and its place in the sample.

    Args:
        distribution: "normal" (mean 0, variance 1) or "uniform" (in [0, 1)).
        shape: `(batch, ...)`; the batch may be a tensor.
        key: at least two integers, Python's or scalar tensors.
        first_sample: index of the batch's first sample in the global batch.
    """
    words = (_folded(key[:2]), _folded(key[2:]))
    size = math.prod(shape[1:])
    samples = tf.range(shape[0], dtype="int32") + tf.cast(first_sample, "int32")
    places = _word(tf.range(size, dtype="int32"))[None, :]
    first, second = threefry(words, (tf.broadcast_to(_word(samples)[:, None], [shape[0], size]), places))
    return tf.reshape(_normal(first, second) if distribution == "normal" else _unit(first), shape)


def random(distribution, shape, key, first=None):
    """Random numbers that depend on `key` and on the sample's index in the global batch, on nothing else.

    Args:
        distribution: "normal" (mean 0, variance 1) or "uniform" (0 to 1).
        shape: `(batch, ...)`, batch being this replica's share.
        key: integers (Python's or scalar tensors), at least two: one stream for each combination.
        first: index of the first sample in the global batch; None where every replica has as many.

    Returns:
        float32 tensor of `shape`. Two replicas with half a batch each get the halves of what one would get.
    """
    if distribution not in ("normal", "uniform"):
        raise ValueError(f"distribution: expected 'normal' or 'uniform', received {distribution!r}.")
    return draw(distribution, shape, key, replica_index() * shape[0] if first is None else first)


def random_by_seed(size, seeds, stream=0):
    """Normal numbers `(batch, size)`, each row a function of its own seed and of nothing else.

    Row i is `random("normal", (1, size), [seeds[i], stream])[0]`.

    Args:
        size: int.
        seeds: int32 tensor `(batch,)`.
        stream: int.
    """
    key = (_folded([tf.cast(seeds, "int32")[:, None], stream]), _folded([]))
    places = _word(tf.range(size, dtype="int32"))[None, :]
    return _normal(*threefry(key, (tf.zeros_like(places), places)))


def _normal(first, second):
    # Box and Muller; 1 - u is never zero.
    return tf.sqrt(-2.0 * tf.math.log(1.0 - _unit(first))) * tf.cos(2.0 * math.pi * _unit(second))


def _folded(parts):
    """Integers as one word: `((a m) + b) m + c ...`, m odd, near 2**32 over the golden ratio.

    Enough to tell streams apart, which threefry then scatters; encrypting each part would cost more operations than
    the numbers themselves (a third of a small network's step was that).
    """
    word = 0
    for part in parts:
        if isinstance(word, int) and isinstance(part, int):
            word = (word * FOLD + part) & 0xFFFFFFFF
        else:
            word = _uint32(word) * tf.constant(FOLD, "uint32") + _word(part)
    return _uint32(word)


def _uint32(word):
    return tf.constant(word, "uint32") if isinstance(word, int) else word


def _unit(word):
    """24 bits of a word as a float in [0, 1)."""
    bits = tf.bitcast(tf.bitwise.right_shift(word, tf.constant(8, "uint32")), "int32")
    return tf.cast(bits, "float32") * 2.0**-24
