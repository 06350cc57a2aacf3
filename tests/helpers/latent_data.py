"""Arrays of latents.zarr on a small image, and what a figure of them shows."""

import numpy as np

CELL, SIDE = 10.0, 12  # px; cells
MASK = np.ones((120, 120), bool)
WALLS = {"path_points": np.array([[0.0, 6.0], [12.0, 6.0]]), "point_wall": np.zeros(2, int)}
ATTRIBUTES = {
    "answer": "walls",
    "trial": 3,
    "parameters": {"variable": 1},
    "clustering": "kde_peaks",
    "cell_px": CELL,
    "pixel_size_pm": 15.6,
    "best_epoch": 2,
}


def sites():
    """A columns in the middle of unit cells, B columns half a cell further along both axes."""
    a = CELL * np.stack(np.mgrid[0.25:SIDE, 0.25:SIDE], axis=-1).reshape(-1, 2)
    return np.concatenate([a, a + CELL / 2]), np.repeat([0, 1], len(a)).astype(np.int8)


def latents_of(count=2, angles=1, dropout=True, deviation=5.0):
    """Two domains, left and right, apart in z1."""
    yx, sublattice = sites()
    rng, n, right = np.random.default_rng(0), len(yx), yx[:, 1] > 60
    z = 0.1 * rng.standard_normal((n, count)) + np.where(right, 1.5, -1.5)[:, None] * (np.arange(count) == 0)
    angle = deviation * rng.uniform(-1, 1, (n, angles)) + 130.0
    density_z = np.tile(np.linspace(-2, 2, 41), (count, 1))
    density = np.exp(-((density_z - 1.5) ** 2)) + np.exp(-((density_z + 1.5) ** 2))
    peak = np.isin(np.round(density_z, 6), (-1.5, 1.5))
    first, second = np.linspace(-2, 2, 5), np.array([1.0, 0.0, -1.0])
    places = np.stack([*np.meshgrid(first, second), *np.zeros((max(count - 2, 0), 3, 5))], axis=-1)
    images = np.arange(2 * 3 * 5, dtype=float).reshape(2, 3, 5, 1, 1) + np.zeros((8, 6))
    return {
        "yx": yx,
        "sublattice": sublattice,
        "label": np.where(right, 0, 1).astype(np.int8),
        "z": z,
        "z_sigma": np.full((n, count), 0.25) + 0.01 * rng.random((n, count)),
        "z_dropout": rng.random((n, count if dropout else 0)),
        "angle": angle,
        "shift": np.zeros((n, 0)),
        "state": np.zeros((n, 0)),
        "angle_sigma": rng.random((n, angles)),
        "angle_dropout": rng.random((n, angles if dropout else 0)),
        "manifold": images,
        "manifold_first": first,
        "manifold_second": second,
        "manifold_z": places[..., :count],
        "density_z": density_z,
        "density": density,
        "peak": peak,
        "training_elbo": np.array([-90.0, -30, -20, -15, -12]),
        "heldout_elbo": np.array([-95.0, -40, -21, -22, -23]),
    }


def titled(figure, title):
    """The axes of a figure that have a title."""
    (axes,) = (axes for axes in figure.axes if axes.get_title() == title)
    return axes


def map_of(figure, title):
    """The image of the axes that have a title."""
    return titled(figure, title).images[0]


def value_at(image, y, x):
    """The value of an image at (y, x) px."""
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape[:2]
    return image.get_array()[int((y - top) / (bottom - top) * rows), int((x - left) / (right - left) * columns)]
