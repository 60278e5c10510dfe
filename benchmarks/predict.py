"""Seconds to enlarge a 512x512 photograph four times: kgan's exported model beside PyTorch, in one run.

    python benchmarks/predict.py [--rounds 5] [--steps 1] [--threads 2] [--processor-time] [--size 512]

Needs PyTorch (`pip install torch`). SRResNet with 16 blocks of 64 features, 8-bit pixels in and out on both sides:
the `uint8` signature of `kgan.export`, served by TensorFlow alone, and PyTorch's `inference_mode` in whichever memory
format is faster, with the same weights; the pictures are compared. Below 1, kgan is faster.
"""

import argparse
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from cases.case import keras_parameters, require_equal, torch_parameters
from cases.srgan import torch_generator
from timing import add_arguments, compare, start


def photograph(size):
    """The astronaut of scikit-image, `(1, size, size, 3)` uint8."""
    from skimage.data import astronaut

    return astronaut()[None, :size, :size]


def copy_weights(network, module):
    """Weights of a Keras SRResNet into PyTorch's, layer by layer."""
    import keras
    import torch
    from torch import nn

    kinds = (keras.layers.Conv2D, keras.layers.BatchNormalization, keras.layers.PReLU)
    ours = [layer for layer in network.layers if isinstance(layer, kinds)]
    theirs = [part for part in module.modules() if isinstance(part, nn.Conv2d | nn.BatchNorm2d | nn.PReLU)]
    with torch.no_grad():
        for layer, part in zip(ours, theirs, strict=True):
            values = [torch.from_numpy(np.array(value)) for value in layer.get_weights()]
            if isinstance(part, nn.Conv2d):
                kernel, bias = values[0].permute(3, 2, 0, 1), values[1]
                if layer.name.startswith("up_"):  # TensorFlow's order of sub-pixels to PyTorch's.
                    order = torch.arange(len(bias)).reshape(4, -1).T.flatten()
                    kernel, bias = kernel[order], bias[order]
                values = [kernel, bias]
            names = ["weight", "bias", "running_mean", "running_var"]
            for name, value in zip(names, values, strict=False):
                getattr(part, name).copy_(value.reshape(getattr(part, name).shape))


def kgan_step(network, pixels, folder):
    """A call of the exported model."""
    import tensorflow as tf

    from kgan.export.savedmodel import export
    from kgan.schemes.super_resolution.super_resolution import SuperResolution

    served = tf.saved_model.load(str(export(SuperResolution(network), folder)))
    call, pixels = served.signatures["uint8"], tf.constant(pixels)
    keep = [served]  # A signature alone does not keep its variables.
    return lambda: next(iter(call(pixels).values())).numpy() if keep else None


def torch_step(module, pixels, memory_format):
    """The same in PyTorch."""
    import torch

    module = module.eval().to(memory_format=memory_format)
    pixels = torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())

    def step():
        with torch.inference_mode():
            image = (pixels.float() / 127.5 - 1).contiguous(memory_format=memory_format)
            image = ((module(image).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
            return image.permute(0, 2, 3, 1).contiguous().numpy()

    return step


def row(size, width, blocks, **timing):
    """The row of one network and photograph."""
    import keras

    from kgan.networks import srresnet

    keras.utils.set_random_seed(0)
    network = srresnet.generator(4, width=width, blocks=blocks)
    pixels = photograph(size)
    with tempfile.TemporaryDirectory() as folder:
        ours = kgan_step(network, pixels, os.path.join(folder, "model"))

        def theirs(memory_format):
            module = torch_generator(width, blocks)
            require_equal(keras_parameters(network), torch_parameters(module), "SRResNet")
            copy_weights(network, module)
            step = torch_step(module, pixels, memory_format)
            difference = np.abs(ours().astype(int) - step().astype(int)).max()
            if difference > 1:
                raise ValueError(
                    f"SRResNet: expected the same picture, found pixels that differ by {difference}."
                )
            return step

        return compare(f"SRResNet x4 {size}", ours, theirs, **timing)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, rounds=5, steps=1)
    parser.add_argument("--size", type=int, default=512)
    arguments = parser.parse_args()
    print(row(arguments.size, 64, 16, **start(arguments)))


if __name__ == "__main__":
    main()
