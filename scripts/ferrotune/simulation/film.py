"""Simulate atomically resolved images of Sm-doped BiFeO3, with their truth."""

from dataclasses import asdict, dataclass, field, fields

import numpy as np

from ferrotune.errors import InputError
from ferrotune.simulation.domain_patterns import GEOMETRIES, domain_pattern
from ferrotune.simulation.drawing import depth_in_frame, detect, draw, rotation, tilt_share

# Intensity of a column goes with this power of its atomic number, as is usual for HAADF.
Z_EXPONENT = 1.7
Z_BI, Z_SM = 83, 62
# Intensity of columns of a scandate substrate over that of a Bi column: our choice, after Z^1.7 of Dy and Sc.
SUBSTRATE_A, SUBSTRATE_B = 0.68, 0.22
MAX_DRIFT = 20.0  # px


def _is_number(value):
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _within(default, low, high):
    """A setting with its allowed range."""
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class Specimen:
    """Settings of a simulated specimen and its image.

    Angles rotate +y towards +x. Intensities are shares of the peak of a pure Bi column. Mis-tilt is our simple
    model: it grows from the left to the right edge, whatever the composition.

    Raises
    ------
    InputError
        For an unknown geometry and for a value out of its range.

    Examples
    --------
    >>> film = Specimen(geometry="walls_71", sm_percent=15, shape=[512, 512])
    >>> print(film.shape, film.polarization_pm)
    (512, 512) 20.0
    """

    geometry: str = "walls_109"  # domain pattern, a key of ferrotune.simulation.domain_patterns.GEOMETRIES
    shape: tuple[int, int] = (1024, 1024)  # rows and columns of the image, px
    sm_percent: float = _within(0.0, 0, 50)  # Sm on the A site
    polarization_pm: float | None = _within(None, 0, 60)  # Fe from its Bi cage; None: polarization_of(Sm)
    wall_width: float = _within(2.0, 0.1, 20)  # full width of an edge-on wall, unit cells
    cell_px: tuple[float, float] = (25.5, 26.6)  # unit cell along rows and along columns
    pixel_size_pm: float = _within(15.6, 1, 100)
    lattice_rotation_deg: float = _within(0.7, -20, 20)
    lattice_shear_deg: float = _within(0.3, -10, 10)  # 90 degrees minus the angle of the cell
    probe_sigma_px: float = _within(5.0, 0.5, 20)  # Gaussian width of a column
    b_intensity: float = _within(0.36, 0, 2)  # peak of a Fe column, share
    background: float = _within(0.5, 0, 10)  # level under the columns, share
    column_atoms: int = _within(
        30, 1, 1000
    )  # A atoms in a column; Sm is placed at random: the fewer atoms, the more columns differ
    dose: float = _within(150.0, 1, np.inf)  # counts on top of a Bi column; infinite: no noise, top at 1
    mistilt: float = _within(0.15, 0, 2)  # elongation of columns at the right edge (0 at the left), share
    mistilt_shift_pm: float = _within(3.0, 0, 20)  # apparent shift of Fe at the right edge (0 at the left)
    mistilt_direction_deg: float = _within(30.0, -360, 360)
    thickness_gradient: float = _within(0.1, -1, 1)  # growth of the signal from top to bottom, share of mean
    jitter_px: float = _within(0.3, 0, 3)  # random shift of each scan line along itself, RMS
    drift_px: float = _within(2.0, 0, MAX_DRIFT)  # bound of the slow displacement
    substrate_cells: float = _within(0.0, 0, 1000)  # height of a substrate strip along the bottom
    scan_rotation_deg: float = _within(0.0, -45, 45)  # rotation of the scan frame, NaN outside; at 0 it fills the image

    def __post_init__(self):
        if self.geometry not in GEOMETRIES:
            raise InputError(f"geometry {self.geometry!r} is unknown; choose one of: {', '.join(GEOMETRIES)}")
        for setting in fields(self):
            value, (low, high) = getattr(self, setting.name), setting.metadata.get("range", (None, None))
            if low is None or (value is None and setting.default is None):
                continue
            if not _is_number(value) or not low <= value <= high:
                raise InputError(f"{setting.name} must be a number from {low} to {high}, not {value!r}")
        self._check_pair("shape", 32, 20000, whole=True)
        self._check_pair("cell_px", 4, 200, whole=False)
        if self.polarization_pm is None:
            object.__setattr__(self, "polarization_pm", polarization_of(self.sm_percent))

    def _check_pair(self, name, low, high, whole):
        pair = getattr(self, name)
        fits = isinstance(pair, tuple | list) and len(pair) == 2 and all(_is_number(v) for v in pair)
        fits = fits and all(low <= v <= high and (not whole or v == int(v)) for v in pair)
        if not fits:
            numbers = "whole numbers" if whole else "numbers"
            raise InputError(f"{name} must be two {numbers} from {low} to {high} px, not {pair!r}")
        object.__setattr__(self, name, tuple((int if whole else float)(v) for v in pair))


