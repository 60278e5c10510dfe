"""Context encoder at 128x128 with a centre hole of 64x64, batch 64 as in the paper.

Both sides compute the weights of the masked squares from the masks at hand, as masks may lie anywhere.
"""

from dataclasses import dataclass

import numpy as np

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters


@dataclass
class ContextEncoder128:
    name = "context-encoder128"
    batch: int = 64
    size: int = 128
    width: int = 64

    tiny = {"batch": 2, "width": 4}

    def masks(self):
        masks = np.zeros((self.batch, self.size, self.size, 1), "float32")
        quarter = self.size // 4
        masks[:, quarter:-quarter, quarter:-quarter] = 1.0
        return masks

    def kgan(self):
        from kgan.networks import context_encoder
        from kgan.schemes.inpainting.context_encoder import ContextEncoder

        generator = context_encoder.generator((self.size, self.size), width=self.width)
        discriminator = context_encoder.discriminator((self.size // 2, self.size // 2), width=self.width)
        model = ContextEncoder(generator, discriminator)
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, self.size), "mask": self.masks()})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = torch_generator(self.width).to(memory_format=memory_format)
        discriminator = torch_discriminator(self.width).to(memory_format=memory_format)
        of_generator = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
        of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        softplus, quarter = nn.functional.softplus, self.size // 4
        image = as_torch(pictures(self.batch, self.size), memory_format)
        mask = as_torch(self.masks(), memory_format)

        def centre(x):
            return x[:, :, quarter:-quarter, quarter:-quarter]

        def squares(patch):
            hole = centre(mask)
            reach = centre(nn.functional.max_pool2d(mask, 15, 1, 7))
            weights = reach * (10 - 9 * hole)
            counted = reach.sum((1, 2, 3)) * 3
            return ((weights * (centre(image) - patch) ** 2).sum((1, 2, 3)) / counted).mean()

        def step():
            patch = generator(torch.where(mask > 0, torch.zeros_like(image), image))
            of_discriminator.zero_grad()
            real_logits = discriminator(centre(image).contiguous(memory_format=memory_format))
            loss = softplus(-real_logits).mean() + softplus(discriminator(patch.detach())).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            adversarial = softplus(-discriminator(patch)).mean()
            (0.999 * squares(patch) + 0.001 * adversarial).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def torch_discriminator(width):
    """DCGAN's discriminator for 64x64 in PyTorch."""
    from torch import nn

    layers, size = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)], width
    for _ in range(3):
        layers += [nn.Conv2d(size, 2 * size, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * size)]
        layers += [nn.LeakyReLU(0.2, True)]
        size *= 2
    return nn.Sequential(*layers, nn.Conv2d(size, 1, 4, 1, 0, bias=False))


def torch_generator(width):
    """Context encoder for 128x128 in PyTorch: 64-64-128-256-512, across the pixels, 256-128-64 and up to 64x64."""
    import torch
    from torch import nn

    class ChannelwiseLinear(nn.Module):
        """Each channel's pixels through a matrix of its own."""

        def __init__(self, channels, pixels):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(channels, pixels, pixels) / pixels**0.5)
            self.bias = nn.Parameter(torch.zeros(channels, pixels))

        def forward(self, x):
            y = torch.einsum("bcp,cpq->bcq", x.flatten(2), self.weight) + self.bias
            return y.reshape(x.shape)

    layers, size = [], 3
    for level in range(5):
        filters = width * 2 ** max(level - 1, 0)
        layers.append(nn.Conv2d(size, filters, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(filters)] if level else []
        layers.append(nn.LeakyReLU(0.2, True))
        size = filters
    layers += [ChannelwiseLinear(size, 16), nn.Conv2d(size, size, 1, bias=False)]
    layers += [nn.BatchNorm2d(size), nn.ReLU(True)]
    for _ in range(3):
        layers += [nn.ConvTranspose2d(size, size // 2, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(size // 2), nn.ReLU(True)]
        size //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(size, 3, 4, 2, 1), nn.Tanh())
