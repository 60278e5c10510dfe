"""What a person is told of a training: the plan before it, the result beside its baseline after it."""

import dataclasses

from kgan.callbacks import duration


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A result beside what costs nothing.

    Args:
        what: str, what was measured: "PSNR on luma, 6 held-out crops".
        result: float.
        baselines: dict from a name ("bicubic") to its value; the first is the one to be better than.
        unit: str, such as " dB".
        more_is_better: bool.
        charts: list of `(title, series)` for the report, as `kgan.app.run.charts.chart` takes them.
    """

    what: str
    result: float
    baselines: dict
    unit: str = ""
    more_is_better: bool = True
    charts: list = dataclasses.field(default_factory=list)

    @property
    def worse(self) -> bool:
        """Whether the first baseline is better than the result."""
        baseline = next(iter(self.baselines.values()))
        return self.result < baseline if self.more_is_better else self.result > baseline

    def lines(self, steps=None, needed=None) -> list[str]:
        """Returns what to say: one line, and a second one where the result is worse than the baseline."""
        others = ", ".join(f"{name} {value:.2f}{self.unit}" for name, value in self.baselines.items())
        said = [f"Result: {self.what}: this model {self.result:.2f}{self.unit}, {others}."]
        if self.worse:
            name = next(iter(self.baselines))
            advice = "train for more steps, or on more pictures"
            if steps and needed and steps < needed:
                advice = f"it had {_count(steps)}, and this recipe needs about {needed:,}"
            said.append(f"That is worse than {name}, which learns nothing: {advice}.")
        return said


def plan_lines(plan, batch_size, items, measured=None, needed=None):
    """What to say before a training.

    Args:
        plan: `kgan.app.run.plan.Plan`.
        batch_size: int.
        items: int, how many there are to train on.
        measured: dict from a stage's name to `Measured`, or None where the speed is not known yet.
        needed: int, steps after which the recipe shows results, or None.

    Returns:
        A list of lines.
    """
    images = plan.total * batch_size
    parts = [f"{_count(steps)} of {name}" for name, steps in plan.steps.items()]
    words = (
        parts[0].removesuffix(" of train")
        if len(parts) == 1
        else f"{_count(plan.total)} ({', '.join(parts)})"
    )
    seen = f"{counted(images, 'image')} shown"
    times = images / max(1, items)
    if times >= 1.5:
        seen += f", each about {times:,.0f} times"
    elif times < 0.95:
        seen += f", {times:.0%} of the data"
    line = f"Plan: {words}, {seen}"
    each = None
    if measured:
        each = sum(plan.steps[name] * one.step for name, one in measured.items()) / plan.total
        line += f"; {duration(seconds_of(plan, measured))} on this machine"
    lines = [f"{line}."]
    if needed and plan.total < needed:
        short = f"This recipe starts to show results after about {needed:,} steps"
        lines.append(f"{short}: about {duration(needed * each)} here." if each else f"{short}.")
    return lines


def network_lines(parameters, choice=None):
    """The networks and their sizes; `choice` is how the size came about, in words."""
    told = ", ".join(f"{name} {count:,}" for name, count in parameters.items())
    return [f"Networks{f' ({choice})' if choice else ''}: {told} parameters."]


def seconds_of(plan, measured):
    """The seconds that a plan takes, compilation included."""
    return sum(one.compiling + plan.steps[name] * one.step for name, one in measured.items())


def counted(number, thing):
    """`1 step`, `2,000 steps`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _count(steps):
    return counted(steps, "step")
