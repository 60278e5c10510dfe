"""The plan of a run: steps, whatever it was said in; kept in the run folder; words about it."""

from types import SimpleNamespace

import pytest

from kgan.app.run import plan as plans
from kgan.app.run.words import Verdict, plan_lines
from kgan.errors import UserError


def stage(name="train", steps=None, epochs=None, share=1.0, batches=10):
    source = SimpleNamespace(batches_per_epoch=lambda size: batches)
    return SimpleNamespace(name=name, steps=steps, epochs=epochs, share=share, source=source)


def test_steps_and_epochs():
    plan = plans.of_length([stage("one", steps=7), stage("two", epochs=3)], 4, lambda: {"one": 1, "two": 2})
    assert plan.steps == {"one": 7, "two": 15}
    # Fewer batches than a step takes are gone over again: an epoch has a step.
    assert plans.of_length([stage(epochs=2, batches=3)], 4, lambda: {"train": 5}).steps == {"train": 2}


def test_minutes_are_what_is_left_after_starting_and_compiling():
    measured = {"train": plans.Measured(compiling=20.0, step=0.5, per_epoch=10, parameters={})}
    plan = plans.of_minutes([stage()], 2.0, measured, spent=40.0)
    # 120 s, less 40 and 20: 60 s, nine tenths of it steps of half a second.
    assert plan.steps == {"train": 108}
    assert plan.minutes == 2.0


def test_minutes_are_divided_by_shares():
    measured = {
        "one": plans.Measured(5.0, 1.0, 10, {}),
        "two": plans.Measured(5.0, 2.0, 10, {}),
    }
    plan = plans.of_minutes([stage("one", share=2.0), stage("two")], 1.0, measured, spent=0.0)
    assert plan.steps == {"one": 30, "two": 7}


def test_minutes_that_end_before_the_first_step_are_one_line():
    measured = {"train": plans.Measured(30.0, 0.5, 10, {})}
    with pytest.raises(UserError, match=r"expected --minutes .* at least one step; found 0.5") as error:
        plans.of_minutes([stage()], 0.5, measured, spent=15.0)
    assert "give 0.8 or more" in str(error.value) or "give 0.9 or more" in str(error.value)


def test_a_kept_plan_is_followed_only_for_the_same_stages_and_minutes():
    noted = {"steps": {"train": 9}, "minutes": 2.0, "seconds_a_step": {"train": 0.1}}
    assert plans.kept([stage()], noted, 2.0).steps == {"train": 9}
    assert plans.kept([stage()], noted, 3.0) is None
    assert plans.kept([stage("other")], noted, 2.0) is None
    assert plans.kept([stage()], None, 2.0) is None
    assert plans.kept([stage()], {**noted, "steps": {"train": 0}}, 2.0) is None


def test_words_before_training():
    plan = plans.Plan([stage()], {"train": 2})
    measured = {"train": plans.Measured(compiling=60.0, step=1.5, per_epoch=10, parameters={})}
    lines = plan_lines(plan, batch_size=16, items=64, measured=measured, needed=3000)
    assert lines == [
        "Plan: 2 steps, 32 images shown, 50% of the data; 63 s on this machine.",
        "This recipe starts to show results after about 3,000 steps: about 75 min here.",
    ]
    assert plan_lines(plans.Plan([stage()], {"train": 1}), 1, 1) == ["Plan: 1 step, 1 image shown."]


def test_words_at_the_end_say_it_plainly_when_worse_than_the_baseline():
    verdict = Verdict("PSNR of 6 crops", 12.4, {"bicubic": 37.8}, " dB")
    assert verdict.lines(40, 600) == [
        "Result: PSNR of 6 crops: this model 12.40 dB, bicubic 37.80 dB.",
        "That is worse than bicubic, which learns nothing: it had 40 steps, and this recipe needs about 600.",
    ]
    better = Verdict("L1", 3.0, {"the source copied": 9.0}, more_is_better=False)
    assert better.lines() == ["Result: L1: this model 3.00, the source copied 9.00."]
