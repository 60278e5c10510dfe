"""Adversarial schemes, one a file, a folder a task. A line here makes one known: to kgan, and to the command line.

No networks, no data, no flags.
"""

from kgan import SCHEMES
from kgan.schemes.active_learning.vaal import VAAL
from kgan.schemes.adaptation.adda import ADDA
from kgan.schemes.adaptation.dann import DANN
from kgan.schemes.fairness.adversarial_debiasing import AdversarialDebiasing
from kgan.schemes.generation.acgan import ACGAN
from kgan.schemes.generation.began import BEGAN
from kgan.schemes.generation.conditional_gan import ConditionalGAN
from kgan.schemes.generation.dragan import DRAGAN
from kgan.schemes.generation.gan import GAN
from kgan.schemes.generation.gran import GRAN
from kgan.schemes.generation.lapgan import LAPGAN
from kgan.schemes.generation.lsgan import LSGAN
from kgan.schemes.generation.progressive_gan import ProgressiveGAN
from kgan.schemes.generation.r3gan import R3GAN
from kgan.schemes.generation.stylegan2 import StyleGAN2
from kgan.schemes.generation.wgan import WGAN
from kgan.schemes.generation.wgangp import WGANGP
from kgan.schemes.inpainting.context_encoder import ContextEncoder
from kgan.schemes.inpainting.free_form_inpainting import FreeFormInpainting
from kgan.schemes.inpainting.lama import LaMa
from kgan.schemes.representation.bigan import BiGAN
from kgan.schemes.representation.infogan import InfoGAN
from kgan.schemes.representation.ppgn import PPGN
from kgan.schemes.representation.semi_supervised_gan import SemiSupervisedGAN
from kgan.schemes.representation.tagging_gan import TaggingGAN
from kgan.schemes.speech.segan import SEGAN
from kgan.schemes.super_resolution.esrgan import ESRGAN
from kgan.schemes.super_resolution.srgan import SRGAN
from kgan.schemes.super_resolution.super_resolution import SuperResolution
from kgan.schemes.text.damsm import DAMSM
from kgan.schemes.text.dfgan import DFGAN
from kgan.schemes.text.dmgan import DMGAN
from kgan.schemes.text.gancls import GANCLS
from kgan.schemes.text.joint_embedding import JointEmbedding
from kgan.schemes.text.stackgan import StackGAN
from kgan.schemes.translation.cut import CUT
from kgan.schemes.translation.cyclegan import CycleGAN
from kgan.schemes.translation.discogan import DiscoGAN
from kgan.schemes.translation.dualgan import DualGAN
from kgan.schemes.translation.fastcut import FastCUT
from kgan.schemes.translation.pix2pix import Pix2Pix
from kgan.schemes.translation.scene_hallucination import SceneHallucination
from kgan.schemes.translation.spade import SPADE
from kgan.schemes.video.video_gan import VideoGAN
from kgan.schemes.video.video_prediction import VideoPredictionGAN

__all__ = list(SCHEMES)
