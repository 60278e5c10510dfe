"""ProgressiveGAN grown to 32x32, batch 32: WGAN-GP with drift, equalised rates, the deviation over groups of 4, EMA."""

import itertools
from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters

SIDE, LEVEL, GROUP = 32, 3, 4


@dataclass
class Progressive32:
    name = "progressive32"
    batch: int = 32
    width: int = 32
    most: int = 256
    latent: int = 128

    tiny = {"batch": 4, "width": 2, "most": 4, "latent": 3}

    def kgan(self):
        from kgan import ProgressiveGAN
        from kgan.networks import progressive

        sizes = {"image_size": (SIDE, SIDE), "width": self.width, "most": self.most}
        generator = progressive.generator(**sizes, latent_size=self.latent)
        discriminator = progressive.discriminator(**sizes, group_size=GROUP)
        model = ProgressiveGAN(generator, discriminator, self.latent)
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, SIDE)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch

        widths = [min(self.most, self.width * 2 ** (LEVEL - level)) for level in range(LEVEL + 1)]
        generator, discriminator = (
            network.to(memory_format=memory_format) for network in torch_networks(widths, self.latent)
        )
        adam = {"lr": 1e-3, "betas": (0.0, 0.99), "eps": 1e-8}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        averages = [parameter.detach().clone() for parameter in generator.parameters()]
        real = as_torch(pictures(self.batch, SIDE), memory_format)

        def step():
            fake = generator(torch.randn(self.batch, self.latent))
            seen = fake.detach()
            of_discriminator.zero_grad()
            of_real = discriminator(real)
            between = torch.lerp(real, seen, torch.rand(self.batch, 1, 1, 1)).requires_grad_()
            (slope,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)
            norms = slope.square().sum((1, 2, 3)).add(1e-12).sqrt()
            loss = discriminator(seen).mean() - of_real.mean()
            loss = loss + 10 * (norms - 1).square().mean() + 1e-3 * of_real.square().mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            (-discriminator(fake).mean()).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            with torch.no_grad():
                for average, parameter in zip(averages, generator.parameters(), strict=True):
                    average.lerp_(parameter, 1e-3)
            return abs(float(loss.detach()))

        return step, torch_parameters(generator, discriminator)


def torch_networks(widths, latent):
    """Generator and discriminator in PyTorch, of the last level, which has faded in wholly."""
    import torch
    from torch import nn
    from torch.nn import functional

    def leaky(x):
        return functional.leaky_relu(x, 0.2) * 2**0.5

    def unit(x):
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)

    class Equalized(nn.Module):
        def __init__(self, before, after, size=None, activation=leaky):
            super().__init__()
            shape = (after, before) if size is None else (after, before, size, size)
            self.kernel, self.bias = nn.Parameter(torch.randn(shape)), nn.Parameter(torch.zeros(after))
            self.scale = self.kernel[0].numel() ** -0.5
            self.size, self.activation = size, activation or (lambda x: x)

        def forward(self, x):
            kernel = self.kernel * self.scale
            if self.size is None:
                return self.activation(functional.linear(x, kernel, self.bias))
            return self.activation(functional.conv2d(x, kernel, self.bias, padding=self.size // 2))

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.start = Equalized(latent, 16 * widths[0])
            self.smooth = nn.ModuleList([Equalized(widths[0], widths[0], 3)])
            for before, after in itertools.pairwise(widths):
                self.smooth += [Equalized(before, after, 3), Equalized(after, after, 3)]
            self.old = Equalized(widths[-2], 3, 1, activation=None)
            self.new = Equalized(widths[-1], 3, 1, activation=None)

        def forward(self, x):
            x = unit(self.start(unit(x)).view(-1, widths[0], 4, 4))
            x = unit(self.smooth[0](x))
            for first, second in zip(self.smooth[1::2], self.smooth[2::2], strict=True):
                before = x
                x = unit(second(unit(first(functional.interpolate(x, scale_factor=2)))))
            old = functional.interpolate(self.old(before), scale_factor=2)
            return torch.lerp(old, self.new(x), torch.ones(len(x), 1, 1, 1))

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.new, self.old = Equalized(3, widths[-1], 1), Equalized(3, widths[-2], 1)
            self.levels = nn.ModuleList()
            for after, before in zip(widths[-2::-1], widths[:0:-1], strict=True):
                self.levels += [Equalized(before, before, 3), Equalized(before, after, 3)]
            self.last = Equalized(widths[0] + 1, widths[0], 3)
            self.features = Equalized(16 * widths[0], widths[0])
            self.logit = Equalized(widths[0], 1, activation=None)

        def forward(self, image):
            x = self.new(image)
            for index, (first, second) in enumerate(zip(self.levels[::2], self.levels[1::2], strict=True)):
                x = functional.avg_pool2d(second(first(x)), 2)
                if not index:
                    old = self.old(functional.avg_pool2d(image, 2))
                    x = torch.lerp(old, x, torch.ones(len(x), 1, 1, 1))
            groups = x.view(GROUP, -1, *x.shape[1:])
            deviation = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
            plane = deviation.repeat(GROUP).view(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])
            x = self.last(torch.cat([x, plane], 1))
            return self.logit(self.features(x.flatten(1)))

    return Generator(), Discriminator()
