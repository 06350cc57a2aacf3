"""Draw columns of a simulated film: mis-tilt, scan frame and jitter, background, thickness and shot noise."""

import numpy as np

_REACH = 4.0  # sigma; radius to which a column is drawn
_CHUNK = 128  # columns drawn together; their intermediate arrays fit into the cache


def rotation(angle_deg):
    """Matrix (2, 2) that rotates a row vector (y, x), +y towards +x."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, s], [-s, c]])


def depth_in_frame(yx, specimen):
    """Distance to the nearest edge of the scan frame, px, positive inside; yx (..., 2)."""
    half = (np.array(specimen.shape) - 1) / 2
    to_frame = rotation(specimen.scan_rotation_deg)
    # The largest frame with the image's proportions whose corners stay in the image.
    scale = np.min(half / (np.abs(to_frame).T @ half))
    return np.min(scale * half - np.abs((yx - half) @ to_frame.T), axis=-1)


def tilt_share(yx, specimen):
    """Share of the mis-tilt, from 0 at the left to 1 at the right edge: our simple model of a bent lamella."""
    return np.clip(yx[..., 1] / (specimen.shape[1] - 1), 0.0, 1.0)


def draw(yx, peak, specimen, rng):
    """Draw columns as elliptical Gaussians (y, x), every scan line shifted by its own jitter.

    yx : (n, 2) px. peak : (n,) share of a Bi column's peak. specimen : ferrotune.simulation.film.Specimen.
    """
    shape = np.array(specimen.shape)
    reach = int(np.ceil(_REACH * specimen.probe_sigma_px * (1 + specimen.mistilt) + 3 * specimen.jitter_px))
    near = np.all((yx > -reach) & (yx < shape - 1 + reach), axis=1)
    yx, peak = yx[near], peak[near]
    stretch = 1 + specimen.mistilt * tilt_share(yx, specimen)
    # Exponent yy dy^2 + cross dy dx + xx dx^2; mis-tilt makes a column longer and keeps its sum of counts.
    along = rotation(specimen.mistilt_direction_deg)[0]
    narrow = -0.5 / specimen.probe_sigma_px**2
    excess = narrow * (1 / stretch**2 - 1)
    yy, xx = narrow + np.outer(along**2, excess)
    form = np.stack([yy, 2 * excess * along.prod(), xx])
    height = peak / stretch
    jitter = specimen.jitter_px * rng.normal(size=shape.sum())
    slow, fast = rotation(specimen.scan_rotation_deg)
    window = np.arange(-reach, reach + 1)
    corner = np.rint(yx).astype(int)
    canvas = np.zeros(shape + 4 * reach)
    for start in range(0, len(yx), _CHUNK):
        part = slice(start, start + _CHUNK)
        y, x = (corner[part, 0, None] + window)[:, :, None], (corner[part, 1, None] + window)[:, None, :]
        line = slow[0] * y + (slow[1] * x if slow[1] else 0)
        shift = jitter[np.rint(line).astype(int) % len(jitter)]
        dy = y - yx[part, 0, None, None] - (fast[0] * shift if fast[0] else 0)
        dx = x - yx[part, 1, None, None] - fast[1] * shift
        yy, cross, xx = form[:, part, None, None]
        spot = np.exp((xx * dx + cross * dy) * dx + yy * dy * dy) * height[part, None, None]
        for (top, left), values in zip((corner[part] + reach).tolist(), spot, strict=True):
            canvas[top : top + len(window), left : left + len(window)] += values
    return canvas[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def detect(columns, specimen, rng):
    """Add background, thickness and shot noise to drawn columns (y, x): counts, NaN outside the scan frame."""
    rows = specimen.shape[0]
    thickness = 1 + specimen.thickness_gradient * (np.arange(rows) / (rows - 1) - 0.5)
    image = (columns + specimen.background) * thickness[:, None] / (1 + specimen.background)
    if np.isfinite(specimen.dose):
        image = rng.poisson(specimen.dose * image).astype(float)
    if specimen.scan_rotation_deg:
        x = np.arange(specimen.shape[1])
        for row in range(rows):
            yx = np.stack([np.full(len(x), row), x], axis=-1)
            image[row, depth_in_frame(yx, specimen) < 0] = np.nan
    return image
