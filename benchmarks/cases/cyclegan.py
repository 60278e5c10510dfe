"""CycleGAN at 128x128, batch 1: two generators of six blocks, two 70x70 patch discriminators, identity, pools."""

import random
from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.patchgan import torch_patchgan


@dataclass
class CycleGan128:
    name = "cyclegan128"
    batch: int = 1
    size: int = 128
    width: int = 64
    blocks: int = 6

    tiny = {"size": 32, "width": 4, "blocks": 1}

    def kgan(self):
        from kgan.networks import patchgan, translation_resnet
        from kgan.schemes.translation.cyclegan import CycleGAN

        networks = [translation_resnet.generator(width=self.width, blocks=self.blocks) for _ in "ab"]
        networks += [patchgan.discriminator(width=self.width, normalization="instance") for _ in "ab"]
        model = CycleGAN(*networks, image_size=(self.size, self.size))
        model.compile()
        batch = {"a": pictures(self.batch, self.size), "b": pictures(self.batch, self.size, 1)}
        return kgan_step(model, batch), keras_parameters(*networks)

    def torch(self, memory_format):
        import itertools

        import torch
        from torch import nn

        a_to_b, b_to_a = (
            torch_generator(self.width, self.blocks).to(memory_format=memory_format) for _ in "ab"
        )
        judge_a, judge_b = (
            torch_patchgan(3, self.width, nn.InstanceNorm2d).to(memory_format=memory_format) for _ in "ab"
        )
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(itertools.chain(a_to_b.parameters(), b_to_a.parameters()), **adam)
        of_discriminator = torch.optim.Adam(
            itertools.chain(judge_a.parameters(), judge_b.parameters()), **adam
        )
        a = as_torch(pictures(self.batch, self.size), memory_format)
        b = as_torch(pictures(self.batch, self.size, 1), memory_format)
        pools = {"a": Pool(50), "b": Pool(50)}
        l1, l2 = nn.functional.l1_loss, nn.functional.mse_loss

        def towards(logits, value):
            return l2(logits, torch.full_like(logits, value))

        def step():
            fake_b, fake_a = a_to_b(a), b_to_a(b)
            cycled_a, cycled_b = b_to_a(fake_b), a_to_b(fake_a)
            same_a, same_b = b_to_a(a), a_to_b(b)
            of_discriminator.zero_grad()
            loss = 0.0
            for judge, real, fake, pool in ((judge_a, a, fake_a, "a"), (judge_b, b, fake_b, "b")):
                shown = pools[pool].exchange(fake.detach())
                loss = loss + 0.5 * (towards(judge(real), 1.0) + towards(judge(shown), 0.0))
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            for judge in (judge_a, judge_b):
                judge.requires_grad_(False)
            total = towards(judge_a(fake_a), 1.0) + towards(judge_b(fake_b), 1.0)
            total = total + 10.0 * (l1(cycled_a, a) + l1(cycled_b, b)) + 5.0 * (l1(same_a, a) + l1(same_b, b))
            total.backward()
            for judge in (judge_a, judge_b):
                judge.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(a_to_b, b_to_a, judge_a, judge_b)


class Pool:
    """Shows half of the images as they come, half exchanged for older ones."""

    def __init__(self, size):
        self.size, self.images = size, []

    def exchange(self, images):
        import torch

        shown = []
        for image in images.split(1):
            if len(self.images) < self.size:
                self.images.append(image)
            elif random.random() < 0.5:
                place = random.randrange(self.size)
                image, self.images[place] = self.images[place], image
            shown.append(image)
        return torch.cat(shown)


def torch_generator(width, blocks):
    """CycleGAN's residual generator in PyTorch."""
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            size, layers = 4 * width, []
            for half in range(2):
                layers += [nn.ReflectionPad2d(1), nn.Conv2d(size, size, 3), nn.InstanceNorm2d(size)]
                layers += [] if half else [nn.ReLU(True)]
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            return x + self.layers(x)

    def finished(convolution):
        return [convolution, nn.InstanceNorm2d(convolution.out_channels), nn.ReLU(True)]

    layers = [nn.ReflectionPad2d(3), *finished(nn.Conv2d(3, width, 7))]
    for size in (width, 2 * width):
        layers += finished(nn.Conv2d(size, 2 * size, 3, 2, 1))
    layers += [Block() for _ in range(blocks)]
    for size in (4 * width, 2 * width):
        layers += finished(nn.ConvTranspose2d(size, size // 2, 3, 2, 1, output_padding=1))
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())
