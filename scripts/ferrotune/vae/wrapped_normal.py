"""Distributions of angles: the wrapped normal distribution and the uniform one."""

import math
from typing import ClassVar

import torch
from pyro.distributions import TorchDistribution, constraints
from torch.nn.functional import softplus

WINDINGS = 3  # each way; for a scale of up to 180 degrees the windings beyond add less than 1e-6
LARGEST_SCALE = math.pi  # rad; with a larger one the angle is as good as unknown


class WrappedNormal(TorchDistribution):
    """Normal distribution of angles, rad, wrapped around the circle; with a scale of pi it is uniform to 1.5 %.

    Parameters
    ----------
    loc : tensor, rad
    scale : tensor, rad, above 0

    Notes
    -----
    Its density is the sum of the normal density over all windings (Mardia and Jupp, Directional Statistics, 2000,
    3.5.7). So an angle of 359 degrees is as near to 1 as to 357, and a posterior as wide as the circle has no
    divergence from a uniform prior.
    """

    has_rsample = True
    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc, scale):
        self.loc, self.scale = torch.broadcast_tensors(loc, scale)
        super().__init__(self.loc.shape, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        """Expand the distribution to a larger batch."""
        return WrappedNormal(self.loc.expand(batch_shape), self.scale.expand(batch_shape))

    def rsample(self, sample_shape=()):
        """Draw angles, rad, that are not reduced to one winding: the decoder uses only their cosine and sine."""
        shape = self._extended_shape(torch.Size(sample_shape))
        return self.loc + self.scale * torch.randn(shape, dtype=self.loc.dtype, device=self.loc.device)

    def log_prob(self, value):
        """Logarithm of the density, 1/rad."""
        windings = 2 * math.pi * torch.arange(-WINDINGS, WINDINGS + 1, dtype=value.dtype, device=value.device)
        away = torch.remainder(value - self.loc + math.pi, 2 * math.pi) - math.pi
        deviations = (away[..., None] + windings) / self.scale[..., None]
        return torch.logsumexp(-0.5 * deviations**2, -1) - self.scale.log() - 0.5 * math.log(2 * math.pi)


class UniformAngle(TorchDistribution):
    """Uniform distribution of angles over the circle, rad."""

    arg_constraints: ClassVar = {}
    support = constraints.real

    def __init__(self, batch_shape=(), like=None):
        self.like = torch.zeros(()) if like is None else like
        super().__init__(torch.Size(batch_shape), validate_args=False)

    def expand(self, batch_shape, _instance=None):
        """Expand the distribution to a larger batch."""
        return UniformAngle(torch.Size(batch_shape), self.like)

    def sample(self, sample_shape=()):
        """Draw angles, rad."""
        return 2 * math.pi * torch.rand(self._extended_shape(torch.Size(sample_shape)), device=self.like.device)

    def log_prob(self, value):
        """Logarithm of the density, 1/rad."""
        return torch.full_like(value, -math.log(2 * math.pi))


def angle_scale(raw):
    """Scale of an angle's distribution, rad, between 0 and pi, of any real number; 0 gives 0.1."""
    return torch.clamp(softplus(raw - 2.25) + 1e-3, max=LARGEST_SCALE)
