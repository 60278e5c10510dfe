"""A thousand requests from four threads to an exported model: is each answered rightly, and does memory stay?

    python benchmarks/serving/load.py saved_models/photos/1

Every tenth request is a wrong one. Each good answer is compared with that to the same picture asked alone.
Prints throughput, the 99th percentile of the time a request takes, and the process's memory along the way.
"""

import argparse
import io
import json
import threading
import time

import numpy as np
import psutil
import tensorflow as tf
from PIL import Image

SIZES = ((16, 16), (64, 48), (33, 57), (96, 128), (1, 9), (200, 40))
MARKS = (0.2, 0.4, 0.6, 0.8, 1.0)


def file_of(size, kind, seed):
    """A picture's file."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def load(folder, requests=1000, threads=4, signature="png"):
    """Asks, and returns what is found as a dict.

    Args:
        folder: one version of an export whose `signature` takes one picture's file.
        requests: how many in all.
        threads: how many ask at the same time.
        signature: of files.
    """
    model = tf.saved_model.load(folder)
    call = model.signatures[signature]
    (name,) = call.structured_input_signature[1]
    (output,) = call.structured_outputs
    good = [file_of(size, kind, seed) for seed, size in enumerate(SIZES) for kind in ("PNG", "JPEG")]
    bad = [b"", b"no picture", good[0][:60], file_of((1, 5000), "PNG", 0), file_of((9, 9), "GIF", 0)]

    def ask(file):
        return call(**{name: tf.constant([file])})[output].numpy()[0]

    expected = [ask(file) for file in good]
    process, lock = psutil.Process(), threading.Lock()
    found = {"good": 0, "refused": 0, "wrong": 0}
    seconds, memory, left = [], {}, list(range(requests))[::-1]

    def work():
        while True:
            with lock:
                if not left:
                    return
                number = left.pop()
            began = time.perf_counter()
            try:
                if number % 10 == 9:
                    ask(bad[number // 10 % len(bad)])
                    kind = "wrong"
                else:
                    kind = (
                        "good" if ask(good[number % len(good)]) == expected[number % len(good)] else "wrong"
                    )
            except tf.errors.InvalidArgumentError:
                kind = "refused" if number % 10 == 9 else "wrong"
            with lock:
                found[kind] += 1
                seconds.append(time.perf_counter() - began)
                if len(seconds) in {round(mark * requests) for mark in MARKS}:
                    memory[len(seconds)] = process.memory_info().rss

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    wall = time.perf_counter() - began
    first, last = memory[round(MARKS[0] * requests)], memory[requests]
    return {
        **found,
        "requests_per_second": round(requests / wall, 1),
        "99th_percentile_ms": round(1000 * float(np.percentile(seconds, 99)), 1),
        "memory_mb": {number: round(size / 1e6, 1) for number, size in memory.items()},
        "growth": round(last / first - 1, 4),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--signature", default="png")
    given = parser.parse_args()
    print(json.dumps(load(given.folder, given.requests, given.threads, given.signature), indent=2))
