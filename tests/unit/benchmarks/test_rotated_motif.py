"""The error of a rotated motif's angles ignores what no model can know, and nothing else."""

import numpy as np
import pytest
from scipy.ndimage import rotate

from benchmarks.rotated_motif import NOISE, angle_error, angle_in_latents, rotated_motifs

TRUE = np.random.default_rng(1).uniform(-np.pi, np.pi, 2000)


def test_a_patch_rotated_back_is_the_motif():
    patches, angles = rotated_motifs(20, seed=0)
    assert patches.dtype == np.float32 and patches.min() >= 0 and patches.max() <= 1
    back = np.array([rotate(p, -np.degrees(a), reshape=False) for p, a in zip(patches, angles, strict=True)])
    middle = np.s_[:, 8:32, 8:32]
    assert back[middle].std(0).mean() < 1.2 * NOISE  # nothing else is left
    assert patches[middle].std(0).mean() > 3 * NOISE


@pytest.mark.parametrize("sign", [1, -1])
def test_an_offset_and_a_sign_are_no_error(sign):
    noisy = sign * TRUE + 2.5 + np.random.default_rng(2).normal(0, np.radians(4), len(TRUE))
    assert angle_error(noisy, TRUE) == pytest.approx(0.6745 * 4, rel=0.1)
    assert angle_error(noisy + 2 * np.pi * (TRUE > 0), TRUE) == pytest.approx(angle_error(noisy, TRUE))


def test_random_angles_have_an_error_of_90_degrees():
    assert angle_error(np.random.default_rng(3).permutation(TRUE), TRUE) == pytest.approx(90, abs=6)


def test_180_degrees_are_an_error_except_for_a_motif_of_that_symmetry():
    flipped = TRUE + np.pi * np.random.default_rng(4).integers(0, 2, len(TRUE))
    assert angle_error(flipped, TRUE, symmetry=2) == pytest.approx(0, abs=1e-6)
    assert angle_error(np.pi * (TRUE > 0) * 1.0, TRUE) > 30


def test_latents_with_the_angle_are_distinguished_from_those_without():
    assert angle_in_latents(np.column_stack([np.cos(TRUE), np.sin(TRUE)]), TRUE) == pytest.approx(1)
    assert angle_in_latents(np.random.default_rng(5).normal(size=(2000, 2)), TRUE) < 0.01
