"""SEGAN on windows of 16,384 samples, batch 8: eleven layers in and out, a reference batch of 8, L1 times 100."""

import itertools
from dataclasses import dataclass

import numpy as np

from cases.case import keras_parameters, kgan_step, torch_parameters

PAPERS = (16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 1024)


@dataclass
class Segan:
    name = "segan"
    batch: int = 8
    length: int = 16384
    filters: tuple = PAPERS
    kernel: int = 31

    tiny = {"batch": 2, "length": 32, "filters": (4, 6)}

    def waves(self, seed):
        return np.random.default_rng(seed).uniform(-1, 1, (self.batch, self.length, 1)).astype("float32")

    def kgan(self):
        from kgan.networks import segan
        from kgan.schemes.speech.segan import SEGAN

        reference = np.concatenate([self.waves(2), self.waves(3)], axis=-1)
        generator = segan.generator(self.length, self.filters, self.kernel)
        discriminator = segan.discriminator(reference, self.filters, self.kernel)
        model = SEGAN(generator, discriminator)
        model.compile()
        step = kgan_step(model, {"source": self.waves(0), "target": self.waves(1)})
        return step, keras_parameters(generator, discriminator)

    def torch(self, memory_format):
        import torch
        from torch import nn

        waves = [torch.from_numpy(self.waves(seed).transpose(0, 2, 1).copy()) for seed in range(4)]
        source, target, *reference = waves
        generator = torch_generator(self.filters, self.kernel)
        discriminator = torch_discriminator(torch.cat(reference, 1), self.filters, self.kernel)
        of_generator, of_discriminator = (
            torch.optim.RMSprop(network.parameters(), 2e-4, alpha=0.9, eps=1e-8)
            for network in (generator, discriminator)
        )
        shape = (self.batch, self.filters[-1], self.length // 2 ** len(self.filters))

        def step():
            fake = generator(source, torch.randn(shape))
            of_discriminator.zero_grad()
            real_logits = discriminator(torch.cat([source, target], 1))
            fake_logits = discriminator(torch.cat([source, fake.detach()], 1))
            loss = 0.5 * (real_logits - 1).square().mean() + 0.5 * fake_logits.square().mean()
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            discriminator.requires_grad_(False)
            logits = discriminator(torch.cat([source, fake], 1))
            adversarial = 0.5 * (logits - 1).square().mean()
            (adversarial + 100 * nn.functional.l1_loss(fake, target)).backward()
            discriminator.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, discriminator)


def torch_generator(filters, kernel):
    """SEGAN's generator in PyTorch."""
    import torch
    from torch import nn

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            sizes, around = (1, *filters), {"stride": 2, "padding": kernel // 2}
            pairs = list(itertools.pairwise(sizes))
            self.down = nn.ModuleList(nn.Conv1d(a, b, kernel, **around) for a, b in pairs)
            self.down_prelu = nn.ModuleList(nn.PReLU(b) for _, b in pairs)
            around["output_padding"] = 1
            self.up = nn.ModuleList(nn.ConvTranspose1d(2 * b, a, kernel, **around) for a, b in pairs[::-1])
            self.up_prelu = nn.ModuleList(nn.PReLU(a) for a, _ in pairs[:0:-1])

        def forward(self, x, latent):
            seen = []
            for convolution, prelu in zip(self.down, self.down_prelu, strict=True):
                x = prelu(convolution(x))
                seen.append(x)
            seen[-1] = latent
            for convolution, prelu in zip(self.up, [*self.up_prelu, nn.Tanh()], strict=True):
                x = prelu(convolution(torch.cat([x, seen.pop()], 1)))
            return x

    return Generator()


def torch_discriminator(reference, filters, kernel):
    """SEGAN's discriminator in PyTorch, virtual batch normalization as in kgan."""
    import torch
    from torch import nn

    size = len(reference)

    class Normalization(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.gamma = nn.Parameter(torch.ones(1, channels, 1))
            self.beta = nn.Parameter(torch.zeros(1, channels, 1))

        def forward(self, x):
            means, squares = x.mean(2, keepdim=True), x.square().mean(2, keepdim=True)
            mean, square = (self.mixed(moment) for moment in (means, squares))
            return (x - mean) / torch.sqrt(square - mean.square() + 1e-5) * self.gamma + self.beta

        def mixed(self, moment):
            own = moment[:size].mean(0, keepdim=True)
            others = (own * size + moment[size:]) / (size + 1)
            return torch.cat([own.expand(size, -1, -1), others])

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = (2, *filters)
            self.layers = nn.Sequential(*(
                layer
                for a, b in itertools.pairwise(sizes)
                for layer in (
                    nn.Conv1d(a, b, kernel, 2, kernel // 2, bias=False), Normalization(b), nn.LeakyReLU(0.3)
                )
            ))  # fmt: skip
            self.channel = nn.Conv1d(filters[-1], 1, 1)
            self.logit = nn.Linear(reference.shape[2] // 2 ** len(filters), 1)

        def forward(self, pair):
            x = self.layers(torch.cat([reference, pair]))[size:]
            return self.logit(self.channel(x)[:, 0])

    return Discriminator()
