"""A small game of plain numbers on whatever backend there is, and the names that both sides of the contract have."""

import keras
import numpy as np
from keras import ops

from kgan import GAN, backend
from kgan.backend.contract import SIDES, Backend, Batch, Game, Moment
from kgan.networks import mlp


class Tug:
    """D holds a number d, G a number g, and made is g + x. D minimizes (d - made)**2, G minimizes (made - 2 d)**2."""

    def __init__(self):
        self.numbers = {"discriminator": keras.Variable(1.0), "generator": keras.Variable(3.0)}
        self.optimizers = {
            side: backend.prepare_optimizer(keras.optimizers.SGD(0.1), side, [variable], half=False)
            for side, variable in self.numbers.items()
        }
        self.told, self.turns = [], []

    def read(self, data):
        return {"x": data}

    def check(self, data):
        self.told.append("check")

    def make(self, batch, moment):
        self.turns.append(int(moment.turn))
        return {"made": self.numbers["generator"] + ops.mean(batch["x"])}

    def view(self, batch, generated, moment):
        return generated

    def total(self, side, batch, generated, moment):
        d = self.numbers["discriminator"]
        away = d - generated["made"] if side == "discriminator" else generated["made"] - 2.0 * d
        return ops.square(away), {f"{side}/away": ops.square(away)}

    def variables_of(self, side):
        return [self.numbers[side]]

    def optimizer_of(self, side):
        return self.optimizers[side]

    def before_update(self, side):
        self.told.append(f"before {side}")

    def after_update(self, side, batch):
        self.told.append(f"after {side}")

    def evaluate(self, batch):
        assert batch.moment.evaluating
        made = self.make(batch, batch.moment)
        return {side: self.total(side, batch, made, batch.moment)[0] for side in SIDES}

    def finish(self, logs, evaluating):
        self.told.append("finish")
        return logs


class Player(backend.Trainer):
    """What `keras.Model` is to a scheme, for a game that is none."""

    class distribute_strategy:
        num_replicas_in_sync = 1


def play(discriminator_steps=1, fresh=False):
    game, player = Tug(), Player()
    player.play(game, [], discriminator_steps, fresh, jit_compile=False, run_eagerly=True)
    return game, player


def x(*values):
    return ops.convert_to_tensor(np.array(values, "float32"))


def test_a_shared_turn_moves_d_and_then_g_against_the_new_d():
    game, player = play()
    logs = player.train_step(x(1.0, 2.0))
    # made = 3 + 1.5 = 4.5; d <- 1 - 0.1 * 2 (1 - 4.5) = 1.7; g <- 3 - 0.1 * 2 (4.5 - 3.4) = 2.78
    assert float(game.numbers["discriminator"]) == np.float32(1.7)
    np.testing.assert_allclose(float(game.numbers["generator"]), 2.78, rtol=1e-6)
    np.testing.assert_allclose(float(logs["discriminator/away"]), 3.5**2, rtol=1e-6)
    np.testing.assert_allclose(float(logs["generator/away"]), 1.1**2, rtol=1e-6)
    np.testing.assert_allclose(float(logs["discriminator/gradient_norm"]), 7.0, rtol=1e-6)
    assert game.told == [
        *("before discriminator", "after discriminator"),
        *("before generator", "after generator", "finish"),
    ]


def test_two_turns_of_d_and_a_fresh_one_of_g():
    game, player = play(discriminator_steps=2, fresh=True)
    player.train_step({"turns": (x(0.0), x(1.0), x(2.0))})
    # d: 1 -> 1 + 0.2 (3 - 1) = 1.4 -> 1.4 + 0.2 (4 - 1.4) = 1.92; g: 3 - 0.2 (5 - 3.84) = 2.768
    np.testing.assert_allclose(float(game.numbers["discriminator"]), 1.92, rtol=1e-6)
    np.testing.assert_allclose(float(game.numbers["generator"]), 2.768, rtol=1e-6)
    assert game.turns == [0, 1, 2]


def test_evaluation_moves_nothing():
    game, player = play()
    logs = player.test_step(x(1.0, 2.0))
    assert float(logs["discriminator"]) == np.float32(3.5**2)
    assert [float(variable) for variable in game.numbers.values()] == [1.0, 3.0]


def test_both_keep_the_contract():
    assert isinstance(backend, Backend)
    model = GAN(
        mlp.generator(None, channels=2, latent_size=4, width=2, depth=1),
        mlp.discriminator(None, channels=2, width=2, depth=1),
        latent_size=4,
    )
    assert isinstance(model.game, Game)
    assert isinstance(Tug(), Game)
    names = [name for name in vars(Game) if not name.startswith("_")]
    assert len(names) <= 12


def test_a_batch_knows_its_moment_and_hands_it_on():
    batch = Batch({"x": 1}, Moment(turn=3))
    assert Batch(batch).moment.turn == 3
    assert Batch({"x": 1}).moment == Moment()
