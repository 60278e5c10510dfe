"""Does SEGAN clean speech better than Wiener's filter? Recorded speech, 16 kHz, with added noise.

    apt-get download asterisk-core-sounds-en-g722 asterisk-core-sounds-fr-g722
    dpkg -x asterisk-core-sounds-en-g722_*.deb speech && dpkg -x asterisk-core-sounds-fr-g722_*.deb voices
    python benchmarks/quality/segan.py speech --voices voices --seconds 330

Speech is one English voice's, nine tenths of its clips for training; noise is white, pink, and six clips at once of
another, French voice (other clips of hers for training than for testing), at 15, 10, 5 and 0 dB in training and 17.5,
12.5, 7.5 and 2.5 in testing, as in the paper. Printed, over the held-out clips and by kind of noise: segmental SNR and
log-spectral distance of the noisy clips, of Wiener's filter, which learns the noise from a quarter of a second before
the speech, and of SEGAN. Networks have eight of the paper's eleven layers and a quarter of its filters, for windows of
an eighth of a second: in these minutes they learn more than larger ones. Clips are written to `--sounds`.
"""

import argparse
import itertools
from pathlib import Path

import keras
import numpy as np
from handwritten import minutes_spent
from noisy_speech import KINDS, clips, mixed, wiener

from kgan import SEGAN
from kgan.data.sounds.sound_files import write_sound
from kgan.data.sounds.windows import pre_emphasize, windows
from kgan.metrics.log_spectral_distance import log_spectral_distance
from kgan.metrics.segmental_snr import segmental_snr
from kgan.networks import segan
from kgan.tasks.speech.enhancing import enhance

IN_TRAINING, IN_TESTING = (15, 10, 5, 0), (17.5, 12.5, 7.5, 2.5)
REFERENCE = 8


def pairs(recordings, voices, ratios, seed, rounds=1):
    """(kind, noisy, clean) of each recording in turn, with kinds and ratios in turn."""
    random = np.random.default_rng(seed)
    asked = itertools.cycle(itertools.product(ratios, KINDS))
    for clean in recordings * rounds:
        decibels, kind = next(asked)
        yield kind, *mixed(clean, kind, decibels, random, voices)


def trained(found, flags):
    """A model after as many seconds of the processor."""
    cut = [
        np.concatenate(
            [windows(pre_emphasize(pair[which]), flags.length, flags.length // 2) for pair in found]
        )
        for which in (1, 2)
    ]
    order = np.random.default_rng(flags.seed).permutation(len(cut[0]))
    noisy, clean = cut[0][order], cut[1][order]
    filters = [max(4, count // flags.divide) for count in segan.FILTERS[: flags.layers]]
    keras.utils.set_random_seed(flags.seed)
    model = SEGAN(
        segan.generator(flags.length, filters),
        segan.discriminator((noisy[:REFERENCE], clean[:REFERENCE]), filters),
    )
    rates = (
        {}
        if flags.paper_rate
        else {
            "generator_optimizer": keras.optimizers.Adam(flags.rate, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(flags.rate, beta_1=0.5),
        }
    )
    model.compile(seed=flags.seed, ema_half_life=40 * flags.batch, **rates)
    print(f"{len(noisy)} windows, {model.generator.count_params():,} parameters", flush=True)
    start, steps = minutes_spent(), 0
    while (spent := (minutes_spent() - start) * 60) < flags.seconds:
        chosen = np.arange(steps * flags.batch, (steps + 25) * flags.batch) % len(noisy)
        logs = model.fit(noisy[chosen], clean[chosen], batch_size=flags.batch, verbose=0).history
        steps += 25
        if steps % 100 == 0:
            print(f"{steps} steps, {spent:.0f} s, l1 {logs['generator/l1'][-1]:.4f}", flush=True)
    print(f"{steps} steps of {flags.batch}", flush=True)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("speech", help="folder of .g722 or .wav files")
    parser.add_argument("--voices", required=True, help="folder of another voice's, for babble")
    parser.add_argument("--seconds", type=float, default=330, help="of the processor, for training")
    parser.add_argument("--length", type=int, default=2048)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--divide", type=int, default=4, help="what the paper's filters are divided by")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--paper-rate", action="store_true", help="RMSprop at 0.0002, as in the paper")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sounds", default="runs/quality-segan")
    flags, start = parser.parse_args(), minutes_spent()
    speech, others = clips(flags.speech), clips(flags.voices)
    apart, of_others = len(speech) // 10, len(others) // 10
    model = trained(list(pairs(speech[apart:], others[of_others:], IN_TRAINING, flags.seed, rounds=2)), flags)
    scores = {kind: [] for kind in KINDS}
    for index, (kind, noisy, clean) in enumerate(
        pairs(speech[:apart], others[:of_others], IN_TESTING, seed=1000)
    ):
        cleaned = {"noisy": noisy, "Wiener": wiener(noisy), "SEGAN": enhance(model, noisy)}
        scores[kind].append([
            (segmental_snr(clean, one), log_spectral_distance(clean, one)) for one in cleaned.values()
        ])  # fmt: skip
        for name, wave in {**cleaned, "clean": clean}.items() if index < 6 else ():
            write_sound(Path(flags.sounds, f"{index}-{kind}-{name}.wav"), wave)
    scores["all"] = list(itertools.chain(*scores.values()))
    for kind, found in scores.items():
        means = np.mean(found, axis=0)
        told = [
            f"{name} {one[0]:.2f} dB, {one[1]:.2f} dB"
            for name, one in zip(("noisy", "Wiener", "SEGAN"), means, strict=True)
        ]
        print(f"{kind}, {len(found)} clips, segmental SNR and log-spectral distance: {'; '.join(told)}")
    print(f"{minutes_spent() - start:.1f} minutes; clips in {flags.sounds}")
