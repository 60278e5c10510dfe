"""Small LaMa at 128x128, batch 8: fast Fourier convolutions, feature matching, R1 on every eighth step.

As `kgan inpainting train --method lama` trains it, but without the smooth filling and without a perceptual network, of
which PyTorch has no like here. Give `--steps 8`, that each round has one R1.
"""

from dataclasses import dataclass

import numpy as np

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.patchgan import torch_patchgan

WEIGHTS = {"adversarial": 1.0, "features": 20.0, "known": 10.0, "hole": 20.0}
R1_WEIGHT, R1_INTERVAL = 0.002, 8


@dataclass
class Lama128:
    name = "lama128"
    batch: int = 8
    size: int = 128
    width: int = 12
    blocks: int = 3

    tiny = {"batch": 2, "size": 64, "width": 4, "blocks": 1}

    def masks(self):
        masks = np.zeros((self.batch, self.size, self.size, 1), "float32")
        masks[:, : self.size // 2, self.size // 4 : -self.size // 4] = 1.0
        return masks

    def kgan(self):
        from kgan.networks import lama, patchgan
        from kgan.penalties import R1
        from kgan.schemes import LaMa

        generator = lama.generator(width=self.width, blocks=self.blocks)
        judge = patchgan.discriminator(patch=70, width=self.width, normalization=None)
        model = LaMa(generator, judge)
        model.compile(
            loss_weights={f"generator/{name}": weight for name, weight in WEIGHTS.items()},
            penalty=[R1(R1_WEIGHT, interval=R1_INTERVAL)],
        )
        step = kgan_step(model, {"image": pictures(self.batch, self.size), "mask": self.masks()})
        return step, keras_parameters(generator, judge)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = _generator(self.width, self.blocks).to(memory_format=memory_format)
        judge = torch_patchgan(3, self.width, nn.Identity).to(memory_format=memory_format)
        of_generator = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.9, 0.999))
        of_judge = torch.optim.Adam(judge.parameters(), lr=1e-4, betas=(0.9, 0.999))
        softplus, steps = nn.functional.softplus, [0]
        image = as_torch(pictures(self.batch, self.size), memory_format)
        hole = as_torch(self.masks(), memory_format)

        def judged(x):
            """Logits, and the hidden activations."""
            found = []
            for layer in judge:
                x = layer(x)
                if isinstance(layer, nn.LeakyReLU):
                    found.append(x)
            return x, found

        def slope():
            real = image.detach().requires_grad_(True)
            (gradient,) = torch.autograd.grad(judge(real).sum(), real, create_graph=True)
            return 0.5 * gradient.square().sum((1, 2, 3)).mean()

        def far(mask, picture):
            return (mask * (image - picture).abs()).sum() / (3 * mask.sum())

        def step():
            picture = generator(torch.cat([image * (1 - hole), hole], 1))
            made = hole * picture + (1 - hole) * image
            of_judge.zero_grad()
            fake = judge(made.detach())
            touched = nn.functional.adaptive_max_pool2d(hole, fake.shape[2:]) > 0
            loss = softplus(-judge(image)).mean() + softplus(torch.where(touched, fake, -fake)).mean()
            if steps[0] % R1_INTERVAL == 0:
                loss = loss + R1_INTERVAL * R1_WEIGHT * slope()
            steps[0] += 1
            loss.backward()
            of_judge.step()
            of_generator.zero_grad()
            judge.requires_grad_(False)
            with torch.no_grad():
                real = judged(image)[1]
            logits, fake = judged(made)
            terms = {
                "adversarial": softplus(-logits).mean(),
                "features": sum((a - b).abs().mean() for a, b in zip(real, fake, strict=True)) / len(real),
                "known": far(1 - hole, picture),
                "hole": far(hole, picture),
            }
            sum(WEIGHTS[name] * term for name, term in terms.items()).backward()
            judge.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, judge)


def _convolution(before, after, size, strides):
    from torch import nn

    return nn.Sequential(nn.ReflectionPad2d(size // 2), nn.Conv2d(before, after, size, strides, bias=False))


def _finished(width):
    from torch import nn

    return nn.Sequential(nn.BatchNorm2d(width, momentum=0.1), nn.ReLU())


def _spectral(width):
    """Channels through their spectrum, half as many on the way."""
    import torch
    from torch import nn

    class Spectral(nn.Module):
        def __init__(self):
            super().__init__()
            half = width // 2
            self.start = nn.Sequential(nn.Conv2d(width, half, 1, bias=False), _finished(half))
            self.mix = nn.Sequential(nn.Conv2d(2 * half, 2 * half, 1, bias=False), _finished(2 * half))
            self.end = nn.Conv2d(half, width, 1, bias=False)

        def forward(self, x):
            x = self.start(x)
            spectrum = torch.fft.rfft2(x, norm="ortho")
            real, imaginary = self.mix(torch.cat([spectrum.real, spectrum.imag], 1)).chunk(2, 1)
            back = torch.fft.irfft2(torch.complex(real, imaginary), s=x.shape[2:], norm="ortho")
            return self.end(x + back)

    return Spectral()


def _fast_fourier(local, whole):
    """One fast Fourier convolution from a pair of local and global channels to another."""
    from torch import nn

    class FastFourier(nn.Module):
        def __init__(self):
            super().__init__()
            self.local_local, self.local_global = (_convolution(local, to, 3, 1) for to in (local, whole))
            self.global_local, self.global_global = _convolution(whole, local, 3, 1), _spectral(whole)
            self.finish_local, self.finish_global = _finished(local), _finished(whole)

        def forward(self, parts):
            near, far = parts
            return (
                self.finish_local(self.local_local(near) + self.global_local(far)),
                self.finish_global(self.local_global(near) + self.global_global(far)),
            )

    return FastFourier()


def _generator(width, blocks):
    import torch
    from torch import nn

    whole = round(0.75 * 8 * width)
    local = 8 * width - whole

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            start = [_convolution(4, width, 7, 1), _finished(width)]
            for index in (1, 2):
                start += [_convolution(width * 2 ** (index - 1), width * 2**index, 3, 2)]
                start += [_finished(width * 2**index)]
            self.start = nn.Sequential(*start)
            self.down = nn.ModuleList(
                nn.Sequential(_convolution(4 * width, to, 3, 2), _finished(to)) for to in (local, whole)
            )
            self.blocks = nn.ModuleList(
                nn.Sequential(_fast_fourier(local, whole), _fast_fourier(local, whole)) for _ in range(blocks)
            )
            end = []
            for index in (2, 1, 0):
                to = width * 2**index
                end += [nn.ConvTranspose2d(2 * to, to, 3, 2, 1, 1), _finished(to)]
            self.end = nn.Sequential(*end, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())

        def forward(self, x):
            x = self.start(x)
            parts = tuple(down(x) for down in self.down)
            for block in self.blocks:
                parts = tuple(a + b for a, b in zip(parts, block(parts), strict=True))
            return self.end(torch.cat(parts, 1))

    return Generator()
