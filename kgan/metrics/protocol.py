"""What a score was measured on; a number without it cannot be compared."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Protocol:
    """The record that travels with every score.

    Args:
        samples: number of generated images.
        reference: number of real images.
        reference_split: which real images, such as "held out (10 %), seed 0".
        features: name of the feature network.
        resizer: how images reached its size.
        notice: why the features are not those asked for, if they are not.
        details: whatever else the numbers depend on, as (name, value) pairs.

    Example:
        >>> str(Protocol(620, 620, "held out", "random-convolution-v1", "none"))
        '620 samples against 620 real images (held out); features random-convolution-v1; resizer none'
    """

    samples: int
    reference: int
    reference_split: str
    features: str
    resizer: str
    notice: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        parts = [
            f"{self.samples} samples against {self.reference} real images ({self.reference_split})",
            f"features {self.features}",
            f"resizer {self.resizer}",
            *(f"{name} {value}" for name, value in self.details),
        ]
        return "; ".join(parts) + (f"\nNote: {self.notice}" if self.notice else "")


@dataclasses.dataclass(frozen=True)
class Scores:
    """Named numbers with their protocol; printing one prints the other.

    Args:
        values: name to number.
        protocol: what they were measured on.
    """

    values: dict[str, float]
    protocol: Protocol

    def __str__(self) -> str:
        width = max(map(len, self.values))
        lines = [f"{name:<{width}}  {value:.4g}" for name, value in self.values.items()]
        return "\n".join([*lines, str(self.protocol)])

    def as_dict(self) -> dict:
        """Plain values for a JSON file."""
        return {"values": dict(self.values), "protocol": dataclasses.asdict(self.protocol)}
