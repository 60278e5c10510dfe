"""`AdversarialModel`, what every scheme inherits, one of its ideas a file. No gradient code, no scheme, no data."""

from kgan.adversarial.model import AdversarialModel
from kgan.backend.contract import Batch

__all__ = ["AdversarialModel", "Batch"]
