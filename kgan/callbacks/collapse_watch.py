"""CollapseWatch: how different the samples are, beside how different the data are."""

from collections.abc import Callable

import numpy as np

from kgan.callbacks.recording import Sparing, steps_taken
from kgan.metrics.mean_pairwise_distance import mean_pairwise_distance
from kgan.metrics.within_class_distance import within_class_distance


class CollapseWatch(Sparing):
    """Logs how different the samples are beside how different the data are, and warns when they are much
    alike.

    `diversity/samples` and `diversity/data` are mean pairwise distances, within each label where there are
    labels. Arjovsky & Bottou (2017, arXiv:1701.04862) describe the collapse that this shows.

    Args:
        data: array of real images `(count, height, width, channels)` in [-1, 1].
        labels: `(count,)` int, or None.
        draw: callable `(model, labels) -> images` of the same count. Default: `model.sample`.
        alarm: float, the share of the data's diversity below which to warn.
        seconds, share: how seldom; see `Sparing`.
        say: callable that takes a line.
    """

    def __init__(
        self,
        data: tuple,
        labels: np.ndarray | None = None,
        draw: Callable | None = None,
        alarm: float = 0.25,
        seconds: float = 0.0,
        share: float = 1.0,
        say: Callable = print,
    ):
        super().__init__(seconds, share)
        self.labels = None if labels is None else np.asarray(labels)
        self.data_diversity = _diversity(data, self.labels)
        self.draw = draw or _sample_like(len(data))
        self.alarm = alarm
        self.say = say
        self._was_diverse = False

    def now(self, logs: dict | None = None) -> None:
        logs = {} if logs is None else logs
        diversity = _diversity(self.draw(self.model, self.labels), self.labels)
        logs["diversity/samples"] = diversity
        logs["diversity/data"] = self.data_diversity
        if diversity >= self.alarm * self.data_diversity:
            self._was_diverse = True
        elif self._was_diverse:
            # Every generator begins by drawing much the same image; only a fall counts, and is told once.
            self._was_diverse = False
            self.say(
                f"Step {steps_taken(self.model)}: samples differ by {diversity:.3f}, the data by "
                f"{self.data_diversity:.3f}: the generator may be collapsing. A penalty (r1, wgan-gp), "
                "another loss or a slower discriminator helps."
            )


def _sample_like(count):
    def draw(model, labels):
        return model.sample(count, seed=1) if labels is None else model.sample(count, seed=1, label=labels)

    return draw


def _diversity(images, labels):
    return mean_pairwise_distance(images) if labels is None else within_class_distance(images, labels)
