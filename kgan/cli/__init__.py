"""The `kgan` command: dispatch, parsing, and the verbs that belong to no app. No Keras: `--help` imports this."""

from kgan.cli.dispatch import main

__all__ = ["main"]
