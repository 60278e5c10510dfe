"""Adversarial schemes, one a file."""

# A saved scheme's networks may contain any of these layers: loading it finds them registered.
from kgan import layers  # noqa: F401
from kgan.layers import lab_colors  # noqa: F401
from kgan.networks import unet  # noqa: F401
from kgan.networks.parts import any_size  # noqa: F401
from kgan.schemes.began import BEGAN
from kgan.schemes.conditional_gan import ConditionalGAN
from kgan.schemes.context_encoder import ContextEncoder
from kgan.schemes.cyclegan import CycleGAN
from kgan.schemes.discogan import DiscoGAN
from kgan.schemes.dragan import DRAGAN
from kgan.schemes.dualgan import DualGAN
from kgan.schemes.esrgan import ESRGAN
from kgan.schemes.free_form_inpainting import FreeFormInpainting
from kgan.schemes.gan import GAN
from kgan.schemes.lsgan import LSGAN
from kgan.schemes.pix2pix import Pix2Pix
from kgan.schemes.srgan import SRGAN
from kgan.schemes.super_resolution import SuperResolution
from kgan.schemes.wgan import WGAN
from kgan.schemes.wgangp import WGANGP

__all__ = [
    "BEGAN",
    "ConditionalGAN",
    "ContextEncoder",
    "CycleGAN",
    "DRAGAN",
    "DiscoGAN",
    "DualGAN",
    "ESRGAN",
    "FreeFormInpainting",
    "GAN",
    "LSGAN",
    "Pix2Pix",
    "SRGAN",
    "SuperResolution",
    "WGAN",
    "WGANGP",
]
