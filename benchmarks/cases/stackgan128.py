"""StackGAN's stage II, 64 to 128 pixels, batch 8: stage I frozen, two residual blocks, right and wrong sentences."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.gancls64 import torch_discriminator
from cases.sentences import text_encoder, tokens, torch_text


@dataclass
class Stackgan128:
    name = "stackgan128"
    batch: int = 8
    size: int = 128
    width: int = 32
    latent: int = 100
    text: int = 256
    condition: int = 128
    blocks: int = 2
    compressed: int = 128

    tiny = {"batch": 2, "size": 32, "width": 4, "blocks": 1}

    @property
    def doublings(self):
        """Of the discriminator."""
        return (self.size // 4).bit_length() - 1

    def kgan(self):
        from kgan import StackGAN
        from kgan.networks import gancls, stackgan

        small, large = [(side, side) for side in (self.size // 2, self.size)]
        told = {"condition_size": self.condition, "width": self.width}
        first = stackgan.generator(small, latent_size=self.latent, **told)
        refiner = stackgan.refiner(large, scale=2, blocks=self.blocks, **told)
        judge = gancls.discriminator(large, text_size=self.text, width=self.width)
        augmentations = [stackgan.augmentation(self.text, self.condition) for _ in range(2)]
        model = StackGAN(
            text_encoder(self.text),
            augmentations[0],
            refiner,
            judge,
            latent_size=self.latent,
            first_augmentation=augmentations[1],
            first_generator=first,
        )
        model.compile()
        step = kgan_step(model, {"image": pictures(self.batch, self.size), "tokens": tokens(self.batch)})
        return step, keras_parameters(first, augmentations[0], refiner, judge)

    def torch(self, memory_format):
        import torch
        from torch import nn

        first = _first(self).to(memory_format=memory_format).eval().requires_grad_(False)
        refiner = _refiner(self).to(memory_format=memory_format)
        said, first_said = _augmentation(self), _augmentation(self).requires_grad_(False)
        judge = torch_discriminator(self).to(memory_format=memory_format)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam([*refiner.parameters(), *said.parameters()], **adam)
        of_discriminator = torch.optim.Adam(judge.parameters(), **adam)
        softplus = nn.functional.softplus
        real = as_torch(pictures(self.batch, self.size), memory_format)
        encode = torch_text(self.text)

        def drawn(mean, log_deviation):
            return mean + log_deviation.exp() * torch.randn_like(mean)

        def step():
            text = encode(self.batch)
            wrong = text.roll(1, 0)
            with torch.no_grad():
                small = first(torch.randn(self.batch, self.latent), drawn(*first_said(text)))
            mean, log_deviation = said(text)
            fake = refiner(small, drawn(mean, log_deviation))
            of_discriminator.zero_grad()
            loss = softplus(-judge(real, text)).mean() + 0.5 * softplus(judge(fake.detach(), text)).mean()
            loss = loss + 0.5 * softplus(judge(real, wrong)).mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            judge.requires_grad_(False)
            divergence = ((mean.square() + (2 * log_deviation).exp() - 1) / 2 - log_deviation).mean()
            (softplus(-judge(fake, text)).mean() + divergence).backward()
            judge.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        parameters = sum(p.numel() for p in first.parameters())
        return step, [parameters, *torch_parameters(said, refiner, judge)]


def _augmentation(case):
    from torch import nn

    class Augmentation(nn.Module):
        def __init__(self):
            super().__init__()
            self.mixed = nn.Sequential(nn.Linear(case.text, 2 * case.condition), nn.LeakyReLU(0.2))
            self.mean, self.deviation = (nn.Linear(2 * case.condition, case.condition) for _ in range(2))

        def forward(self, text):
            x = self.mixed(text)
            return self.mean(x), self.deviation(x)

    return Augmentation()


def _doubled(before, after):
    from torch import nn

    return [
        nn.Upsample(scale_factor=2),
        nn.Conv2d(before, after, 3, 1, 1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(True),
    ]


def _first(case):
    import torch
    from torch import nn

    doublings = case.doublings - 1

    class First(nn.Module):
        def __init__(self):
            super().__init__()
            filters = case.width * 2**doublings
            self.start = nn.Linear(case.latent + case.condition, 16 * filters, bias=False)
            layers = [nn.BatchNorm2d(filters), nn.ReLU(True)]
            for _ in range(doublings):
                layers += _doubled(filters, filters // 2)
                filters //= 2
            self.layers = nn.Sequential(*layers, nn.Conv2d(filters, 3, 3, 1, 1), nn.Tanh())

        def forward(self, latent, condition):
            x = self.start(torch.cat([latent, condition], 1))
            return self.layers(x.view(len(x), -1, 4, 4))

    return First()


def _refiner(case):
    import torch
    from torch import nn

    width, plain = case.width, {"padding": 1, "bias": False}

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                nn.Conv2d(4 * width, 4 * width, 3, **plain),
                nn.BatchNorm2d(4 * width),
                nn.ReLU(True),
                nn.Conv2d(4 * width, 4 * width, 3, **plain),
                nn.BatchNorm2d(4 * width),
            )

        def forward(self, x):
            return torch.relu(x + self.layers(x))

    class Refiner(nn.Module):
        def __init__(self):
            super().__init__()
            layers, before = [nn.Conv2d(3, width, 3, padding=1), nn.ReLU(True)], width
            for after in (2 * width, 4 * width):
                layers += [nn.Conv2d(before, after, 4, 2, **plain), nn.BatchNorm2d(after), nn.ReLU(True)]
                before = after
            self.seen = nn.Sequential(*layers)
            layers = [nn.Conv2d(4 * width + case.condition, 4 * width, 3, **plain), nn.BatchNorm2d(4 * width)]
            layers += [nn.ReLU(True), *(Block() for _ in range(case.blocks))]
            before = 4 * width
            for index in range(3):
                after = max(width, 4 * width // 2 ** (index + 1))
                layers += _doubled(before, after)
                before = after
            self.drawn = nn.Sequential(*layers, nn.Conv2d(before, 3, 3, padding=1), nn.Tanh())

        def forward(self, image, condition):
            x = self.seen(image)
            said = condition[:, :, None, None].expand(-1, -1, *x.shape[2:])
            return self.drawn(torch.cat([x, said], 1))

    return Refiner()
