"""Sizes and options of the variational autoencoder of loops."""

import math
from dataclasses import dataclass

BETAS = (0.001, 1.0)  # weights beta that one amortised training serves; ours: the authors' values are 0 to 0.1
SHIFT_REACH = 3  # standard deviations of the shift's prior by which a branch of the canonical axis is longer


@dataclass(frozen=True)
class LoopArchitecture:
    """Sizes and options of one model. The names of the attributes are those in checkpoints.

    Attributes
    ----------
    steps : int, of a loop
    lengths, directions : tuple of int, steps of each branch of the loop, and whether the voltage rises (1) or falls
    latent : int, number of latent variables z
    architecture : {"small", "authors"}
        "authors": three residual blocks of two bidirectional LSTM layers of 128, and one layer more, for encoder and
        decoder each, one step at a time (Qin et al., Adv. Mater. 34, 2202814 (2022)). "small" (ours): one
        bidirectional LSTM layer each, which takes a block of steps at a time and is given the voltage.
    hidden : int, neurons of an LSTM layer in each direction; only of "small"
    block : int, steps that an LSTM of "small" takes at a time
    invariance : {"none", "t"}; "t": z does not depend on a shift of the loop along the voltage
    shift_spread : float, standard deviation of the shift's prior, as a share of the longest branch
    amortised : bool, whether encoder and decoder are given beta, so that one training serves all values in BETAS
    """

    steps: int
    lengths: tuple
    directions: tuple
    latent: int = 8
    architecture: str = "small"
    hidden: int = 32
    block: int = 12
    invariance: str = "none"
    shift_spread: float = 0.05
    amortised: bool = False

    @property
    def shifted(self):
        """Whether the model has a shift for each loop."""
        return self.invariance == "t"

    @property
    def reach(self):
        """Steps by which each branch of the canonical axis is longer at each end than that of the loops."""
        return math.ceil(SHIFT_REACH * self.spread) if self.shifted else 0

    @property
    def spread(self):
        """Standard deviation of the shift's prior, steps."""
        return self.shift_spread * max(self.lengths)

    @property
    def canonical(self):
        """Steps of the canonical axis."""
        return self.steps + 2 * self.reach * len(self.lengths)
