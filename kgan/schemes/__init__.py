"""Adversarial schemes, one a file."""

from kgan.schemes.began import BEGAN
from kgan.schemes.conditional_gan import ConditionalGAN
from kgan.schemes.cyclegan import CycleGAN
from kgan.schemes.dragan import DRAGAN
from kgan.schemes.gan import GAN
from kgan.schemes.lsgan import LSGAN
from kgan.schemes.pix2pix import Pix2Pix
from kgan.schemes.wgan import WGAN
from kgan.schemes.wgangp import WGANGP

__all__ = ["BEGAN", "DRAGAN", "GAN", "LSGAN", "WGAN", "WGANGP", "ConditionalGAN", "CycleGAN", "Pix2Pix"]
