"""Draw columns of a simulated film: mis-tilt, scan frame and jitter, background, thickness and shot noise."""

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from ferrotune.simulation import disorder

_REACH = 4.0  # sigma; radius to which a column is drawn
_CHUNK = 128  # columns drawn together; their intermediate arrays fit into the cache


def rotation(angle_deg):
    """Matrix (2, 2) that rotates a row vector (y, x), +y towards +x."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, s], [-s, c]])


def lattice_of(specimen):
    """Lattice vectors a (down the rows) and b as rows (2, 2), px as (y, x)."""
    along_rows = rotation(specimen.lattice_rotation_deg)[0]
    along_columns = rotation(specimen.lattice_rotation_deg - specimen.lattice_shear_deg)[1]
    return np.stack([specimen.cell_px[0] * along_rows, specimen.cell_px[1] * along_columns])


def _frame(specimen):
    """Middle (2,) of the scan frame, half of its sides (2,), px, and its directions, down and along the scan lines."""
    half = (np.array(specimen.shape) - 1) / 2
    to_frame = rotation(specimen.scan_rotation_deg)
    # The largest frame with the image's proportions whose corners stay in the image.
    return half, np.min(half / (np.abs(to_frame).T @ half)) * half, to_frame


def depth_in_frame(yx, specimen):
    """Distance to the nearest edge of the scan frame, px, positive inside; yx (..., 2)."""
    middle, half, to_frame = _frame(specimen)
    return np.min(half - np.abs((yx - middle) @ to_frame.T), axis=-1)


def _behind(y, x, specimen):
    """How far the beam is behind at pixels, px: it falls exponentially from where the scan line begins."""
    middle, half, (_, fast) = _frame(specimen)
    passed = fast[0] * (y - middle[0]) + fast[1] * (x - middle[1]) + half[1]
    return specimen.flyback_px * np.exp(-np.maximum(passed, 0) / specimen.flyback_length_px)


def _linear_tilt(x, yx, specimen, seed):
    return x


def _tilt_of_third(x, yx, specimen, seed):
    return np.clip(3 * x - 2, 0.0, 1.0) ** 2


def _varying_tilt(x, yx, specimen, seed):
    cells = yx / np.array(specimen.cell_px)
    return 0.5 + 0.5 * np.tanh(disorder.smooth_field(cells, disorder.TILT, np.random.default_rng(seed)))


# Share of the mis-tilt along the image, from the relative position x: our simple models of a bent lamella.
TILTS = {"linear": _linear_tilt, "third": _tilt_of_third, "varying": _varying_tilt}


def tilt_share(yx, specimen, seed):
    """Share of the mis-tilt at positions (..., 2) px, 0 to 1, after the specimen's `mistilt_profile`."""
    x = np.clip(yx[..., 1] / (specimen.shape[1] - 1), 0.0, 1.0)
    return TILTS[specimen.mistilt_profile](x, yx, specimen, seed)


