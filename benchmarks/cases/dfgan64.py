"""DF-GAN at 64x64, batch 16: a sentence of 256 numbers in every block, hinge loss, matching-aware gradient penalty."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.sentences import text_encoder, tokens, torch_text

MOST = 8


@dataclass
class Dfgan64:
    name = "dfgan64"
    batch: int = 16
    width: int = 32
    size: int = 64
    latent: int = 100
    text: int = 256
    hidden: int = 256

    tiny = {"batch": 2, "width": 4, "size": 16}

    @property
    def doublings(self):
        return (self.size // 4).bit_length() - 1

    def kgan(self):
        from kgan import DFGAN
        from kgan.networks import dfgan

        sizes = {"image_size": (self.size, self.size), "text_size": self.text, "width": self.width}
        generator = dfgan.generator(**sizes, latent_size=self.latent, hidden=self.hidden)
        discriminator = dfgan.discriminator(**sizes)
        model = DFGAN(text_encoder(self.text), generator, discriminator, latent_size=self.latent)
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, self.size), "tokens": tokens(self.batch)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch

        generator = _generator(self).to(memory_format=memory_format)
        discriminator = _discriminator(self).to(memory_format=memory_format)
        of_generator = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.0, 0.9))
        of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=4e-4, betas=(0.0, 0.9))
        real = as_torch(pictures(self.batch, self.size), memory_format)
        encode, relu = torch_text(self.text), torch.relu

        def penalty(text):
            image, said = real.detach().requires_grad_(True), text.detach().requires_grad_(True)
            slopes = torch.autograd.grad(discriminator(image, said).sum(), (image, said), create_graph=True)
            norms = [(slope.flatten(1).square().sum(1) + 1e-12).sqrt() for slope in slopes]
            return ((norms[0] + norms[1]) ** 6).mean()

        def step():
            text = encode(self.batch)
            wrong = text.roll(1, 0)
            fake = generator(torch.randn(self.batch, self.latent), text)
            of_discriminator.zero_grad()
            loss = relu(1 - discriminator(real, text)).mean()
            loss = loss + 0.5 * relu(1 + discriminator(fake.detach(), text)).mean()
            loss = loss + 0.5 * relu(1 + discriminator(real, wrong)).mean()
            (loss + 2 * penalty(text)).backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            (-discriminator(fake, text).mean()).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def _affine(channels, condition, hidden):
    import torch
    from torch import nn

    class Affine(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale, self.offset = (
                nn.Sequential(nn.Linear(condition, hidden), nn.ReLU(True), nn.Linear(hidden, channels))
                for _ in range(2)
            )
            for last in (self.scale[2], self.offset[2]):
                nn.init.zeros_(last.weight)
            nn.init.ones_(self.scale[2].bias)

        def forward(self, x, said):
            scale, offset = self.scale(said)[:, :, None, None], self.offset(said)[:, :, None, None]
            return torch.nn.functional.leaky_relu(x * scale + offset, 0.2)

    return Affine()


def _generator(case):
    import torch
    from torch import nn

    condition = case.latent + case.text

    class Block(nn.Module):
        def __init__(self, before, after):
            super().__init__()
            sizes = (before, before, after, after)
            self.affine = nn.ModuleList(_affine(size, condition, case.hidden) for size in sizes)
            self.first = nn.Conv2d(before, after, 3, 1, 1)
            self.second = nn.Conv2d(after, after, 3, 1, 1)
            self.shortcut = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

        def forward(self, x, said):
            x = nn.functional.interpolate(x, scale_factor=2)
            y = self.first(self.affine[1](self.affine[0](x, said), said))
            y = self.second(self.affine[3](self.affine[2](y, said), said))
            return self.shortcut(x) + y

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            rising = range(case.doublings, -1, -1)
            widths = [case.width * min(2**power, MOST) for power in rising]
            self.start = nn.Linear(case.latent, 16 * widths[0])
            self.blocks = nn.ModuleList(map(Block, widths[:-1], widths[1:]))
            self.last = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(widths[-1], 3, 3, 1, 1), nn.Tanh())

        def forward(self, latent, text):
            said = torch.cat([latent, text], 1)
            x = self.start(latent).view(len(latent), -1, 4, 4)
            for block in self.blocks:
                x = block(x, said)
            return self.last(x)

    return Generator()


def _discriminator(case):
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, before, after):
            super().__init__()
            self.residual = nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1),
                nn.LeakyReLU(0.2),
                nn.Conv2d(after, after, 3, 1, 1),
                nn.LeakyReLU(0.2),
            )
            self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1))

        def forward(self, x):
            return self.shortcut(x) + self.residual(x)

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [case.width * min(2**power, MOST) for power in range(case.doublings + 1)]
            blocks = map(Block, widths[:-1], widths[1:])
            self.layers = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1), *blocks)
            self.last = nn.Sequential(
                nn.Conv2d(widths[-1] + case.text, 2 * case.width, 3, 1, 1, bias=False),
                nn.LeakyReLU(0.2),
                nn.Flatten(),
                nn.Linear(32 * case.width, 1, bias=False),
            )

        def forward(self, image, text):
            said = text[:, :, None, None].expand(-1, -1, 4, 4)
            return self.last(torch.cat([self.layers(image), said], 1))

    return Discriminator()
