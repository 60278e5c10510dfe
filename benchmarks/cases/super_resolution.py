"""The small super-resolution network by pixel loss: 32x32 to 128x128, batch 8, 5 residual blocks of 48 features."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters


@dataclass
class SuperResolutionSmall:
    name = "super-resolution-small"
    batch: int = 8
    size: int = 128
    width: int = 48
    blocks: int = 5

    tiny = {"batch": 2, "size": 32, "width": 4, "blocks": 1}

    def kgan(self):
        import keras

        from kgan.networks import edsr
        from kgan.schemes import SuperResolution

        generator = edsr.generator(4, width=self.width, blocks=self.blocks, direct=True)
        model = SuperResolution(generator, "l1")
        model.compile(keras.optimizers.Adam(1e-3))
        batch = {"source": pictures(self.batch, self.size // 4), "target": pictures(self.batch, self.size)}
        return kgan_step(model, batch), keras_parameters(generator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        class Residual(nn.Module):
            def __init__(self, *layers):
                super().__init__()
                self.layers = nn.Sequential(*layers)

            def forward(self, x):
                return x + self.layers(x)

        def convolution():
            return nn.Conv2d(self.width, self.width, 3, padding=1)

        body = [Residual(convolution(), nn.ReLU(True), convolution()) for _ in range(self.blocks)]
        network = nn.Sequential(
            nn.Conv2d(3, self.width, 3, padding=1),
            Residual(*body, convolution()),
            nn.Conv2d(self.width, 48, 3, padding=1),
            nn.PixelShuffle(4),
        ).to(memory_format=memory_format)
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        small = as_torch(pictures(self.batch, self.size // 4), memory_format)
        large = as_torch(pictures(self.batch, self.size), memory_format)

        def step():
            optimizer.zero_grad()
            base = nn.functional.interpolate(small, scale_factor=4, mode="bicubic")
            loss = nn.functional.l1_loss(base + network(small), large)
            loss.backward()
            optimizer.step()
            return float(loss.detach())

        return step, torch_parameters(network)
