"""Frames of one area, recorded one after the other: their drift measured and undone, and their mean."""

import numpy as np
from scipy import fft, ndimage

from ferrotune.errors import InputError
from ferrotune.images.outliers import filled_from_neighbours, find_outliers

PASSES = 2  # first against the mean of the frames before, then against the mean of all
RANGE = (0.1, 99.9)  # percentiles that a frame is clipped to while drift is measured: hot pixels do not drift
EDGE = 32  # px; a frame is continued by its mirror image so far, so that its shift has no step at the edges
SHARPNESS = 2.0  # px; finer detail is mostly noise. Coarser is weighted by its gradient, so that peaks are narrow
ALIKE = 0.85  # correlations above this share of the highest may be the frame's place: a lattice has one in every cell
PEAK = 5  # px; side of the square in which a peak of the correlation is the highest


def _cleaned(frames):
    """Function of a frame, of which it fills what the detector does wrong in all frames; and a (y, x) bool, its faults.

    Such faults stay where they are while the specimen drifts, so they are sought in the plain mean.
    """
    plain = np.mean(frames, axis=0, dtype=np.float64)
    seen = np.isfinite(plain)
    to_fill, to_mask = find_outliers(np.where(seen, plain, 0.0), seen)
    good, bad = seen & ~to_fill & ~to_mask, to_fill | to_mask | ~seen

    def clean(frame):
        frame = np.where(bad, 0.0, frame)
        frame[to_mask | ~seen] = np.median(frame[good]) if good.any() else 0.0
        return filled_from_neighbours(frame, to_fill, good) if to_fill.any() else frame

    return clean, to_mask | ~seen


def _spectrum(frame):
    """Fourier transform of the frame's gradient, falling to zero at the edges: what is near counts for more."""
    clipped = np.clip(frame, *np.percentile(frame, RANGE))
    window = np.outer(*(np.hanning(n + 2)[1:-1] for n in frame.shape))
    y, x = (2 * np.pi * fft.fftfreq(n) for n in frame.shape)
    wave = y[:, None] ** 2 + x**2
    return fft.fft2((clipped - clipped.mean()) * window) * np.sqrt(wave * np.exp(-(SHARPNESS**2) * wave))


def _moved(frame, drift):
    """Frame shifted back by its drift; a shift in Fourier space leaves white noise white and as strong as it was."""
    if not np.any(drift):
        return frame
    padded = fft.fft2(np.pad(frame, EDGE, mode="reflect"))
    moved = fft.ifft2(ndimage.fourier_shift(padded, -np.asarray(drift, float))).real
    return moved[EDGE:-EDGE, EDGE:-EDGE]


def _vertex(before, peak, after):
    """Place of the vertex of a parabola through three equidistant values, from the middle one, within half a step."""
    curvature = before - 2 * peak + after
    return 0.0 if curvature == 0 else float(np.clip((before - after) / (2 * curvature), -0.5, 0.5))


def _drift_from(reference, frame, expected):
    """Drift (2,) px of a frame from the reference, of all that are alike the nearest to what is expected."""
    whole = np.round(expected).astype(int)
    rolled = _spectrum(np.roll(frame, tuple(-whole), axis=(0, 1)))
    correlation = fft.fftshift(fft.ifft2(reference.conj() * rolled).real)
    if not np.isfinite(correlation).all():
        raise InputError("the frames cannot be aligned, as some values are too large; export them again, or one frame")
    highest = ndimage.maximum_filter(correlation, PEAK, mode="wrap")
    peaks = np.argwhere((correlation == highest) & (correlation >= ALIKE * correlation.max()))
    centre = np.array(frame.shape) // 2
    away = np.hypot(*(peaks - centre - (expected - whole)).T)
    y, x = peaks[np.argmin(away)]
    (up, down), (left, right) = ((n - 1, (n + 1) % size) for n, size in zip((y, x), frame.shape, strict=True))
    fraction = [
        _vertex(correlation[up, x], correlation[y, x], correlation[down, x]),
        _vertex(correlation[y, left], correlation[y, x], correlation[y, right]),
    ]
    return whole + np.array([y, x]) - centre + fraction


def _outside(shape, drift):
    """(y, x) bool, true where a frame of this drift shows nothing of the area of the first frame."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    y, x = y + drift[0], x + drift[1]
    return (y < -0.5) | (y > shape[0] - 0.5) | (x < -0.5) | (x > shape[1] - 0.5)


def aligned_mean(frames):
    """Mean of frames whose rigid drift is measured and undone.

    Drift is the place of a maximum of the cross-correlation, between pixels that of a parabola. A lattice looks alike a
    unit cell further, and every cell has such a maximum: that is taken which is nearest to the drift of the frame
    before. So the drift from one frame to the next must be less than half a cell.

    Parameters
    ----------
    frames : (frame, y, x) array

    Returns
    -------
    mean : (y, x) float64
        In the pixels of the first frame; NaN where not all frames show the specimen.
    drift : (frame, axis) float
        px, of each frame from the first.

    Raises
    ------
    InputError
        If values are so large that products of them are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import ndimage
    >>> specimen = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(150, 150)), 3)
    >>> mean, drift = aligned_mean(np.stack([specimen[10:138, 10:138], specimen[8:136, 11:139]]))
    >>> print(drift.round().tolist(), mean.shape)
    [[0.0, 0.0], [2.0, -1.0]] (128, 128)
    """
    shape = frames.shape[1:]
    clean, unseen = _cleaned(frames)
    drift, mean = np.zeros((len(frames), 2)), None
    for _ in range(PASSES):
        total = np.zeros(shape)
        reference = None if mean is None else _spectrum(mean)
        for i, frame in enumerate(map(clean, frames)):
            if i > 0 or reference is not None:
                against = _spectrum(total / i) if reference is None else reference
                drift[i] = _drift_from(against, frame, drift[i - 1] if reference is None else drift[i])
            total += _moved(frame, drift[i])
        mean = total / len(frames)
    drift -= drift[0]
    for one in drift:
        mean[_outside(shape, one)] = np.nan
        mean[ndimage.shift(unseen, -one, output=float, order=1) > 0] = np.nan
    return mean, drift
