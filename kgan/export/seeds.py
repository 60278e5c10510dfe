"""`generate`: a served generator that makes its own noise, so that a client sends a seed instead of a latent."""

import keras

from kgan import backend
from kgan.export import forms

GENERATE, SEED, LATENT = "generate", "seed", "latent"


def seeded(model: keras.Model, calls: dict) -> dict:
    """The call `generate` of a model that is fed a latent; an empty dict for others.

    Each picture depends on its own seed (and label) alone: what `model.sample(1, seed)` draws, wherever it stands in a
    batch, and whether the server joins requests or not.

    Args:
        model: an `AdversarialModel`.
        calls: what it is served as, a dict from name to `(callable, inputs)`.
    """
    found = {key: forms.form_of(key, tensor) for key, tensor in model.input_signature.items()}
    drawn = LATENT in found and len(found[LATENT].shape) == 2
    if (
        not drawn
        or any(SEED in inputs for _, inputs in calls.values())
        or forms.Picture in map(type, found.values())
    ):
        return {}
    inputs = {key: tensor for key, tensor in model.input_signature.items() if key != LATENT}
    inputs[SEED] = keras.KerasTensor((None,), "int32", name=SEED)
    size = found[LATENT].shape[-1]

    def generate(values, training=False):
        rest = {key: value for key, value in values.items() if key != SEED}
        return model({LATENT: backend.random_by_seed(size, values[SEED]), **rest}, training=training)

    return {GENERATE: (generate, inputs)}
