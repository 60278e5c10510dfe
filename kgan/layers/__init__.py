"""Layers that papers name and Keras lacks, one a file."""

from kgan.layers.bicubic_upsampling import BicubicUpsampling2D
from kgan.layers.channelwise_dense import ChannelwiseDense
from kgan.layers.conditional_batch_normalization import ConditionalBatchNormalization
from kgan.layers.diff_augment import DiffAugment, diff_augment
from kgan.layers.gated_convolution import GatedConv2D
from kgan.layers.label_planes import LabelPlanes
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.layers.partial_convolution import PartialConv2D
from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.layers.reflection_padding import ReflectionPadding2D
from kgan.layers.smooth_fill import SmoothFill
from kgan.layers.spectral_normalization import SpectralNormalization

__all__ = [
    "BicubicUpsampling2D",
    "ChannelwiseDense",
    "ConditionalBatchNormalization",
    "DiffAugment",
    "GatedConv2D",
    "LabelPlanes",
    "MinibatchStandardDeviation",
    "PartialConv2D",
    "PixelShuffle",
    "ReflectionPadding2D",
    "SmoothFill",
    "SpectralNormalization",
    "diff_augment",
]
