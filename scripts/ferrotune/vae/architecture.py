"""What a model of patches is made of."""

import math
from dataclasses import dataclass, fields

REACH = 3  # standard deviations of the shift that the canonical grid reaches beyond the patch


@dataclass(frozen=True)
class Architecture:
    """What a model is made of.

    Attributes
    ----------
    window : (height, width) of the patches, px
    kinds : int, classes of sites: 2 where there are A and B columns
    latent : int, number of latent variables z
    invariance : {"none", "r", "t", "rt"}; r: turned patches have the same z, t: shifted ones do
    likelihood : {"gaussian", "bernoulli"} of a pixel; the second takes pixels in [0, 1]
    hidden : tuple of int, neurons of each hidden layer, of the encoder and, the other way round, of the decoder
    decoder : {"grid", "coordinates"}; the second gives each pixel's coordinates to a network, as pyroVED does
    dropout : float, share of the encoder's neurons left out at random
    states : int, values of a discrete latent variable beside z (jrVAE); 1: none
    shift_spread : float, standard deviation of the shift's prior, as a share of the window
    angle_spread : float, standard deviation of the angle's prior, degrees; 0: any angle alike
    """

    window: tuple
    kinds: int = 2
    latent: int = 2
    invariance: str = "none"
    likelihood: str = "gaussian"
    hidden: tuple = (128, 128)
    decoder: str = "grid"
    dropout: float = 0.0
    states: int = 1
    shift_spread: float = 0.05
    angle_spread: float = 0.0

    @property
    def turned(self):
        """Whether patches are turned."""
        return "r" in self.invariance

    @property
    def shifted(self):
        """Whether patches are shifted."""
        return "t" in self.invariance

    @property
    def content(self):
        """Numbers that say what a patch shows: z, the kind, the state."""
        return self.latent + self.kinds + self.states * (self.states > 1)

    @property
    def canvas(self):
        """(height, width) of the canonical grid: the patch, and what turns and shifts bring into it, px."""
        sides = [math.hypot(*self.window)] * 2 if self.turned else self.window
        reach = 2 * REACH * self.shift_spread if self.shifted else 0
        return tuple(math.ceil(side + reach * old) for side, old in zip(sides, self.window, strict=True))


# What of it a setting says; windows and kinds come with the patches.
BUILT = tuple(field.name for field in fields(Architecture) if field.name not in ("window", "kinds"))
