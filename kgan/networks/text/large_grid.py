"""Which picture sizes the networks of this folder take: up to 256 pixels, the papers' largest."""

from kgan.networks.parts.image_size import grid_of


def large_grid(image_size: tuple[int, int], network: str) -> tuple[int, tuple[int, int]]:
    """`grid_of`, with a shorter side of 16 to 256 pixels.

    Example:
        >>> large_grid((256, 256), "dfgan")
        (6, (4, 4))
    """
    return grid_of(image_size, network, shorter_side=(16, 256), longest_side=512)
