"""DCGAN at 64x64, batch 64: generator 512-256-128-64, discriminator 64-128-256-512, Adam on both sides."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters


@dataclass
class Dcgan64:
    name = "dcgan64"
    batch: int = 64
    width: int = 64
    latent: int = 100

    tiny = {"batch": 2, "width": 4}

    def kgan(self):
        import keras

        from kgan import GAN
        from kgan.networks import dcgan

        generator = dcgan.generator((64, 64), latent_size=self.latent, width=self.width)
        discriminator = dcgan.discriminator((64, 64), width=self.width)
        model = GAN(generator, discriminator, self.latent)
        adam = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}
        model.compile(keras.optimizers.get(adam), keras.optimizers.get(adam))
        step = kgan_step(model, {"image": pictures(self.batch, 64)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        size = 8 * self.width
        layers = [nn.ConvTranspose2d(self.latent, size, 4, 1, 0, bias=False)]
        for _ in range(3):
            layers += [nn.BatchNorm2d(size), nn.ReLU(True)]
            layers += [nn.ConvTranspose2d(size, size // 2, 4, 2, 1, bias=False)]
            size //= 2
        layers += [nn.BatchNorm2d(size), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(size, 3, 4, 2, 1, bias=False), nn.Tanh()]
        generator = nn.Sequential(*layers).to(memory_format=memory_format)
        layers = [nn.Conv2d(3, size, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
        for _ in range(3):
            layers += [nn.Conv2d(size, 2 * size, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * size)]
            layers += [nn.LeakyReLU(0.2, True)]
            size *= 2
        layers += [nn.Conv2d(size, 1, 4, 1, 0, bias=False)]
        discriminator = nn.Sequential(*layers).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        softplus = nn.functional.softplus
        real = as_torch(pictures(self.batch, 64), memory_format)

        def step():
            fake = generator(torch.randn(self.batch, self.latent, 1, 1))
            of_discriminator.zero_grad()
            loss = softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            softplus(-discriminator(fake)).mean().backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)
