"""Multi-scale video prediction at 64x64, batch 8: four scales, all losses, the two sides on batches of their own."""

from dataclasses import dataclass

import numpy as np

from cases.case import keras_parameters, kgan_step, torch_parameters

SEEN = 4


@dataclass
class Video64:
    name = "video64"
    batch: int = 8
    size: int = 64
    width: int = 32

    tiny = {"batch": 1, "size": 32, "width": 4}

    def clips(self, count):
        shape = (count, SEEN + 1, self.size, self.size, 3)
        return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")

    def kgan(self):
        from kgan import VideoPredictionGAN
        from kgan.networks import multiscale

        generator = multiscale.generator(3, SEEN, 1, self.width)
        judges = multiscale.discriminators((self.size, self.size), 3, SEEN, 1, self.width // 2)
        model = VideoPredictionGAN(generator, judges)
        model.compile()
        # A step takes two batches: each side has one.
        step = kgan_step(model, {"frames": self.clips(self.batch)})
        return step, keras_parameters(generator, *judges)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = _generator(self).to(memory_format=memory_format)
        judges = nn.ModuleList(_discriminators(self)).to(memory_format=memory_format)
        adam = {"lr": 1e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_judges = torch.optim.Adam(judges.parameters(), **adam)
        clips = torch.from_numpy(self.clips(self.batch).transpose(0, 1, 4, 2, 3).copy())
        seen = clips[:, :SEEN].flatten(1, 2).contiguous(memory_format=memory_format)
        following = clips[:, SEEN].contiguous(memory_format=memory_format)
        softplus, pool = nn.functional.softplus, nn.functional.avg_pool2d

        def pyramid(x):
            found = [x]
            for _ in range(3):
                found.insert(0, pool(found[0], 2))
            return found

        def slopes(x):
            return (x[:, :, 1:] - x[:, :, :-1]).abs(), (x[:, :, :, 1:] - x[:, :, :, :-1]).abs()

        def step():
            of_judges.zero_grad()
            xs, ys = pyramid(seen), pyramid(following)
            with torch.no_grad():
                drawn = generator(xs)
            loss = 0.0
            for judge, x, y, made in zip(judges, xs, ys, drawn, strict=True):
                loss = loss + softplus(-judge(torch.cat([x, y], 1))).mean()
                loss = loss + softplus(judge(torch.cat([x, made], 1))).mean()
            loss.backward()
            of_judges.step()
            of_generator.zero_grad()
            judges.requires_grad_(False)
            total = 0.0
            xs, ys = pyramid(seen), pyramid(following)
            for judge, x, y, made in zip(judges, xs, ys, generator(xs), strict=True):
                total = total + 0.05 * softplus(-judge(torch.cat([x, made], 1))).mean()
                total = total + (y - made).square().mean()
                for true, false in zip(slopes(y), slopes(made), strict=True):
                    total = total + (true - false).abs().mean()
            total.backward()
            judges.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, *judges)


def _generator(case):
    from torch import cat, nn

    from kgan.networks.video.multiscale import GENERATOR

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.scales = nn.ModuleList()
            for number, (times, kernels) in enumerate(GENERATOR):
                before, layers = 3 * SEEN + (3 if number else 0), []
                for one, kernel in zip(times, kernels[:-1], strict=True):
                    layers += [
                        nn.Conv2d(before, case.width * one, kernel, 1, kernel // 2),
                        nn.ReLU(True),
                    ]
                    before = case.width * one
                layers += [nn.Conv2d(before, 3, kernels[-1], 1, kernels[-1] // 2)]
                self.scales.append(nn.Sequential(*layers))

        def forward(self, sources):
            drawn = []
            for x, scale in zip(sources, self.scales, strict=True):
                if not drawn:
                    drawn.append(scale(x))
                    continue
                coarse = nn.functional.interpolate(drawn[-1], scale_factor=2, mode="bilinear")
                drawn.append(coarse + scale(cat([x, coarse], 1)))
            return drawn

    return Generator()


def _discriminators(case):
    from torch import nn

    from kgan.networks.video.multiscale import DISCRIMINATOR, SCALES

    for number, (times, kernels, units) in enumerate(DISCRIMINATOR, 1):
        side = case.size // 2 ** (SCALES - number)
        valid = side > sum(kernels) - len(kernels) + 1
        before, layers = 3 * (SEEN + 1), []
        for one, kernel in zip(times, kernels, strict=True):
            layers += [nn.Conv2d(before, case.width // 2 * one, kernel, 1, 0 if valid else kernel // 2)]
            layers += [nn.ReLU(True)]
            before, side = case.width // 2 * one, side - (kernel - 1 if valid else 0)
        if side > 1:
            layers, side = [*layers, nn.MaxPool2d(2)], side // 2
        layers, before = [*layers, nn.Flatten()], before * side * side
        for one in units:
            layers += [nn.Linear(before, case.width // 2 * one), nn.ReLU(True)]
            before = case.width // 2 * one
        yield nn.Sequential(*layers, nn.Linear(before, 1))
