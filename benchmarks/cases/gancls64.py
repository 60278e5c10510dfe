"""GAN-CLS at 64x64, batch 64: DCGAN told a sentence of 256 numbers, right and wrong ones judged, Adam on both sides."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.sentences import text_encoder, tokens, torch_text


@dataclass
class Gancls64:
    name = "gancls64"
    batch: int = 64
    width: int = 64
    size: int = 64
    latent: int = 100
    text: int = 256
    compressed: int = 128

    tiny = {"batch": 2, "width": 4, "size": 16}

    @property
    def doublings(self):
        return (self.size // 4).bit_length() - 1

    def kgan(self):
        from kgan import GANCLS
        from kgan.networks import gancls

        sizes = {"image_size": (self.size, self.size), "text_size": self.text, "width": self.width}
        generator = gancls.generator(**sizes, latent_size=self.latent)
        discriminator = gancls.discriminator(**sizes)
        model = GANCLS(text_encoder(self.text), generator, discriminator, latent_size=self.latent)
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, self.size), "tokens": tokens(self.batch)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = _generator(self).to(memory_format=memory_format)
        discriminator = torch_discriminator(self).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        softplus = nn.functional.softplus
        real = as_torch(pictures(self.batch, self.size), memory_format)
        encode = torch_text(self.text)

        def step():
            text = encode(self.batch)
            wrong = text.roll(1, 0)
            fake = generator(torch.randn(self.batch, self.latent), text)
            of_discriminator.zero_grad()
            right = softplus(-discriminator(real, text)).mean()
            loss = right + 0.5 * softplus(discriminator(fake.detach(), text)).mean()
            loss = loss + 0.5 * softplus(discriminator(real, wrong)).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            softplus(-discriminator(fake, text)).mean().backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def _generator(case):
    import torch
    from torch import nn

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.compress = nn.Sequential(nn.Linear(case.text, case.compressed), nn.LeakyReLU(0.2))
            filters = case.width * 2 ** (case.doublings - 1)
            self.start = nn.Linear(case.latent + case.compressed, 16 * filters, bias=False)
            layers = []
            for index in range(case.doublings):
                layers += [nn.BatchNorm2d(filters), nn.ReLU(True)]
                after = 3 if index == case.doublings - 1 else filters // 2
                layers += [nn.ConvTranspose2d(filters, after, 4, 2, 1, bias=False)]
                filters //= 2
            self.layers = nn.Sequential(*layers, nn.Tanh())

        def forward(self, latent, text):
            x = self.start(torch.cat([latent, self.compress(text)], 1))
            return self.layers(x.view(len(x), -1, 4, 4))

    return Generator()


def torch_discriminator(case):
    """GAN-CLS's discriminator: `size`, `width`, `text`, `compressed` and `doublings` of a case."""
    import torch
    from torch import nn

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            layers, before, filters = [], 3, case.width
            for index in range(case.doublings):
                layers += [nn.Conv2d(before, filters, 4, 2, 1, bias=False)]
                layers += [nn.BatchNorm2d(filters)] if index else []
                layers += [nn.LeakyReLU(0.2, True)]
                before, filters = filters, 2 * filters
            self.layers = nn.Sequential(*layers)
            self.compress = nn.Sequential(nn.Linear(case.text, case.compressed), nn.LeakyReLU(0.2))
            mixed = nn.Conv2d(before + case.compressed, before, 1, bias=False)
            self.last = nn.Sequential(
                mixed,
                nn.BatchNorm2d(before),
                nn.LeakyReLU(0.2, True),
                nn.Flatten(),
                nn.Linear(16 * before, 1),
            )

        def forward(self, image, text):
            said = self.compress(text)[:, :, None, None].expand(-1, -1, 4, 4)
            return self.last(torch.cat([self.layers(image), said], 1))

    return Discriminator()