@dataclass(frozen=True)
class Simulation:
    """A simulated image and its truth.

    A true position includes drift and mis-tilt, which move the whole column. It does not include scan-line jitter,
    which is noise that differs from row to row.

    image : (y, x) float64, counts; NaN outside the scan frame
    columns_yx : (column, 2), px; only columns at least 1 px inside the frame
    sublattice : (column,) int8, 0 = A (Bi, Sm), 1 = B (Fe)
    cells : unit cells whose five columns are all in `columns_yx`: yx (cell, 2), centre of the four A
        columns, px; polarization (cell, 2), B column minus that centre, px as (y, x); domain int8, variant
        as in `ferrotune.simulation.domain_patterns`, -1 = substrate, which is no domain; ab (cell, 2) int32;
        a, b, px (a runs down the rows); alpha, degrees; volume, px^2
    pixel_size_pm, sm_percent : as in the settings
    settings : every field of the Specimen, and the seed
    """

    image: np.ndarray
    columns_yx: np.ndarray
    sublattice: np.ndarray
    cells: dict[str, np.ndarray]
    pixel_size_pm: float
    sm_percent: float
    settings: dict


def _lattice(specimen):
    """Lattice vectors a (down the rows) and b as rows (2, 2), px as (y, x)."""
    along_rows = rotation(specimen.lattice_rotation_deg)[0]
    along_columns = rotation(specimen.lattice_rotation_deg - specimen.lattice_shear_deg)[1]
    return np.stack([specimen.cell_px[0] * along_rows, specimen.cell_px[1] * along_columns])


def _sites(specimen, rng):
    """A sites (na, nb, 2) in lattice units from the middle of the image, and whether each (na, nb) is film."""
    half = (np.array(specimen.shape) - 1) / 2
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * half
    reach = np.ceil(np.abs(corners @ np.linalg.inv(_lattice(specimen))).max(axis=0)).astype(int) + 2
    index = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), axis=-1)
    sites = index + rng.uniform(-0.5, 0.5, 2)
    film = np.ones(index.shape[:2], bool)
    if specimen.substrate_cells:
        # The substrate starts at a row of A columns: the cells above it are the film's.
        height = half[0] / specimen.cell_px[0] - specimen.substrate_cells
        film = index[..., 0] < np.rint(height - (sites - index)[0, 0, 0])
    return sites, film


def _drift(specimen, rng):
    """Function that gives the drift of positions (..., 2), px: three low harmonics of the time of a scan line."""
    half = (np.array(specimen.shape) - 1) / 2
    slow = rotation(specimen.scan_rotation_deg)[0] / half[0]
    order = np.pi / 2 * np.arange(1, 4)
    phase = rng.uniform(0, 2 * np.pi, (2, 3))
    weight = rng.normal(size=(2, 3)) / order
    # Divided by the largest possible sum of the harmonics, so drift_px is never exceeded.
    weight *= specimen.drift_px / np.hypot(*np.abs(weight).sum(axis=1))
    return lambda yx: (np.sin(order * ((yx - half) @ slow)[..., None, None] + phase) * weight).sum(axis=-1)


def _a_intensity(shape, specimen, rng):
    """Peaks of A columns over that of pure Bi, each with its own random Sm content."""
    n = int(specimen.column_atoms)
    sm = rng.binomial(n, specimen.sm_percent / 100, shape) / n
    return 1 - sm + sm * (Z_SM / Z_BI) ** Z_EXPONENT


def _cell_truth(a_yx, b_yx):
    """True geometry of the cells of a grid: A columns (na, nb, 2) around B columns (na - 1, nb - 1, 2)."""
    centre = (a_yx[:-1, :-1] + a_yx[1:, :-1] + a_yx[:-1, 1:] + a_yx[1:, 1:]) / 4
    edge_a = (np.diff(a_yx, axis=0)[:, :-1] + np.diff(a_yx, axis=0)[:, 1:]) / 2
    edge_b = (np.diff(a_yx, axis=1)[:-1] + np.diff(a_yx, axis=1)[1:]) / 2
    a, b = np.linalg.norm(edge_a, axis=-1), np.linalg.norm(edge_b, axis=-1)
    alpha = np.degrees(np.arccos(np.clip((edge_a * edge_b).sum(axis=-1) / (a * b), -1, 1)))
    volume = np.abs(edge_a[..., 0] * edge_b[..., 1] - edge_a[..., 1] * edge_b[..., 0])
    return {"yx": centre, "polarization": b_yx - centre, "a": a, "b": b, "alpha": alpha, "volume": volume}


