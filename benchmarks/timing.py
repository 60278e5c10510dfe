"""Rounds that alternate between kgan and PyTorch, so that whatever else the machine does hits both alike."""

import statistics
import time

HEADER = f"{'case':<17}{'kgan s':>8}{'PyTorch s':>11}  {'format':<16}{'ratio':>6}  (range)"


def timed(step, steps):
    """Seconds a step, over `steps` steps."""
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def compare(name, ours, make_theirs, rounds, steps):
    """Time one case.

    Args:
        name: of the row.
        ours: callable, one step of kgan's, compiled already.
        make_theirs: from a memory format of PyTorch's to the same step there; both formats are timed, and the
            faster one stays.
        rounds, steps: each round is `steps` steps of either.

    Returns:
        The row as text: medians of the seconds, and the median and range of the rounds' ratios.
    """
    import torch

    formats = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    theirs = {label: make_theirs(memory_format) for label, memory_format in formats.items()}
    for step in (*theirs.values(), ours):
        timed(step, 2)
    trials = [{label: timed(step, steps) for label, step in theirs.items()} for _ in range(2)]
    best = min(theirs, key=lambda label: min(trial[label] for trial in trials))
    theirs = theirs[best]
    pairs = [(timed(ours, steps), timed(theirs, steps)) for _ in range(rounds)]
    kgan, torch_seconds = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    return (
        f"{name:<17}{kgan:>8.3f}{torch_seconds:>11.3f}  {best:<16}"
        f"{statistics.median(ratios):>6.2f}  ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


def set_threads(threads):
    """Both libraries on this many threads, tiny numbers flushed to zero in both, as TensorFlow always does."""
    import tensorflow as tf
    import torch

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
