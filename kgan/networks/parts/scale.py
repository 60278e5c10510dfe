"""The scales of super-resolution."""


def doublings_of(scale: int, network: str) -> int:
    """1, 2 or 3 for x2, x4 or x8.

    Raises:
        ValueError: for another scale.
    """
    if scale not in (2, 4, 8):
        raise ValueError(f"{network}: expected a scale of 2, 4 or 8; received {scale!r}.")
    return scale.bit_length() - 1
