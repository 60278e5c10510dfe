"""CUT at 128x128, batch 1: a generator of six blocks, heads of five layers, a 70x70 patch discriminator."""

from dataclasses import dataclass

from cases.case import as_torch, keras_parameters, kgan_step, pictures, torch_parameters
from cases.cyclegan import torch_generator
from cases.patchgan import torch_patchgan

PATCHES, VECTOR, TEMPERATURE = 256, 256, 0.07


@dataclass
class Cut128:
    name = "cut128"
    batch: int = 1
    size: int = 128
    width: int = 64
    blocks: int = 6

    tiny = {"size": 32, "width": 4, "blocks": 1}

    @property
    def middle(self):
        """The block whose features count last: five of nine."""
        return (self.blocks + 1) // 2

    def kgan(self):
        from kgan.networks import patch_heads, patchgan, translation_resnet
        from kgan.schemes.translation.cut import CUT

        generator = translation_resnet.generator(width=self.width, blocks=self.blocks)
        names = dict.fromkeys(("source", "down_1", "down_2", "block_1", f"block_{self.middle}"))
        heads = patch_heads.heads_of(generator, names, VECTOR)
        judge = patchgan.discriminator(width=self.width, normalization="instance")
        model = CUT(generator, judge, heads, patches=PATCHES, temperature=TEMPERATURE)
        model.compile()
        batch = {"a": pictures(self.batch, self.size), "b": pictures(self.batch, self.size, 1)}
        return kgan_step(model, batch), keras_parameters(generator, heads, judge)

    def torch(self, memory_format):
        import torch
        from torch import nn

        generator = torch_generator(self.width, self.blocks).to(memory_format=memory_format)
        judge = torch_patchgan(3, self.width, nn.InstanceNorm2d).to(memory_format=memory_format)
        # Of its layers: the convolutions that shrink are the fifth and the eighth, the first block is the eleventh.
        first = 10
        taps = {4: 2 * self.width, 7: 4 * self.width}
        taps |= dict.fromkeys((first, first + self.middle - 1), 4 * self.width)
        heads = nn.ModuleList(
            nn.Sequential(nn.Linear(channels, VECTOR), nn.ReLU(), nn.Linear(VECTOR, VECTOR))
            for channels in (3, *taps.values())
        )
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam([*generator.parameters(), *heads.parameters()], **adam)
        of_discriminator = torch.optim.Adam(judge.parameters(), **adam)
        a = as_torch(pictures(self.batch, self.size), memory_format)
        b = as_torch(pictures(self.batch, self.size, 1), memory_format)

        def passed(x, last=None):
            """What the generator makes, and features on the way; no further than `last`, if that is named."""
            features = [x]
            for index, layer in enumerate(generator):
                x = layer(x)
                if index in taps:
                    features.append(x)
                if index == last:
                    break
            return x, features

        def vectors(features, places):
            found = []
            for head, x, chosen in zip(heads, features, places, strict=True):
                x = x.flatten(2).transpose(1, 2)
                x = torch.gather(x, 1, chosen[..., None].expand(-1, -1, x.shape[-1]))
                found.append(nn.functional.normalize(head(x), dim=-1))
            return found

        def nce(keys, queries):
            places = [
                torch.rand(x.shape[0], x[0, 0].numel()).topk(min(PATCHES, x[0, 0].numel())).indices
                for x in keys
            ]
            with torch.no_grad():
                keys = vectors(keys, places)
            total = 0.0
            for key, query in zip(keys, vectors(queries, places), strict=True):
                scores = query @ key.transpose(1, 2) / TEMPERATURE
                own = torch.arange(scores.shape[1]).repeat(scores.shape[0])
                total = total + nn.functional.cross_entropy(scores.flatten(0, 1), own)
            return total / len(keys)

        def towards(logits, value):
            return nn.functional.mse_loss(logits, torch.full_like(logits, value))

        def step():
            fake, of_a = passed(a)
            same, of_b = passed(b)
            of_discriminator.zero_grad()
            loss = 0.5 * (towards(judge(b), 1.0) + towards(judge(fake.detach()), 0.0))
            loss.backward()
            of_discriminator.step()
            of_generator.zero_grad()
            judge.requires_grad_(False)
            last = max(taps)
            total = towards(judge(fake), 1.0) + 0.5 * nce(of_a, passed(fake, last)[1])
            total = total + 0.5 * nce(of_b, passed(same, last)[1])
            total.backward()
            judge.requires_grad_(True)
            of_generator.step()
            return float(loss.detach())

        return step, torch_parameters(generator, heads, judge)
