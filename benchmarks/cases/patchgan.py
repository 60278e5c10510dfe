"""The 70x70 PatchGAN in PyTorch, of pix2pix (batch norm, pairs) and of CycleGAN (instance norm, one image)."""


def torch_patchgan(channels, width, normalization):
    """A map of logits.

    Args:
        channels: that it sees.
        width: features of the first layer.
        normalization: `nn.BatchNorm2d` or `nn.InstanceNorm2d`; with batch norm, no biases before it.
    """
    from torch import nn

    biased = normalization is not nn.BatchNorm2d
    layers, size = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, True)], width
    for strides in (2, 2, 1):
        layers += [nn.Conv2d(size, 2 * size, 4, strides, 1, bias=biased), normalization(2 * size)]
        layers += [nn.LeakyReLU(0.2, True)]
        size *= 2
    return nn.Sequential(*layers, nn.Conv2d(size, 1, 4, 1, 1))
