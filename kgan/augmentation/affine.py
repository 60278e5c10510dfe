"""3x3 matrices of the plane, one a sample, for positions (y, x, 1)."""

from keras import ops


def scaling(y, x):
    """`(y, x)` times these factors; scalars or (batch,), at least one of them (batch,). Returns (batch, 3, 3)."""
    zero = ops.zeros_like(y + x)
    return _matrix([[zero + y, zero, zero], [zero, zero + x, zero], [zero, zero, zero + 1]])


def rotation(angle):
    """By (batch,) radians about the origin. Returns (batch, 3, 3)."""
    zero, c, s = ops.zeros_like(angle), ops.cos(angle), ops.sin(angle)
    return _matrix([[c, -s, zero], [s, c, zero], [zero, zero, zero + 1]])


def translation(y, x):
    """By (batch,) pixels each. Returns (batch, 3, 3)."""
    zero = ops.zeros_like(y)
    return _matrix([[zero + 1, zero, y], [zero, zero + 1, x], [zero, zero, zero + 1]])


def _matrix(rows):
    return ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)
