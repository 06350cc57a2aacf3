"""Shift of loops along the voltage: both branches of a decoded loop move to higher voltages by the same steps."""

import numpy as np
import torch
from torch import nn


def lengthened(values, lengths, reach):
    """Values (..., step) of loops whose branches are made longer by `reach` steps at each end; the ends are repeated.

    Examples
    --------
    >>> lengthened(np.array([[1, 2, 3, 4]]), (2, 2), 1).tolist()
    [[1, 1, 2, 2, 3, 3, 4, 4]]
    """
    ends = np.cumsum(lengths)
    rows = [np.clip(np.arange(e - n - reach, e + reach), e - n, e - 1) for e, n in zip(ends, lengths, strict=True)]
    return values[..., np.concatenate(rows)]


class ShiftedAxis(nn.Module):
    """Loops (n, step) on their own axis, from loops on the canonical axis and a shift of each.

    A loop is shifted along the voltage, not along the time: where the voltage falls, a shift to higher voltages is one
    to earlier steps. The canonical axis has each branch `reach` steps longer at both ends. Between steps it is linear.
    """

    def __init__(self, architecture):
        super().__init__()
        reach, lengths = architecture.reach, np.array(architecture.lengths)
        branch = np.repeat(np.arange(len(lengths)), lengths)
        first = (np.cumsum(lengths) - lengths + 2 * reach * np.arange(len(lengths)))[branch]  # on the canonical axis
        place = np.arange(architecture.steps) + reach * (2 * branch + 1)
        self.register_buffer("place", torch.as_tensor(place, dtype=torch.float32))
        self.register_buffer("way", torch.as_tensor(np.array(architecture.directions)[branch], dtype=torch.float32))
        self.register_buffer("first", torch.as_tensor(first, dtype=torch.float32))
        self.register_buffer("last", torch.as_tensor(first + lengths[branch] + 2 * reach - 1, dtype=torch.float32))

    def forward(self, canonical, shift):
        """Loops (n, step) of loops (n, canonical step) and shifts (n,), steps towards higher voltage."""
        at = self.place - self.way * shift[:, None]
        at = torch.minimum(torch.maximum(at, self.first), self.last)
        before = torch.minimum(at.detach().floor(), self.last - 1)
        values = canonical.gather(1, torch.stack([before, before + 1]).long().permute(1, 0, 2).flatten(1))
        one, other = values.unflatten(1, (2, -1)).unbind(1)
        return torch.lerp(one, other, at - before)