def draw(yx, peak, tilt, shifts, specimen):
    """Draw columns as elliptical Gaussians (y, x), every scan line shifted along itself.

    Parameters
    ----------
    yx : (n, 2) px
    peak : (n,) share of a Bi column's peak
    tilt : (n,) share of the mis-tilt
    shifts : (rows + columns,) px, of scan lines
    specimen : ferrotune.simulation.specimen.Specimen
    """
    shape = np.array(specimen.shape)
    reach = int(
        np.ceil(
            _REACH * specimen.probe_sigma_px * (1 + specimen.mistilt)
            + 3 * specimen.jitter_px
            + 3 * specimen.row_shift_px
            + specimen.flyback_px
        )
    )
    near = np.all((yx > -reach) & (yx < shape - 1 + reach), axis=1)
    yx, peak = yx[near], peak[near]
    stretch = 1 + specimen.mistilt * tilt[near]
    # Exponent yy dy^2 + cross dy dx + xx dx^2; mis-tilt makes a column longer and keeps its sum of counts.
    along = rotation(specimen.mistilt_direction_deg)[0]
    narrow = -0.5 / specimen.probe_sigma_px**2
    excess = narrow * (1 / stretch**2 - 1)
    yy, xx = narrow + np.outer(along**2, excess)
    form = np.stack([yy, 2 * excess * along.prod(), xx])
    height = peak / stretch
    slow, fast = rotation(specimen.scan_rotation_deg)
    window = np.arange(-reach, reach + 1)
    corner = np.rint(yx).astype(int)
    canvas = np.zeros(shape + 4 * reach)
    for start in range(0, len(yx), _CHUNK):
        part = slice(start, start + _CHUNK)
        y, x = (corner[part, 0, None] + window)[:, :, None], (corner[part, 1, None] + window)[:, None, :]
        line = slow[0] * y + (slow[1] * x if slow[1] else 0)
        shift = shifts[np.rint(line).astype(int) % len(shifts)]
        if specimen.flyback_px:
            shift = shift - _behind(y, x, specimen)
        dy = y - yx[part, 0, None, None] - (fast[0] * shift if fast[0] else 0)
        dx = x - yx[part, 1, None, None] - fast[1] * shift
        yy, cross, xx = form[:, part, None, None]
        spot = np.exp((xx * dx + cross * dy) * dx + yy * dy * dy) * height[part, None, None]
        for (top, left), values in zip((corner[part] + reach).tolist(), spot, strict=True):
            canvas[top : top + len(window), left : left + len(window)] += values
    return canvas[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def _thickness(specimen, seed):
    """Thickness over its mean, at each row (y, 1) or pixel (y, x)."""
    rows, columns = specimen.shape
    gradient = 1 + specimen.thickness_gradient * (np.arange(rows) / (rows - 1) - 0.5)[:, None]
    if not specimen.thickness_variation:
        return gradient
    # a coarse grid is enough: the field is smooth over many cells
    step = max(1, int(min(specimen.cell_px)))
    y, x = (np.arange(0, size + step, step) for size in specimen.shape)
    at = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1) / np.array(specimen.cell_px)
    field = disorder.smooth_field(at, disorder.THICKNESS, np.random.default_rng(seed))
    whole = RegularGridInterpolator((y, x), field)
    return gradient + specimen.thickness_variation * np.stack(
        [whole(np.column_stack([np.full(columns, row), np.arange(columns)])) for row in range(rows)]
    )


def _pixels(specimen):
    """Positions (columns, 2) px of each row of pixels in turn."""
    x = np.arange(specimen.shape[1])
    for row in range(specimen.shape[0]):
        yield row, np.stack([np.full(len(x), row), x], axis=-1)


def detect(columns, specimen, rng, seed, vacuum=None, unknown=None):
    """Add background, thickness and shot noise to drawn columns (y, x).

    Parameters
    ----------
    columns : (y, x) float
    specimen : ferrotune.simulation.specimen.Specimen
    rng : Generator of the shot noise
    seed : of the thickness
    vacuum, unknown : function of positions (n, 2) px that returns (n,) bool, optional
        Where there is no film, and where nothing was scanned.

    Returns
    -------
    (y, x) float, counts; NaN outside the scan
    """
    background = np.full(columns.shape if vacuum else (1, 1), specimen.background)
    if vacuum:
        for row, yx in _pixels(specimen):
            background[row, vacuum(yx)] *= disorder.VACUUM
    image = (columns + background) * _thickness(specimen, seed) / (1 + specimen.background)
    if np.isfinite(specimen.dose):
        image = rng.poisson(specimen.dose * image).astype(float)
    if specimen.scan_rotation_deg or unknown:
        for row, yx in _pixels(specimen):
            outside = depth_in_frame(yx, specimen) < 0
            image[row, outside | unknown(yx) if unknown else outside] = np.nan
    return image
