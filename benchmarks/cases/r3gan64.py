"""R3GAN at 64x64, batch 16: residual blocks of grouped convolutions, relativistic pairs, R1 and R2 on every step."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters


@dataclass
class R3gan64:
    name = "r3gan64"
    batch: int = 16
    width: int = 32
    most: int = 256
    blocks: int = 1
    latent: int = 64

    tiny = {"batch": 2, "width": 8, "most": 16}

    def kgan(self):
        from kgan.networks.generation import r3gan
        from kgan.schemes import R3GAN

        size = {"image_size": (64, 64), "width": self.width, "most": self.most, "blocks": self.blocks}
        generator, discriminator = (
            r3gan.generator(**size, latent_size=self.latent),
            r3gan.discriminator(**size),
        )
        model = R3GAN(generator, discriminator, self.latent)
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, 64)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch

        widths = [min(self.most, self.width * 2 ** (4 - stage)) for stage in range(5)]
        generator = _generator(widths, self.blocks, self.latent).to(memory_format=memory_format)
        discriminator = _discriminator(widths[::-1], self.blocks).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.0, 0.99)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        softplus = torch.nn.functional.softplus
        real = as_torch(pictures(self.batch, 64), memory_format)

        def slope(images):
            """Half the mean squared gradient."""
            images = images.detach().requires_grad_(True)
            (gradient,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
            return 0.5 * gradient.square().sum((1, 2, 3)).mean()

        def step():
            fake = generator(torch.randn(self.batch, self.latent))
            of_discriminator.zero_grad()
            loss = softplus(discriminator(fake.detach()) - discriminator(real)).mean()
            (loss + slope(real) + slope(fake)).backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            softplus(discriminator(real) - discriminator(fake)).mean().backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def _block(width):
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            inner = 2 * width
            project = nn.Conv2d(inner, width, 1, bias=False)
            torch.nn.init.zeros_(project.weight)
            self.layers = nn.Sequential(
                nn.Conv2d(width, inner, 1),
                nn.LeakyReLU(0.2),
                nn.Conv2d(inner, inner, 3, 1, 1, groups=max(1, inner // 16)),
                nn.LeakyReLU(0.2),
                project,
            )

        def forward(self, x):
            return x + self.layers(x)

    return Block()


def _resize_channels(before, after):
    from torch import nn

    return [nn.Conv2d(before, after, 1, bias=False)] if before != after else []


def _generator(widths, blocks, latent):
    import torch
    from torch import nn

    class Start(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense = nn.Linear(latent, widths[0], bias=False)
            self.grid = nn.Parameter(torch.randn(widths[0], 4, 4))

        def forward(self, z):
            return self.dense(z)[:, :, None, None] * self.grid

    layers = [Start()]
    for stage, width in enumerate(widths):
        if stage:
            layers += _resize_channels(widths[stage - 1], width)
            layers += [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
        layers += [_block(width) for _ in range(blocks)]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 3, 1, bias=False))


def _discriminator(widths, blocks):
    from torch import nn

    layers = [nn.Conv2d(3, widths[0], 1, bias=False)]
    for stage, width in enumerate(widths):
        if stage:
            layers += [nn.AvgPool2d(2), *_resize_channels(widths[stage - 1], width)]
        layers += [_block(width) for _ in range(blocks)]
    last = widths[-1]
    layers += [
        nn.Conv2d(last, last, 4, groups=last, bias=False),
        nn.Flatten(),
        nn.Linear(last, 1, bias=False),
    ]
    return nn.Sequential(*layers)
