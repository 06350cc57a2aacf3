"""What measured films have and ideal ones lack: weak and damaged regions, holes, ragged borders, shifted rows."""

import numpy as np

_WAVES = 96
# Sizes in unit cells, our choices after the measured maps of Sm-doped BiFeO3.
REGION = 12.0  # correlation length of weak and of damaged regions
EDGE = 4.0  # width over which the polarization fades into a weak region
THICKNESS = 25.0  # correlation length of the thickness
TILT = 30.0  # correlation length of a varying mis-tilt
ROWS = 20  # scan rows over which correlated row shifts are alike
DAMAGE_PX, DAMAGED_INTENSITY = 1.5, 0.6  # scatter of the columns of a damaged region, and their share of intensity
VACUUM = 0.15  # level of a hole, share of the background


def smooth_field(yx, correlation, rng):
    """Gaussian random field at positions (..., 2): mean 0, standard deviation 1, Gaussian correlation.

    correlation : float, cells; the correlation is exp(-d^2 / (2 correlation^2)).
    """
    wave = rng.normal(0.0, 1.0 / correlation, (_WAVES, 2))
    phase = rng.uniform(0.0, 2 * np.pi, _WAVES)
    return np.sqrt(2 / _WAVES) * np.cos(yx @ wave.T + phase).sum(axis=-1)


def _level(values, share):
    """Value that this share of the values exceeds."""
    return np.quantile(values, 1 - share) if values.size else 0.0


def weakening(sites, share, rng):
    """Factor (n,) of the polarization: 0 in weak regions that cover a share of the film, 1 elsewhere.

    sites : (n, 2), unit cells.
    """
    if not share:
        return np.ones(len(sites))
    field = smooth_field(sites, REGION, rng)
    return 0.5 - 0.5 * np.tanh((field - _level(field, share)) * 2 * REGION / EDGE)


def damaged(sites, share, rng):
    """Whether each position (n, 2), unit cells, is in a damaged region; these cover a share of the film."""
    if not share:
        return np.zeros(len(sites), bool)
    field = smooth_field(sites, REGION, rng)
    return field > _level(field, share)


def missing(sites, extent, holes, hole_cells, ragged_cells, rng):
    """Whether each position is in a hole or beyond a ragged border.

    Parameters
    ----------
    sites : (..., 2) float
        Positions along the lattice axes, unit cells.
    extent : (2, 2) float
        Lowest and highest position of the film.
    holes : int
        Number of round holes.
    hole_cells : float
        Their radius; the edge is rough by a fifth of it.
    ragged_cells : float
        Largest width of the missing border on the right.
    """
    gone = np.zeros(sites.shape[:-1], bool)
    low, high = extent
    rough = 0.2 * hole_cells * smooth_field(sites, 2.0, rng)
    for centre in rng.uniform(low + 0.15 * (high - low), high - 0.15 * (high - low), (int(holes), 2)):
        gone |= np.hypot(*np.moveaxis(sites - centre, -1, 0)) < hole_cells + rough
    if ragged_cells:
        along = np.stack([sites[..., 0], np.zeros(sites.shape[:-1])], axis=-1)
        width = ragged_cells * np.clip(0.6 + 0.4 * smooth_field(along, 6.0, rng), 0, 1)
        gone |= high[1] - sites[..., 1] < width
    return gone


def row_shifts(count, rms, rng):
    """Shifts (count,) px of scan rows along themselves, alike over some rows: a Gaussian moving average of noise."""
    if not rms:
        return np.zeros(count)
    reach = np.arange(-3 * ROWS, 3 * ROWS + 1)
    kernel = np.exp(-(reach**2) / ROWS**2)
    noise = np.convolve(rng.normal(size=count + len(reach) - 1), kernel, mode="valid")
    return rms * noise / np.sqrt((kernel**2).sum())
