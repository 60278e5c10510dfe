"""How a picture becomes a small one: bicubically, or in ways that nobody has written down. No models."""

from kgan.data.views.degradation.pairs import DEGRADATIONS, degraded, paired
from kgan.data.views.degradation.resize import bicubic, cubic, enlarged, resized, shrunk, taps
from kgan.data.views.degradation.single_pass import blind
from kgan.data.views.degradation.two_pass import real

__all__ = [
    "DEGRADATIONS",
    "bicubic",
    "blind",
    "cubic",
    "degraded",
    "enlarged",
    "paired",
    "real",
    "resized",
    "shrunk",
    "taps",
]
