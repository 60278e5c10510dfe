"""A trained model as a SavedModel, and the check that it serves as it predicts. No training, no command line."""

import importlib


def __getattr__(name: str):
    # `kgan check` serves an export in a process without Keras: only what is asked for is imported.
    if name == "export":
        return importlib.import_module("kgan.export.savedmodel").export
    raise AttributeError(f"module 'kgan.export' has no attribute {name!r}")
