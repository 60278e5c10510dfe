"""Trained models, found by run folder or by file."""

from pathlib import Path

import keras

from kgan.errors import UserError


def load_model(path):
    """Loads what a run saved.

    Args:
        path: a run folder, or a `.keras` file.

    Returns:
        The `AdversarialModel`, compiled as it was.

    Raises:
        UserError: if there is none, or it cannot be read.
    """
    path = Path(path)
    file = path / "model.keras" if path.is_dir() else path
    if not file.is_file():
        raise UserError(
            f"expected a run folder with a model.keras, or a .keras file; found no {file}; train first"
        )
    try:
        model = keras.saving.load_model(file)
    except (OSError, ValueError, TypeError, KeyError) as error:
        # Keras tells of each layer around the one that it could not make, and that one last.
        innermost = str(error).rpartition("Exception encountered: ")[2]
        reason = innermost.strip().partition("\n")[0].partition(". ")[0]
        raise UserError(
            f"expected a model that kgan saved in {file}; found a file that does not load ({reason})"
        ) from error
    if not hasattr(model, "networks"):
        raise UserError(f"expected a model that kgan saved in {file}; found a {type(model).__name__}")
    return model
