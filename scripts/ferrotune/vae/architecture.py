"""Sizes and options of the variational autoencoder."""

import math
from dataclasses import dataclass, fields

SHIFT_REACH = 3  # standard deviations of the shift's prior by which the canonical grid is wider than the patch


@dataclass(frozen=True)
class Architecture:
    """Sizes and options of one model.

    The names of the attributes are those in checkpoints.

    Attributes
    ----------
    window : (height, width) of the patches, px
    kinds : int, number of classes of sites: 2 where there are A and B columns
    latent : int, number of continuous latent variables z
    invariance : {"none", "r", "t", "rt"}; "r": z does not depend on the rotation of a patch, "t": nor on its shift
    likelihood : {"gaussian", "bernoulli"} of a pixel; "bernoulli" takes pixels in [0, 1]
    hidden : tuple of int, neurons of each hidden layer of the encoder; the decoder has them in reverse order
    decoder : {"grid", "coordinates"}; "coordinates" gives the coordinates of each pixel to a network, as pyroVED does
    dropout : float, share of the encoder's neurons that are left out at random
    states : int, number of discrete latent classes beside z (jrVAE); 1: there are none
    shift_spread : float, standard deviation of the shift's prior, as a share of the window
    angle_spread : float, standard deviation of the angle's prior, degrees; 0: the prior is uniform
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
    def rotated(self):
        """Whether the model has a rotation angle for each patch."""
        return "r" in self.invariance

    @property
    def shifted(self):
        """Whether the model has a shift for each patch."""
        return "t" in self.invariance

    @property
    def discrete(self):
        """Whether the model has discrete latent classes."""
        return self.states > 1

    @property
    def content(self):
        """Number of inputs of the decoder beside angle and shift: z, the site's class, the discrete latent class."""
        return self.latent + self.kinds + self.states * self.discrete

    @property
    def canvas(self):
        """(height, width) of the canonical grid, px: the patch and what rotations and shifts bring into it."""
        sides = [math.hypot(*self.window)] * 2 if self.rotated else self.window
        reach = 2 * SHIFT_REACH * self.shift_spread if self.shifted else 0
        return tuple(math.ceil(side + reach * old) for side, old in zip(sides, self.window, strict=True))


# Fields that a setting gives; the window and the number of classes come with the patches.
SETTING_FIELDS = tuple(field.name for field in fields(Architecture) if field.name not in ("window", "kinds"))
