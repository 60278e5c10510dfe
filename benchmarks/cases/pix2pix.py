"""pix2pix at 256x256, batch 1: U-Net of eight halvings, 70x70 PatchGAN on pairs, 100 times L1, dropout."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.patchgan import torch_patchgan


@dataclass
class Pix2Pix256:
    name = "pix2pix256"
    batch: int = 1
    size: int = 256
    width: int = 64
    depth: int = 8

    tiny = {"size": 64, "width": 4, "depth": 6}

    def kgan(self):
        from kgan.networks import patchgan, unet
        from kgan.schemes.translation.pix2pix import Pix2Pix

        generator = unet.generator((self.size, self.size), width=self.width, depth=self.depth)
        discriminator = patchgan.discriminator(source_channels=3, width=self.width)
        model = Pix2Pix(generator, discriminator)
        model.compile()
        batch = {"source": pictures(self.batch, self.size), "target": pictures(self.batch, self.size, 1)}
        return kgan_step(model, batch), keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = torch_unet(self.width, self.depth).to(memory_format=memory_format)
        discriminator = torch_patchgan(6, self.width, nn.BatchNorm2d).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        softplus = nn.functional.softplus
        source = as_torch(pictures(self.batch, self.size), memory_format)
        target = as_torch(pictures(self.batch, self.size, 1), memory_format)

        def step():
            fake = generator(source)
            of_discriminator.zero_grad()
            real_logits = discriminator(torch.cat([source, target], 1))
            fake_logits = discriminator(torch.cat([source, fake.detach()], 1))
            loss = 0.5 * (softplus(-real_logits).mean() + softplus(fake_logits).mean())
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            adversarial = softplus(-discriminator(torch.cat([source, fake], 1))).mean()
            (adversarial + 100 * nn.functional.l1_loss(fake, target)).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def torch_unet(width, depth):
    """pix2pix's U-Net in PyTorch."""
    import torch
    from torch import nn

    class Level(nn.Module):
        """One halving, what lies below it, and the doubling back."""

        def __init__(self, level, below):
            super().__init__()
            inner, outer = (width * min(2**power, 8) for power in (level - 1, max(level - 2, 0)))
            self.outermost = level == 1
            down = nn.Conv2d(3 if self.outermost else outer, inner, 4, 2, 1, bias=False)
            outputs, inputs = (3 if self.outermost else outer), (inner if below is None else 2 * inner)
            layers = [nn.ReLU(), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=self.outermost)]
            if self.outermost:
                self.layers = nn.Sequential(down, below, *layers, nn.Tanh())
                return
            layers.append(nn.BatchNorm2d(outer))
            if level - 1 >= max(depth - 3, 4):
                layers.append(nn.Dropout(0.5))
            middle = [] if below is None else [nn.BatchNorm2d(inner), below]
            self.layers = nn.Sequential(nn.LeakyReLU(0.2), down, *middle, *layers)

        def forward(self, x):
            y = self.layers(x)
            return y if self.outermost else torch.cat([x, y], 1)

    network = None
    for level in range(depth, 0, -1):
        network = Level(level, network)
    return network
