"""A ring of eight Gaussians: does each loss learn all modes, and nothing between them?

Radius 1, sigma 0.02. A sample counts where it lies within three sigma of a mode; nothing is granted for what the
penalty blurs, as with these weights it blurs too little to matter.
"""

import time

import keras
import numpy as np
import pytest

from kgan import GAN, WGANGP, penalties
from kgan.networks import mlp
from kgan.schedules import LinearDecay

SIGMA = 0.02
ANGLES = np.arange(8) * np.pi / 4
MODES = np.stack([np.cos(ANGLES), np.sin(ANGLES)], -1)
STEPS, BATCH = 7000, 64


def ring(count, seed):
    random = np.random.default_rng(seed)
    return (MODES[random.integers(0, 8, count)] + SIGMA * random.normal(size=(count, 2))).astype("float32")


def trained(scheme, seed, **arguments):
    """Samples of a small network, and the seconds that training took."""
    keras.utils.set_random_seed(seed)
    model = scheme(
        mlp.generator(None, channels=2, latent_size=2, width=64, depth=5),
        mlp.discriminator(None, channels=2, width=64, depth=3),
        latent_size=2,
    )
    start = time.perf_counter()
    rate = {"beta_1": 0.5, "beta_2": 0.99}
    model.compile(
        generator_optimizer=keras.optimizers.Adam(LinearDecay(3e-3, STEPS // 2, STEPS + 1), **rate),
        discriminator_optimizer=keras.optimizers.Adam(LinearDecay(3e-3, STEPS // 2, STEPS + 1), **rate),
        ema_decay=0.99,
        seed=seed,
        steps_per_execution=50,
        **arguments,
    )
    model.fit(ring(STEPS * BATCH, seed), batch_size=BATCH, verbose=0)
    seconds = time.perf_counter() - start
    return model.sample(10_000, seed=1, batch_size=2500), seconds


def shares(samples, radius):
    """The share of all samples that lies within `radius` of each mode."""
    distances = np.linalg.norm(samples[:, None] - MODES, axis=-1)
    near = distances.argmin(1)[distances.min(1) < radius]
    return np.bincount(near, minlength=8) / len(samples)


def check(samples):
    found = shares(samples, 3 * SIGMA)
    assert found.sum() >= 0.9, f"{found.sum():.1%} of samples near a mode; by mode {np.round(found, 3)}"
    assert (found >= 0.03).sum() >= 7, f"modes: {np.round(found, 3)}"
    assert found[found > 0.005].min() >= 0.03, f"a mode that is hardly there: {np.round(found, 3)}"


def test_the_measure():
    check(ring(10_000, 3))
    with pytest.raises(AssertionError, match="near a mode"):
        check(np.random.default_rng(0).normal(size=(10_000, 2)))
    with pytest.raises(AssertionError, match="modes"):
        check(ring(10_000, 3)[:1].repeat(10_000, 0))


R1 = {
    "non-saturating": 0.02,
    "hinge": 0.02,
    "relativistic": 0.02,
    "relativistic-average": 0.02,
    "minimax": 0.02,
}
PENALTIES = {name: penalties.R1(weight=weight) for name, weight in R1.items()} | {
    "least-squares": penalties.R1(weight=0.1),
    "wasserstein": penalties.WGANGP(weight=0.1),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", sorted(PENALTIES))
def test_each_loss_learns_the_ring(loss, seed):
    samples, seconds = trained(GAN, seed, loss=loss, penalty=PENALTIES[loss])
    check(samples)
    assert seconds < 60  # 8 to 14 where nothing else computes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_wgan_gp_learns_the_ring(seed):
    samples, seconds = trained(WGANGP, seed, penalty=penalties.WGANGP(weight=1.0), discriminator_steps=1)
    check(samples)
    assert seconds < 60  # 8 to 14 where nothing else computes


@pytest.mark.slow
def test_minimax_without_a_penalty_may_fail():
    """The saturating game without help: whatever comes out is finite, and usually short of the ring."""
    samples, _ = trained(GAN, 0, loss="minimax", penalty=())
    found = shares(samples, 3 * SIGMA)
    assert np.isfinite(samples).all()
    print(f"minimax without a penalty: {found.sum():.1%} near a mode, {(found >= 0.03).sum()} modes")
