"""SPADE at 128x128, ten classes, batch 1: hinge and feature matching over two scales, spectral normalization.

PyTorch's own spectral normalization iterates in each training pass, kgan's once an update.
"""

from dataclasses import dataclass

import numpy as np

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters

MOST = 16


@dataclass
class Spade128:
    name = "spade128"
    batch: int = 1
    side: int = 128
    classes: int = 10
    width: int = 64
    hidden: int = 128

    tiny = {"side": 32, "classes": 3, "width": 2, "hidden": 2}

    def maps(self):
        shape = (self.batch, self.side, self.side, 1)
        return np.random.default_rng(1).integers(0, self.classes, shape).astype("int32")

    def kgan(self):
        from kgan import SPADE
        from kgan.networks import multiscale_patchgan, spade

        size = (self.side, self.side)
        generator = spade.generator(size, classes=self.classes, width=self.width, hidden=self.hidden)
        discriminator = multiscale_patchgan.discriminator(
            3, self.classes, patch=34, width=self.width, spectral_normalization=True
        )
        model = SPADE(generator, discriminator)
        model.compile()
        step = kgan_step(model, {"source": self.maps(), "target": pictures(self.batch, self.side)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch.nn import functional

        depth = self.side.bit_length() - 3
        generator = torch_generator(depth, self.classes, self.width, self.hidden)
        generator = generator.to(memory_format=memory_format)
        judges = torch.nn.ModuleList(torch_discriminator(self.classes + 3, self.width) for _ in range(2))
        judges = judges.to(memory_format=memory_format)
        of_generator = torch.optim.Adam(generator.parameters(), 1e-4, betas=(0.0, 0.999))
        of_discriminator = torch.optim.Adam(judges.parameters(), 4e-4, betas=(0.0, 0.999))
        planes = as_torch(np.eye(self.classes, dtype="float32")[self.maps()[..., 0]], memory_format)
        real = as_torch(pictures(self.batch, self.side), memory_format)

        def judged(image):
            seen, found = torch.cat([planes, image], 1), []
            for judge in judges:
                features, x = [], seen
                for layer in judge[:-1]:
                    x = layer(x)
                    features.append(x)
                found.append((features, judge[-1](x)))
                seen = functional.avg_pool2d(seen, 3, 2, 1, count_include_pad=False)
            return found

        def step():
            fake = generator(planes)
            of_discriminator.zero_grad()
            losses = [
                functional.relu(1 - a).mean() + functional.relu(1 + b).mean()
                for (_, a), (_, b) in zip(judged(real), judged(fake.detach()), strict=True)
            ]
            loss = sum(losses) / 2
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            judges.requires_grad_(False)
            with torch.no_grad():
                of_real = judged(real)
            of_fake = judged(fake)
            adversarial = -sum(logits.mean() for _, logits in of_fake) / 2
            matched = sum(
                functional.l1_loss(b, a)
                for (one, _), (other, _) in zip(of_real, of_fake, strict=True)
                for a, b in zip(one, other, strict=True)
            )
            (adversarial + 10 * matched / 2).backward()
            judges.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, judges)


def bounded(*arguments, **options):
    """A convolution with spectral normalization."""
    from torch import nn

    return nn.utils.parametrizations.spectral_norm(nn.Conv2d(*arguments, **options))


def torch_generator(depth, classes, width, hidden):
    """SPADE's generator in PyTorch."""
    from torch import nn
    from torch.nn import functional

    class Modulated(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.normalization = nn.BatchNorm2d(channels, affine=False, momentum=0.1)
            self.told = nn.Conv2d(classes, hidden, 3, padding=1)
            self.modulation = nn.Conv2d(hidden, 2 * channels, 3, padding=1)

        def forward(self, x, planes):
            gamma, beta = self.modulation(functional.relu(self.told(planes))).chunk(2, 1)
            return self.normalization(x) * (1 + gamma) + beta

    class Block(nn.Module):
        def __init__(self, before, filters):
            super().__init__()
            wide = min(before, filters)
            self.shortcut = None
            if before != filters:
                self.shortcut = bounded(before, filters, 1, bias=False)
                self.shortcut_modulated = Modulated(before)
            self.modulated = nn.ModuleList([Modulated(before), Modulated(wide)])
            self.convolutions = nn.ModuleList([
                bounded(before, wide, 3, padding=1), bounded(wide, filters, 3, padding=1)
            ])  # fmt: skip

        def forward(self, x, planes):
            shortcut = x if self.shortcut is None else self.shortcut(self.shortcut_modulated(x, planes))
            for modulated, convolution in zip(self.modulated, self.convolutions, strict=True):
                x = convolution(functional.leaky_relu(modulated(x, planes), 0.2))
            return shortcut + x

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            filters = [width * min(2**level, MOST) for level in range(depth, -1, -1)]
            self.start = nn.Conv2d(classes, filters[0], 3, padding=1)
            pairs = zip([filters[0], *filters], filters, strict=False)
            self.blocks = nn.ModuleList(Block(before, after) for before, after in pairs)
            self.pixels = nn.Conv2d(filters[-1], 3, 3, padding=1)

        def forward(self, planes):
            told = [planes[..., :: 2**level, :: 2**level] for level in range(depth, -1, -1)]
            x = self.start(told[0])
            for index, (block, level_planes) in enumerate(zip(self.blocks, told, strict=True)):
                x = functional.interpolate(x, scale_factor=2) if index else x
                x = block(x, level_planes)
            return self.pixels(functional.leaky_relu(x, 0.2)).tanh()

    return Generator()


def torch_discriminator(channels, width):
    """One scale's patch discriminator of 34 pixels in PyTorch: features, and the logits last."""
    from torch import nn

    def hidden(before, after, stride):
        return nn.Sequential(
            bounded(before, after, 4, stride, 1), nn.InstanceNorm2d(after), nn.LeakyReLU(0.2)
        )

    return nn.ModuleList([
        nn.Sequential(bounded(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)),
        hidden(width, 2 * width, 2),
        hidden(2 * width, 4 * width, 1),
        bounded(4 * width, 1, 4, 1, 1),
    ])  # fmt: skip
