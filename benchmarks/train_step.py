"""Seconds a training step: kgan beside PyTorch, in one run.

    python benchmarks/train_step.py [--rounds 7] [--steps 3] [--threads 2] [--processor-time] [--only srgan ...]

Needs PyTorch (`pip install torch`). Both sides have the same layers, parameter counts (checked), losses, updates,
number of passes through each network, threads and precision; neither computes weight gradients of a discriminator
in the generator's turn. PyTorch runs eagerly in whichever memory format is faster. Rounds alternate between the
two, and the ratio is the median of the rounds' ratios: below 1, kgan is faster.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from cases.case import require_equal
from cases.context_encoder import ContextEncoder128
from cases.cut import Cut128
from cases.cyclegan import CycleGan128
from cases.dcgan64 import Dcgan64
from cases.dfgan64 import Dfgan64
from cases.gancls64 import Gancls64
from cases.lama import Lama128
from cases.pix2pix import Pix2Pix256
from cases.progressive32 import Progressive32
from cases.r3gan64 import R3gan64
from cases.segan import Segan
from cases.spade128 import Spade128
from cases.srgan import Srgan
from cases.stackgan128 import Stackgan128
from cases.super_resolution import SuperResolutionSmall
from cases.video64 import Video64
from timing import add_arguments, compare, start

CASES = {
    case.name: case
    for case in (
        *(Dcgan64, Srgan, SuperResolutionSmall, Pix2Pix256, CycleGan128),
        *(ContextEncoder128, R3gan64, Cut128, Lama128),
        *(Gancls64, Dfgan64, Stackgan128, Video64),
        *(Progressive32, Spade128, Segan),
    )
}


def row(case, **timing):
    """One case's row, its networks compared first."""
    ours, parameters = case.kgan()

    def theirs(memory_format):
        step, found = case.torch(memory_format)
        require_equal(parameters, found, case.name)
        return step

    return compare(case.name, ours, theirs, **timing)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="case", help=f"among {', '.join(CASES)}; left out: all")
    parser.add_argument("--only", nargs="+", default=[], choices=CASES, help="the same, as a flag")
    add_arguments(parser, rounds=7, steps=3)
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.cases) - set(CASES))
    if unknown:
        parser.error(f"expected cases among {', '.join(CASES)}; received {unknown[0]}")
    timing = start(arguments)
    for name in [*arguments.cases, *arguments.only] or CASES:
        print(row(CASES[name](), **timing), flush=True)


if __name__ == "__main__":
    main()
