"""The model of loops on real switching loops of PbZr0.2Ti0.8O3."""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.lstm import AUTHORS_LOSS, BETA, LATENT, linear_loss
from ferrotune.loop_vae.architecture import LoopArchitecture
from ferrotune.loop_vae.training import LoopTraining, loop_loss, train_loops
from ferrotune.loops.branches import branches_of
from ferrotune.loops.physical_sense import impossible

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "beps_pzt.npz"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason=f"no real loops: {DATA} is missing")


@pytest.fixture(scope="module")
def real():
    """Piezoresponse (site, step) and voltage (step,)."""
    data = np.load(DATA)
    return data["piezoresponse"], data["voltage"]


def test_the_authors_loss_is_reached_soon(real):
    """On every fourth loop, in seconds; a linear model of as many variables has 0.0111 in closed form."""
    loops, voltage = real[0][::4], real[1]
    branches = branches_of(voltage)
    sizes = tuple(map(int, branches.length)), tuple(map(int, branches.direction))
    architecture = LoopArchitecture(len(voltage), *sizes, latent=LATENT)
    how = LoopTraining(epochs=40, batch=100, beta=BETA, learning_rate=1e-2, patience=None)
    loss, error, divergence = loop_loss(
        train_loops(loops, voltage, architecture, how, 0).net, torch.from_numpy(loops), BETA
    )
    assert loss < AUTHORS_LOSS and loss == pytest.approx(error + BETA * divergence, rel=1e-4)
    assert linear_loss(real[0], BETA, LATENT) == pytest.approx(0.0111, abs=1e-4)


def test_most_real_loops_make_sense(real):
    """The limits were chosen on the toy set; some real loops go back beyond their coercive voltage."""
    assert impossible(real[1], real[0]).mean() < 0.1
