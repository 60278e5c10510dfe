"""Which image sizes a network of halvings takes, and the grid that it starts (or ends) with."""

import itertools
from collections.abc import Callable


def grid_of(
    image_size: tuple[int, int],
    network: str,
    smallest_grid: int = 4,
    shorter_side: tuple[int, int] = (16, 128),
    longest_side: int = 256,
) -> tuple[int, tuple[int, int]]:
    """The number of halvings and the coarsest grid, with a shorter side of at least `smallest_grid`.

    `halvings = floor(log2(shorter side / smallest_grid))`, and both sides must be multiples of `2**halvings`.

    Args:
        image_size: (height, width) in pixels.
        network: name used in the error.
        smallest_grid: the coarsest grid's shorter side when the image's is a power of two.
        shorter_side: least and greatest length of the image's shorter side.
        longest_side: greatest length of the image's longer side.

    Returns:
        `(halvings, (grid height, grid width))`.

    Raises:
        ValueError: naming the nearest size that works.

    Example:
        >>> grid_of((32, 48), "dcgan")
        (3, (4, 6))
    """

    def multiple_for(size: tuple[int, int]) -> int:
        short = min(max(min(size), shorter_side[0]), shorter_side[1])
        return 2 ** ((short // smallest_grid).bit_length() - 1)

    def fits(size: tuple[int, int]) -> bool:
        bounds = shorter_side[0] <= min(size) <= shorter_side[1] and max(size) <= longest_side
        return bounds and all(side % multiple_for(size) == 0 for side in size)

    size = int(image_size[0]), int(image_size[1])
    multiple = multiple_for(size)
    if fits(size):
        return multiple.bit_length() - 1, (size[0] // multiple, size[1] // multiple)
    step = 2 ** ((shorter_side[0] // smallest_grid).bit_length() - 1)
    nearest = _nearest(size, range(shorter_side[0], longest_side + 1, step), fits)
    raise ValueError(
        f"{network}: expected image_size with a shorter side of {shorter_side[0]} to {shorter_side[1]} and a "
        f"longer one of at most {longest_side} pixels, both multiples of {multiple} here; "
        f"received {size[0]}x{size[1]}; the nearest that works is {nearest[0]}x{nearest[1]}."
    )


def require_multiple(
    image_size: tuple[int | None, int | None], multiple: int, least: int, network: str
) -> None:
    """Refuse a fixed size that a fully convolutional network cannot halve; sides that are None pass.

    Raises:
        ValueError: naming the nearest size that works.
    """
    if all(side is None or (side % multiple == 0 and side >= least) for side in image_size):
        return
    nearest = [side and max(-(-least // multiple), round(side / multiple)) * multiple for side in image_size]
    raise ValueError(
        f"{network}: expected image_size with sides that are multiples of {multiple} and at least {least}; "
        f"received {image_size[0]}x{image_size[1]}; the nearest that works is {nearest[0]}x{nearest[1]}."
    )


def _nearest(size: tuple[int, int], sides: range, fits: Callable[[tuple[int, int]], bool]) -> tuple[int, int]:
    candidates = filter(fits, itertools.product(sides, sides))
    return min(candidates, key=lambda other: abs(other[0] - size[0]) + abs(other[1] - size[1]))
