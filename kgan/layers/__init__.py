"""Layers that papers name and Keras lacks, one a file."""

from kgan.layers.batch_normalization import BatchNormalization
from kgan.layers.bicubic_upsampling import BicubicUpsampling2D
from kgan.layers.bilinear_doubling import BilinearDoubling
from kgan.layers.caption_tokens import CaptionTokens
from kgan.layers.channelwise_dense import ChannelwiseDense
from kgan.layers.conditional_batch_normalization import ConditionalBatchNormalization
from kgan.layers.diff_augment import DiffAugment, diff_augment
from kgan.layers.dropped_maps import DroppedMaps
from kgan.layers.dynamic_memory import DynamicMemory
from kgan.layers.equalized import EqualizedConv2D, EqualizedDense
from kgan.layers.fade_in import FadeIn
from kgan.layers.fourier_unit import FourierUnit
from kgan.layers.gated_convolution import GatedConv2D
from kgan.layers.grouped_convolution import GroupedConv2D
from kgan.layers.instance_normalization import InstanceNormalization
from kgan.layers.label_maps import AttributePlanes, OneHotPlanes, SpatialModulation
from kgan.layers.label_planes import LabelPlanes
from kgan.layers.laplacian_pyramid import FromLaplacianPyramid, HalfSize, LaplacianPyramid
from kgan.layers.learned_grid import GridSum, LearnedGrid
from kgan.layers.masked_mean import MaskedMean
from kgan.layers.minibatch_discrimination import MinibatchDiscrimination
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.layers.modulated_convolution import LearnedConstant, ModulatedConv2D, NoisyLeaky, PartOf, UnitLength
from kgan.layers.nearest_upsampling import NearestUpsampling
from kgan.layers.partial_convolution import PartialConv2D
from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.layers.positive_gradient import PositiveGradient
from kgan.layers.reflection_padding import ReflectionPadding2D
from kgan.layers.rowwise_convolution import RowwiseConv2D
from kgan.layers.sharpened_sigmoid import SharpenedSigmoid
from kgan.layers.smooth_fill import SmoothFill
from kgan.layers.spectral_normalization import SpectralNormalization
from kgan.layers.text_affine import TextAffine
from kgan.layers.virtual_batch_normalization import (
    ReferenceBatch,
    VirtualBatchNormalization,
    WithoutReference,
)

__all__ = [
    "AttributePlanes",
    "BatchNormalization",
    "BicubicUpsampling2D",
    "BilinearDoubling",
    "CaptionTokens",
    "ChannelwiseDense",
    "ConditionalBatchNormalization",
    "DiffAugment",
    "DroppedMaps",
    "DynamicMemory",
    "EqualizedConv2D",
    "EqualizedDense",
    "FadeIn",
    "FourierUnit",
    "FromLaplacianPyramid",
    "GatedConv2D",
    "GridSum",
    "GroupedConv2D",
    "HalfSize",
    "InstanceNormalization",
    "LabelPlanes",
    "LaplacianPyramid",
    "LearnedConstant",
    "LearnedGrid",
    "MaskedMean",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ModulatedConv2D",
    "NearestUpsampling",
    "NoisyLeaky",
    "OneHotPlanes",
    "PartOf",
    "PartialConv2D",
    "PixelShuffle",
    "PositiveGradient",
    "ReferenceBatch",
    "ReflectionPadding2D",
    "RowwiseConv2D",
    "SharpenedSigmoid",
    "SpatialModulation",
    "SpectralNormalization",
    "SmoothFill",
    "TextAffine",
    "UnitLength",
    "VirtualBatchNormalization",
    "WithoutReference",
    "diff_augment",
]
