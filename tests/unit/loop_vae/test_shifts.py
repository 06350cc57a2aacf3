"""A shift moves both branches of a loop towards higher voltage."""

import numpy as np
import pytest
import torch

from ferrotune.loop_vae.architecture import LoopArchitecture
from ferrotune.loop_vae.shifts import ShiftedAxis, lengthened
from helpers.drawn_loops import HALF, STEPS, VOLTAGE, loop

ARCHITECTURE = LoopArchitecture(STEPS, (HALF, HALF), (-1, 1), invariance="t", shift_spread=0.1)
VOLT = VOLTAGE[-1] - VOLTAGE[-2]  # of a step


@pytest.mark.parametrize("steps", [-2.0, -0.5, 0.0, 1.0, 2.5])
def test_a_shift_is_an_imprint(steps):
    canonical = torch.tensor(lengthened(loop(width=2.0), (HALF, HALF), ARCHITECTURE.reach)[None], dtype=torch.float32)
    shifted = ShiftedAxis(ARCHITECTURE)(canonical, torch.tensor([steps]))[0].numpy()
    assert shifted == pytest.approx(loop(width=2.0, imprint=steps * VOLT), abs=0.03)


def test_the_shift_has_a_gradient():
    canonical = torch.tensor(lengthened(loop()[None], (HALF, HALF), ARCHITECTURE.reach), dtype=torch.float32)
    shift = torch.tensor([0.3], requires_grad=True)
    ShiftedAxis(ARCHITECTURE)(canonical, shift).pow(2).sum().backward()
    assert np.isfinite(shift.grad.item()) and shift.grad.item() != 0


def test_a_shift_beyond_the_canonical_axis_repeats_its_end():
    canonical = torch.arange(float(ARCHITECTURE.canonical))[None]
    shifted = ShiftedAxis(ARCHITECTURE)(canonical, torch.tensor([1000.0]))[0]
    assert shifted[:HALF].unique().tolist() == [HALF + 2 * ARCHITECTURE.reach - 1]
