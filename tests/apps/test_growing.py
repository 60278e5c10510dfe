"""`kgan image-generation train --scheme progressive`: a stage a size, and a run stopped while it grows."""

import os
import signal

import keras
import numpy as np
import pytest
from kgan.apps.image_generation import Train

from kgan.app.run.checkpoint import Checkpoints
from kgan.app.run.loading import load_model
from kgan.cli import dispatch
from kgan.errors import UserError
from kgan.tasks.generation import growing
from tests.apps.test_image_generation import photographs

FLAGS = {"scheme": "progressive", "width": 2, "latent_size": 4, "steps": 7, "batch_size": 4, "quiet": True}


def told(**given):
    return Train(**{"data": "folder", "channels": 1, "image_size": "8", **FLAGS, **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"network": "dcgan"},
            "expected --scheme progressive and --network progressive together, which grow",
        ),
        ({"scheme": "gan", "network": "progressive"}, "found gan and progressive"),
        ({"image_size": "33"}, "received 33x33"),
    ],
)
def test_what_does_not_go_together_is_refused(given, words):
    with pytest.raises(UserError, match=words):
        told(**given).check()


def test_steps_are_shared_by_the_sizes():
    class Split:
        training = ()

    def named(**given):
        found = growing.stages(told(**given), Split(), None, None, "watched")
        return [(stage.name, stage.steps, stage.epochs, stage.watched) for stage in found]

    assert named(image_size="8x10") == [("4x5", 3, None, None), ("8x10", 4, None, "watched")]
    assert named(image_size="16", init_from="run") == [("16x16", 7, None, "watched")]
    assert [epochs for _, _, epochs, _ in named(steps=None, epochs=5)] == [2, 3]
    with pytest.raises(UserError, match="expected --steps of at least 3 with --scheme progressive"):
        named(image_size="16", steps=2)


@pytest.mark.slow
def test_a_run_stopped_while_a_size_fades_in_ends_as_one_that_was_not(tmp_path, monkeypatch):
    folder = photographs(tmp_path / "photos")

    def train(name):
        flags = [f"--{key.replace('_', '-')}={value}" for key, value in FLAGS.items() if key != "quiet"]
        more = [f"--data={folder}", "--image-size=8", f"--run={tmp_path / name}", "--xla=off", "--quiet"]
        return dispatch.main(["image-generation", "train", *flags, *more])

    assert train("whole") == 0
    made = growing.stages

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.steps) == 1:  # of a fade of two
                os.kill(os.getpid(), signal.SIGINT)

    def stopping(*arguments):
        found = made(*arguments)
        found[1].callbacks.append(Stop())
        return found

    with monkeypatch.context() as patched:
        patched.setattr(growing, "stages", stopping)
        assert train("stopped") == 130
    assert train("stopped") == 0
    for index in (0, 1):
        whole, stopped = (
            Checkpoints(tmp_path / name / "checkpoint", index).read()[0] for name in ("whole", "stopped")
        )
        assert whole.keys() == stopped.keys()
        assert [n for n in whole if whole[n].tobytes() != stopped[n].tobytes()] == []
    model = load_model(tmp_path / "whole")
    assert (model.fade_steps, int(model.steps)) == (2, 4)
    assert np.isfinite(model.sample(2)).all()
    assert (tmp_path / "whole" / "stages" / "4x4.keras").is_file()
    assert dispatch.main(["image-generation", "generate", f"--run={tmp_path / 'whole'}", "--count=4"]) == 0