def _polarize(sites, film, specimen, seed):
    """Domain label (na, nb) and displacement (na, nb, 2), px, of B sites in lattice units."""
    label = np.full(film.shape, -1, np.int8)
    displacement = np.zeros(sites.shape)
    label[film], direction = domain_pattern(specimen.geometry, sites[film], specimen.wall_width, seed)
    amplitude = specimen.polarization_pm / specimen.pixel_size_pm
    displacement[film] = amplitude * direction @ rotation(specimen.lattice_rotation_deg)
    return label, displacement


def polarization_of(sm_percent):
    """Displacement of Fe from its Bi cage at a Sm content, pm.

    It is 40 without Sm, and falls as a square root to 0 at 20 % Sm. The form is ours (Landau's order parameter); the
    end points follow the Sm-BFO record.
    """
    return 40.0 * float(np.sqrt(max(0.0, 1.0 - sm_percent / 20.0)))


def simulate(specimen, seed):
    """Simulate an image of a specimen, with its true columns and unit cells.

    Parameters
    ----------
    specimen : Specimen
        Settings of the specimen and the image.
    seed : int
        Decides the pattern, the lattice's origin, the Sm content of each column, drift, jitter and noise, each from
        its own stream of random numbers: another dose leaves the domains as they are.

    Returns
    -------
    Simulation
        Image (y, x) float64 in counts, and the true columns and unit cells. `Simulation` defines "true".

    Examples
    --------
    >>> film = simulate(Specimen(geometry="walls_109", shape=(128, 160)), seed=1)
    >>> print(film.image.shape, film.columns_yx.shape == (len(film.sublattice), 2))
    (128, 160) True
    >>> sorted(film.cells)
    ['a', 'ab', 'alpha', 'b', 'domain', 'polarization', 'volume', 'yx']
    >>> print(film.cells["a"].mean().round(), "px")
    26.0 px
    """
    origin_rng, sm_rng, drift_rng, jitter_rng, noise_rng = np.random.default_rng(seed).spawn(5)
    middle = (np.array(specimen.shape) - 1) / 2
    a_sites, film_a = _sites(specimen, origin_rng)
    b_sites, film_b = a_sites[:-1, :-1] + 0.5, film_a[:-1, :-1]
    a_yx, b_yx = (middle + sites @ _lattice(specimen) for sites in (a_sites, b_sites))

    # The pattern covers all that any allowed drift can bring into the image, so that it does not depend on drift.
    film_b = film_b & (depth_in_frame(b_yx, specimen) > -max(specimen.cell_px) - MAX_DRIFT)
    label, displacement = _polarize(b_sites, film_b, specimen, seed)
    tilt = rotation(specimen.mistilt_direction_deg)[0] * specimen.mistilt_shift_pm / specimen.pixel_size_pm
    b_yx = b_yx + displacement + tilt * tilt_share(b_yx, specimen)[..., None]
    drift = _drift(specimen, drift_rng)
    a_yx, b_yx = a_yx + drift(a_yx), b_yx + drift(b_yx)

    a_peak = np.where(film_a, _a_intensity(film_a.shape, specimen, sm_rng), SUBSTRATE_A)
    b_peak = np.where(film_a[:-1, :-1], specimen.b_intensity, SUBSTRATE_B)
    yx, peak = np.vstack([a_yx.reshape(-1, 2), b_yx.reshape(-1, 2)]), np.append(a_peak, b_peak)
    image = detect(draw(yx, peak, specimen, jitter_rng), specimen, noise_rng)

    seen_a, seen_b = (depth_in_frame(sites, specimen) >= 1 for sites in (a_yx, b_yx))
    whole = seen_b & seen_a[:-1, :-1] & seen_a[1:, :-1] & seen_a[:-1, 1:] & seen_a[1:, 1:]
    cells = {name: values[whole] for name, values in _cell_truth(a_yx, b_yx).items()}
    ab = np.argwhere(whole).astype(np.int32)
    cells |= {"domain": label[whole], "ab": ab - ab.min(axis=0, initial=len(whole))}
    return Simulation(
        image=image,
        columns_yx=np.concatenate([a_yx[seen_a], b_yx[seen_b]]),
        sublattice=np.repeat(np.array([0, 1], np.int8), [seen_a.sum(), seen_b.sum()]),
        cells=cells,
        pixel_size_pm=specimen.pixel_size_pm,
        sm_percent=specimen.sm_percent,
        settings=asdict(specimen) | {"seed": seed},
    )
