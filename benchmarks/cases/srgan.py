"""SRGAN's adversarial stage: 24x24 to 96x96, batch 16, SRResNet with 16 blocks of 64 features.

The perceptual loss looks at VGG19 up to conv5_4 with its rectifier (random weights; they do not matter here).
"""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters

VGG19 = ((64, 64), (128, 128), (256, 256, 256, 256), (512, 512, 512, 512), (512, 512, 512, 512))


@dataclass
class Srgan:
    name = "srgan"
    batch: int = 16
    size: int = 96
    width: int = 64
    blocks: int = 16
    stages: int = 5

    tiny = {"batch": 2, "size": 32, "width": 4, "blocks": 1, "stages": 1}

    def kgan(self):
        import keras

        from kgan.networks import srgan_discriminator, srresnet
        from kgan.networks.features import vgg
        from kgan.objectives import Perceptual
        from kgan.schemes.super_resolution.srgan import SRGAN

        generator = srresnet.generator(4, width=self.width, blocks=self.blocks)
        discriminator = srgan_discriminator.discriminator(
            (self.size, self.size), width=self.width, hidden_size=16 * self.width
        )
        trunk = keras.applications.VGG19(include_top=False, weights=None, input_shape=(32, 32, 3))
        last = f"block{self.stages}_conv{len(VGG19[self.stages - 1])}"
        features = vgg.taps_of(trunk, (last,), before_activation=False)
        perceptual = Perceptual(features, [f"{last}_rectifier"], criterion="l2")
        model = SRGAN(generator, discriminator, perceptual)
        model.compile()
        batch = {"source": pictures(self.batch, self.size // 4), "target": pictures(self.batch, self.size)}
        parameters = keras_parameters(generator, discriminator)
        return kgan_step(model, batch), [*parameters, features.count_params()]

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = torch_generator(self.width, self.blocks).to(memory_format=memory_format)
        layers, size = [], 3
        for index in range(8):
            filters = self.width * 2 ** (index // 2)
            layers.append(nn.Conv2d(size, filters, 3, 1 + index % 2, 1))
            layers += [nn.BatchNorm2d(filters)] if index else []
            layers.append(nn.LeakyReLU(0.2, True))
            size = filters
        layers += [nn.Flatten(), nn.Linear(size * (self.size // 16) ** 2, 16 * self.width)]
        layers += [nn.LeakyReLU(0.2, True), nn.Linear(16 * self.width, 1)]
        discriminator = nn.Sequential(*layers).to(memory_format=memory_format)
        layers, size = [nn.Conv2d(3, 3, 1)], 3
        for stage in range(self.stages):
            layers += [nn.MaxPool2d(2)] if stage else []
            for filters in VGG19[stage]:
                layers += [nn.Conv2d(size, filters, 3, padding=1), nn.ReLU(True)]
                size = filters
        features = nn.Sequential(*layers).to(memory_format=memory_format).requires_grad_(False)
        of_generator = torch.optim.Adam(generator.parameters(), lr=1e-4)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=1e-4)
        softplus = nn.functional.softplus
        small = as_torch(pictures(self.batch, self.size // 4), memory_format)
        large = as_torch(pictures(self.batch, self.size), memory_format)

        def step():
            fake = generator(small)
            of_discriminator.zero_grad()
            loss = softplus(-discriminator(large)).mean() + softplus(discriminator(fake.detach())).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            content = nn.functional.mse_loss(features(fake), features(large))
            (0.006 * content + 1e-3 * softplus(-discriminator(fake)).mean()).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator, features)


def torch_generator(width, blocks):
    """SRResNet x4 in PyTorch."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, *layers):
            super().__init__()
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            return x + self.layers(x)

    def convolution(filters):
        return nn.Conv2d(width, filters, 3, padding=1)

    trunk = [
        Residual(
            convolution(width), nn.BatchNorm2d(width), nn.PReLU(), convolution(width), nn.BatchNorm2d(width)
        )
        for _ in range(blocks)
    ]
    up = [layer for _ in range(2) for layer in (convolution(4 * width), nn.PixelShuffle(2), nn.PReLU())]
    return nn.Sequential(
        nn.Conv2d(3, width, 9, padding=4),
        nn.PReLU(),
        Residual(*trunk, convolution(width), nn.BatchNorm2d(width)),
        *up,
        nn.Conv2d(width, 3, 9, padding=4),
    )
