"""The workers of one training: the chief reads and writes the run folder, the others learn from it what they need."""

import io
import json

from kgan.app.run import checkpoint
from kgan.backend import Shards, strategies
from kgan.errors import UserError


class Team:
    """Who this process is among the workers of a strategy; one process alone is its own chief.

    Args:
        strategy: of `kgan.backend.strategies`.
    """

    def __init__(self, strategy):
        self.strategy = strategy
        self.alone = not strategies.is_multi_worker(strategy)
        self.chief = strategies.is_chief(strategy)

    def told(self, value):
        """What the chief says, in every worker.

        Args:
            value: what JSON can hold; the others' is not looked at.
        """
        if self.alone:
            return value
        return json.loads(strategies.from_chief(self.strategy, json.dumps(value).encode()))

    def data(self, batches):
        """What `fit` reads: each worker opens the files of its own part of each batch, and no others.

        Args:
            batches: callable of `share=(worker, workers)`, as `kgan.data.Source.batches`, to a `tf.data.Dataset`.
        """
        return (
            batches(share=(0, 1)) if self.alone else Shards(self.strategy, lambda share: batches(share=share))
        )

    def checkpoint(self, found):
        """The checkpoint that the chief has read, in every worker.

        Args:
            found: `(state, metadata)` or None.
        """
        if self.alone:
            return found
        stream = io.BytesIO()
        if self.chief and found:
            checkpoint.save(stream, *found)
        data = strategies.from_chief(self.strategy, stream.getvalue())
        return checkpoint.load(io.BytesIO(data)) if data else None

    def refuse(self, training):
        """Raises `UserError` for flags that make sense for one process alone."""
        if self.alone:
            return
        if training.minutes is not None:
            raise UserError(
                "expected --steps or --epochs for several workers, whose speeds differ; found --minutes; say how long "
                "in steps"
            )
        if training.on_nan == "retry":
            raise UserError(
                "expected --on-nan stop for several workers; found retry; go on with --init-from and smaller rates"
            )
        if training.dry_run:
            raise UserError(
                "expected --dry-run in one process; found several workers; leave TF_CONFIG out for it"
            )


LOST = (
    "expected all workers to go on; found that one has gone or cannot be reached; start all of them again: the run "
    "goes on after its last checkpoint"
)
