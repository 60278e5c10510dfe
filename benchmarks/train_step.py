"""Seconds a training step: kgan beside PyTorch, in one run.

    python benchmarks/train_step.py [--rounds 7] [--steps 3] [--threads 2] [dcgan64 ...]

Needs PyTorch (`pip install torch`). Both sides have the same layers, losses, updates, number of generator passes,
threads and precision; PyTorch runs eagerly in whichever memory format is faster, as its users do. Rounds alternate
between the two, and the ratio is the median of the rounds' ratios: below 1, kgan is faster.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np


def timed(step, steps):
    """Seconds a step, over `steps` steps."""
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def kgan_step(model, batch):
    """A callable that makes one training step of a compiled model on this batch, compiled already."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensors(batch).cache().repeat()
    model.fit(dataset, steps_per_epoch=2, verbose=0)
    iterator = iter(dataset)

    def step():
        logs = model.train_function(iterator)
        return float(next(iter(logs.values())))

    return step


class Dcgan64:
    """DCGAN at 64x64, batch 64: generator 512-256-128-64, discriminator 64-128-256-512, Adam on both sides."""

    name = "dcgan64"
    batch, latent = 64, 100

    def kgan(self):
        import keras

        from kgan import GAN
        from kgan.networks import dcgan

        model = GAN(
            dcgan.generator((64, 64), latent_size=self.latent), dcgan.discriminator((64, 64)), self.latent
        )
        adam = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}
        model.compile(keras.optimizers.get(adam), keras.optimizers.get(adam))
        image = np.random.default_rng(0).uniform(-1, 1, (self.batch, 64, 64, 3)).astype("float32")
        return kgan_step(model, {"image": image})

    def torch(self, memory_format):
        import torch
        from torch import nn

        layers, size = [nn.ConvTranspose2d(self.latent, 512, 4, 1, 0, bias=False)], 512
        for _ in range(3):
            layers += [
                nn.BatchNorm2d(size),
                nn.ReLU(True),
                nn.ConvTranspose2d(size, size // 2, 4, 2, 1, bias=False),
            ]
            size //= 2
        layers += [
            nn.BatchNorm2d(64),
            nn.ReLU(True),
            nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False),
            nn.Tanh(),
        ]
        generator = nn.Sequential(*layers).to(memory_format=memory_format)
        layers, size = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)], 64
        for _ in range(3):
            layers += [nn.Conv2d(size, 2 * size, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * size)]
            layers += [nn.LeakyReLU(0.2, True)]
            size *= 2
        layers += [nn.Conv2d(512, 1, 4, 1, 0, bias=False)]
        discriminator = nn.Sequential(*layers).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        softplus = nn.functional.softplus
        real = (torch.rand(self.batch, 3, 64, 64) * 2 - 1).to(memory_format=memory_format)

        def step():
            fake = generator(torch.randn(self.batch, self.latent, 1, 1))
            of_discriminator.zero_grad()
            loss = softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            softplus(-discriminator(fake)).mean().backward()
            of_generator.step()
            return float(loss.detach())

        return step


CASES = {case.name: case for case in (Dcgan64,)}


def compare(case, rounds, steps):
    """Time one case; print its row."""
    import torch

    ours = case.kgan()
    formats = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    theirs = {name: case.torch(memory_format) for name, memory_format in formats.items()}
    for step in theirs.values():
        timed(step, 2)
    best = min(theirs, key=lambda name: timed(theirs[name], steps))
    ours()
    pairs = [(timed(ours, steps), timed(theirs[best], steps)) for _ in range(rounds)]
    kgan, torch_seconds = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    ratio = statistics.median(ratios)
    print(
        f"{case.name:<14}{kgan:>8.3f}{torch_seconds:>10.3f}  {best:<16}"
        f"{ratio:>6.2f}  ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="case", help=f"among {', '.join(CASES)}; left out: all")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    import tensorflow as tf
    import torch

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    torch.set_num_threads(arguments.threads)
    print(
        f"float32, {arguments.threads} threads, median of {arguments.rounds} rounds of {arguments.steps} steps"
    )
    print(f"{'case':<14}{'kgan s':>8}{'PyTorch s':>10}  {'format':<16}{'ratio':>6}  (range)")
    for name in arguments.cases or CASES:
        compare(CASES[name](), arguments.rounds, arguments.steps)


if __name__ == "__main__":
    main()
