"""Angles as random variables: a normal distribution wound around the circle."""

import math
from typing import ClassVar

import torch
from pyro.distributions import TorchDistribution, constraints
from torch.nn.functional import softplus

WINDINGS = 3  # each way; up to a spread of 180 degrees what is left out is below 1e-6
WIDEST = math.pi  # spread beyond which the angle is as good as unknown


class WrappedNormal(TorchDistribution):
    """Normal distribution of angles, rad, wound around the circle; with a spread of pi it is uniform to 1.5 %.

    Parameters
    ----------
    loc : tensor, rad
    scale : tensor, rad, above 0

    Notes
    -----
    Its density is the sum of the normal's over all windings (Mardia and Jupp, Directional Statistics, 2000, 3.5.7),
    so that an angle of 359 degrees is as near to 1 as to 357, and a posterior as wide as the circle costs nothing.
    """

    has_rsample = True
    arg_constraints: ClassVar = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc, scale):
        self.loc, self.scale = torch.broadcast_tensors(loc, scale)
        super().__init__(self.loc.shape, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        """The same in a larger batch."""
        return WrappedNormal(self.loc.expand(batch_shape), self.scale.expand(batch_shape))

    def rsample(self, sample_shape=()):
        """Angles, rad, not wound back: who takes their cosine and sine need not have it."""
        shape = self._extended_shape(torch.Size(sample_shape))
        return self.loc + self.scale * torch.randn(shape, dtype=self.loc.dtype, device=self.loc.device)

    def log_prob(self, value):
        """Logarithm of the density, 1/rad."""
        turns = 2 * math.pi * torch.arange(-WINDINGS, WINDINGS + 1, dtype=value.dtype, device=value.device)
        away = torch.remainder(value - self.loc + math.pi, 2 * math.pi) - math.pi
        deviations = (away[..., None] + turns) / self.scale[..., None]
        return torch.logsumexp(-0.5 * deviations**2, -1) - self.scale.log() - 0.5 * math.log(2 * math.pi)


class AnyAngle(TorchDistribution):
    """All angles alike."""

    arg_constraints: ClassVar = {}
    support = constraints.real

    def __init__(self, batch_shape=(), like=None):
        self.like = torch.zeros(()) if like is None else like
        super().__init__(torch.Size(batch_shape), validate_args=False)

    def expand(self, batch_shape, _instance=None):
        """The same in a larger batch."""
        return AnyAngle(torch.Size(batch_shape), self.like)

    def sample(self, sample_shape=()):
        """Angles, rad."""
        return 2 * math.pi * torch.rand(self._extended_shape(torch.Size(sample_shape)), device=self.like.device)

    def log_prob(self, value):
        """Logarithm of the density, 1/rad."""
        return torch.full_like(value, -math.log(2 * math.pi))


def spread_of(raw):
    """A spread, rad, between 0 and pi, from any real number; 0 gives 0.1."""
    return torch.clamp(softplus(raw - 2.25) + 1e-3, max=WIDEST)
