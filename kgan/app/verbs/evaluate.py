"""`evaluate`: what the verb that measures has in common, whatever it measures."""

import dataclasses
from typing import ClassVar

from kgan.app import flags
from kgan.app.verbs.trained import Trained, write_json
from kgan.errors import UserError
from kgan.files.atomic import claim


@dataclasses.dataclass
class Evaluate(Trained):
    """Base of an app's `evaluate`: the app adds its flags, and `work(model)`, which ends in `tell`."""

    # Whether it measures with the data of the run, which a model file does not know.
    NEEDS_RUN: ClassVar[bool] = True

    json: flags.Text = None
    """File to write the numbers and their protocol to."""
    overwrite: bool = False
    """Replace that file."""

    def check(self):
        if self.NEEDS_RUN and self.model:
            raise UserError("expected --run, whose data evaluate compares with; found --model; name the run")
        if self.json:
            claim(self.json, self.overwrite)

    def tell(self, text, values):
        """Prints the numbers, and writes them to the file that was asked for.

        Args:
            text: what to print.
            values: what JSON can hold.
        """
        print(text, flush=True)
        if self.json:
            write_json(self.json, values)
