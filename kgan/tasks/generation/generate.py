"""The verb `generate`: which samples of a trained model are drawn, and as what."""

import dataclasses
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError

Walk = Literal["strip", "gif"]


@dataclasses.dataclass
class Generate(Trained):
    """Draw new images: a grid, single files, or a walk through latent space."""

    output: flags.Text = None
    """Folder to write to. Left out: `generated` in the run's folder."""
    count: flags.Whole = None
    """How many (of each label). Left out: a grid of 64, or 4 to 8 of each label; a strip of 8; a GIF of 60."""
    seed: flags.Seed = 0
    """Another seed gives other images."""
    label: flags.Names = ()
    """Draw these classes only."""
    files: bool = False
    """Write single files rather than a grid."""
    truncation: flags.Position = None
    """How far from the average style to go, 0 to 1: less varied, fewer failures. For models with a mapping network."""
    interpolate: Annotated[Walk | None, flags.choices(Walk)] = None
    """Walk from sample to sample: a strip of images, or a GIF that comes back to where it began."""
    arithmetic: flags.Text = None
    """Add and take away what samples have in common: "0,5,9 - 3,4,8 + 7,2,1", by their numbers in the grid of the same
    --seed and --label, row by row from 0; three or more of each kind work best. --count: pictures around the result."""
    turn: flags.Text = None
    """Move samples along the way from one kind to another: "0,5,9 : 3,4,8", numbers as for --arithmetic."""
    overwrite: bool = False
    """Replace what is there."""

    def check(self):
        from kgan.tasks.generation.latent_figures import read_sum, read_turn

        ways = [name for name in ("files", "interpolate", "arithmetic", "turn") if getattr(self, name)]
        if len(ways) > 1:
            said = [" or ".join(f"--{name}" for name in ways), "both" if len(ways) == 2 else "all"]
            raise UserError("expected {}; found {}; drop one of them".format(*said))
        if self.arithmetic is not None:
            read_sum(self.arithmetic)
        if self.turn is not None:
            read_turn(self.turn)
            if self.count == 1:
                raise UserError(
                    "expected --count of at least 2 with --turn, its pictures in a row; found 1; change it"
                )

    def work(self, model):
        from kgan.tasks.generation import latent_figures
        from kgan.tasks.generation.drawing import Drawing

        numbers = [str(label) for label in range(getattr(model, "classes", 0))]
        names = self.facts().get("labels") or numbers or None
        if self.truncation is not None and not hasattr(model, "mapping"):
            raise UserError(
                f"expected a model with a mapping network (--scheme stylegan2) for --truncation; found "
                f"{type(model).__name__}; drop it"
            )
        folder = self.output or self.folder.path / "generated"
        drawing = Drawing(
            model, folder, names, self.wanted(names), self.seed, self.overwrite, self.truncation
        )
        for text, draw in ((self.arithmetic, latent_figures.draw_sum), (self.turn, latent_figures.draw_turn)):
            if text is not None:
                if names and len(drawing.labels) != 1:
                    raise UserError(
                        "expected one --label with --arithmetic and --turn, as this model draws by label; found "
                        f"{len(drawing.labels)}; name one"
                    )
                print(draw(drawing, text, self.count))
                return
        way = self.interpolate or ("files" if self.files else "grid")
        written = getattr(drawing, way)(self.count)
        print(f"{len(written)} files in {folder}" if self.files else written)

    def wanted(self, names):
        """The labels asked for, as numbers; None for all."""
        unknown = [label for label in self.label if label not in (names or ())]
        if unknown and names:
            known = ", ".join(names[:80]) + (" ..." if len(names) > 80 else "")
            raise UserError(f"expected --label among {known}; found {unknown[0]}; choose from those")
        if unknown:
            raise UserError(
                f"expected no --label, as this model was trained without; found {unknown[0]}; drop it"
            )
        return [names.index(label) for label in self.label] or None
