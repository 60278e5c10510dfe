"""Rounds that alternate between kgan and PyTorch, so that whatever else the machine does hits both alike."""

import os
import statistics
import time

HEADER = f"{'case':<19}{'kgan s':>8}{'PyTorch s':>11}  {'format':<16}{'ratio':>6}  (range)"


def timed(step, steps, clock=time.perf_counter):
    """Seconds a step, over `steps` steps."""
    start = clock()
    for _ in range(steps):
        step()
    return (clock() - start) / steps


def compare(name, ours, make_theirs, rounds, steps, clock=time.perf_counter):
    """Time one case.

    Args:
        name: of the row.
        ours: callable, one step of kgan's, compiled already.
        make_theirs: from a memory format of PyTorch's to the same step there; both formats are timed, and the
            faster one stays.
        rounds, steps: each round is `steps` steps of either.
        clock: `time.perf_counter`, or `time.process_time` for seconds of processors at work.

    Returns:
        The row as text: medians of the seconds, and the median and range of the rounds' ratios.
    """
    import torch

    formats = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    theirs = {label: make_theirs(memory_format) for label, memory_format in formats.items()}
    for step in (*theirs.values(), ours):
        timed(step, 2)
    trials = [{label: timed(step, steps, clock) for label, step in theirs.items()} for _ in range(2)]
    best = min(theirs, key=lambda label: min(trial[label] for trial in trials))
    theirs = theirs[best]
    pairs = [(timed(ours, steps, clock), timed(theirs, steps, clock)) for _ in range(rounds)]
    kgan, torch_seconds = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    return (
        f"{name:<19}{kgan:>8.3f}{torch_seconds:>11.3f}  {best:<16}"
        f"{statistics.median(ratios):>6.2f}  ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


def add_arguments(parser, rounds, steps):
    """The flags that every benchmark has."""
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="count the processor's seconds, with one thread: for machines with other work, where threads that "
        "wait for each other make any clock on the wall useless",
    )


def start(arguments):
    """Both libraries on as many threads, tiny numbers flushed to zero in both, as TensorFlow always does.

    Prints what is measured. Returns `compare`'s rounds, steps and clock.
    """
    import tensorflow as tf
    import torch

    threads = 1 if arguments.processor_time else arguments.threads
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    if threads == 1:
        tf.config.threading.set_inter_op_parallelism_threads(1)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    seconds = "processor time" if arguments.processor_time else "wall clock"
    print(f"float32, threads: {threads}, {seconds}, median of {arguments.rounds} rounds of {arguments.steps}")
    print(HEADER, flush=True)
    clock = time.process_time if arguments.processor_time else time.perf_counter
    return {"rounds": arguments.rounds, "steps": arguments.steps, "clock": clock}
