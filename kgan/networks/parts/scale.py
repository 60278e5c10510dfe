"""The scales of super-resolution."""

FACTORS = {1: (), 2: (2,), 3: (3,), 4: (2, 2), 8: (2, 2, 2)}


def factors_of(scale: int, network: str) -> tuple[int, ...]:
    """The enlargements that make up a scale, one after another: (2, 2) for x4; none for x1, restoration.

    Raises:
        ValueError: for another scale.
    """
    if scale not in FACTORS:
        raise ValueError(f"{network}: expected a scale of 1, 2, 3, 4 or 8; received {scale!r}. Choose one.")
    return FACTORS[scale]
