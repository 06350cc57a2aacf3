"""Distributions of angles: the wrapped normal distribution has the period 2 pi, and is uniform where it is wide."""

import math

import pytest
import torch
from scipy.stats import norm

from ferrotune.vae.wrapped_normal import UniformAngle, WrappedNormal, angle_scale

CIRCLE = torch.arange(0, 360) * (math.pi / 180)


@pytest.mark.parametrize("scale", [0.05, 0.6, 2.0, math.pi])
def test_a_wrapped_density_has_the_area_1_and_the_period_2_pi(scale):
    angle = WrappedNormal(torch.tensor(3.0), torch.tensor(scale))
    density = angle.log_prob(CIRCLE).exp()
    assert density.sum() * (math.pi / 180) == pytest.approx(1, abs=2e-3)
    assert angle.log_prob(CIRCLE + 2 * math.pi).exp() == pytest.approx(density, rel=1e-3, abs=1e-6)


def test_a_narrow_one_is_normal_and_a_wide_one_is_uniform():
    narrow = WrappedNormal(torch.tensor(1.0), torch.tensor(0.1))
    places = torch.linspace(0.7, 1.3, 7)
    assert narrow.log_prob(places).numpy() == pytest.approx(norm(1, 0.1).logpdf(places.numpy()), abs=1e-4)
    wide = WrappedNormal(torch.tensor(1.0), torch.tensor(math.pi)).log_prob(CIRCLE)
    assert wide == pytest.approx(UniformAngle().log_prob(CIRCLE), abs=0.02)


def test_scales_are_between_0_and_pi():
    assert float(angle_scale(torch.tensor(0.0))) == pytest.approx(0.1, abs=0.01)
    assert 0 < float(angle_scale(torch.tensor(-50.0))) < float(angle_scale(torch.tensor(50.0))) <= math.pi + 1e-6
