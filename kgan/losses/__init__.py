"""What the discriminator minimises and what the generator minimises, for each named adversarial loss.

A pure function per side, in logits (no sigmoid at the end of the discriminator), and a small class per pair
for what there is to save: the constants. `get("hinge")` gives the pair by name.

`real` and `fake` are the discriminator's logits for real and for generated samples: `(batch, ...)`, any
float type. The maths is in float32, in `softplus` forms that neither overflow nor lose their gradient:
`-log(sigmoid(x)) == softplus(-x)` and `-log(1 - sigmoid(x)) == softplus(x)`. Every function returns a
scalar, the mean over all logits, so a patch discriminator's logits count like so many samples.
"""

from kgan.losses.functions import (
    cross_entropy_discriminator,
    hinge_discriminator,
    least_squares_discriminator,
    least_squares_generator,
    minimax_generator,
    non_saturating_generator,
    relativistic,
    relativistic_average,
    wasserstein_discriminator,
    wasserstein_generator,
)
from kgan.losses.pairs import (
    NAMES,
    AdversarialLoss,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Relativistic,
    RelativisticAverage,
    Wasserstein,
    get,
)

__all__ = [
    "NAMES",
    "AdversarialLoss",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "Relativistic",
    "RelativisticAverage",
    "Wasserstein",
    "cross_entropy_discriminator",
    "hinge_discriminator",
    "least_squares_discriminator",
    "least_squares_generator",
    "minimax_generator",
    "non_saturating_generator",
    "relativistic",
    "relativistic_average",
    "wasserstein_discriminator",
    "wasserstein_generator",
    "get",
]
