"""Simulate atomically resolved images of Sm-doped BiFeO3, with their truth."""

from dataclasses import asdict, dataclass, replace

import numpy as np

from ferrotune.cells.polarization_variants import polarization_variants
from ferrotune.errors import InputError
from ferrotune.simulation import disorder
from ferrotune.simulation.domain_patterns import domain_pattern
from ferrotune.simulation.drawing import depth_in_frame, detect, draw, lattice_of, rotation, tilt_share
from ferrotune.simulation.map_pattern import map_pattern, part_of_map
from ferrotune.simulation.specimen import MAP, MAX_DRIFT

# Intensity of a column goes with this power of its atomic number, as is usual for HAADF.
Z_EXPONENT = 1.7
Z_BI, Z_SM = 83, 62
# Intensity of columns of a scandate substrate over that of a Bi column: our choice, after Z^1.7 of Dy and Sc.
SUBSTRATE_A, SUBSTRATE_B = 0.68, 0.22


@dataclass(frozen=True)
class Simulation:
    """A simulated image and its truth.

    A true position includes drift and mis-tilt, which move the whole column. It does not include scan-line jitter,
    which is noise that differs from row to row, nor the flyback at the beginning of the scan lines.

    image : (y, x) float64, counts; NaN outside the scan frame
    columns_yx : (column, 2), px; only columns at least 1 px inside the frame
    sublattice : (column,) int8, 0 = A (Bi, Sm), 1 = B (Fe)
    cells : unit cells whose five columns are all in `columns_yx`: yx (cell, 2), centre of the four A
        columns, px; polarization (cell, 2), B column minus that centre, px as (y, x); displacement (cell, 2), what of
        it is ferroelectric, without mis-tilt and disorder of the columns, px; domain int8, variant
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


def _sites(specimen, rng):
    """A sites (na, nb, 2) in lattice units from the middle of the image, and whether each (na, nb) is film."""
    half = (np.array(specimen.shape) - 1) / 2
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * half
    reach = np.ceil(np.abs(corners @ np.linalg.inv(lattice_of(specimen))).max(axis=0)).astype(int) + 2
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


def _drawn_polarization(sites, film, specimen, seed, rng):
    """Domain label (na, nb) and displacement (na, nb, 2), px, of B sites; -1 and 0 outside the film."""
    label = np.full(film.shape, -1, np.int8)
    displacement = np.zeros(sites.shape)
    pattern = domain_pattern(specimen.geometry, sites[film], specimen.wall_width, seed, specimen.wall_profile)
    label[film], direction = pattern
    amplitude = specimen.polarization_pm / specimen.pixel_size_pm
    amplitude = amplitude * disorder.weakening(sites[film], specimen.weak_share, rng)[:, None]
    displacement[film] = amplitude * direction @ rotation(specimen.lattice_rotation_deg)
    return label, displacement


def _mapped_polarization(sites, film, specimen, polarization, seed):
    """Label and displacement of B sites as in `_drawn_polarization`, and whether the map knows them."""
    displacement = map_pattern(polarization, sites)
    known = np.isfinite(displacement).all(axis=-1)
    label = np.full(film.shape, -1, np.int8)
    inside = known & film
    label[inside] = polarization_variants(displacement[inside], sites[inside], 1.0, seed=seed)
    displacement = np.where(inside[..., None], displacement, 0.0) @ rotation(specimen.lattice_rotation_deg)
    return label, displacement, known


def _corners(of_cells):
    """Which A sites (na, nb) belong to at least one of the marked cells (na - 1, nb - 1)."""
    of_sites = np.zeros(np.array(of_cells.shape) + 1, bool)
    for rows in (slice(None, -1), slice(1, None)):
        for columns in (slice(None, -1), slice(1, None)):
            of_sites[rows, columns] |= of_cells
    return of_sites


def _completed(specimen, polarization):
    """The specimen with the size of its whole map, and the part of the map that it uses; None without a map."""
    if specimen.geometry != MAP:
        return specimen, None
    if polarization is None:
        raise InputError("geometry map needs the polarization map; give it to simulate() as an array")
    polarization = part_of_map(polarization, specimen.map_part, specimen.map_flip, specimen.map_turns)
    if specimen.shape is None:
        size = np.ceil(np.array(polarization.shape[:2]) * specimen.cell_px).astype(int)
        specimen = replace(specimen, shape=tuple(size.tolist()))
    return specimen, polarization


class _Missing:
    """Where a film is missing: holes and a ragged border (dark), and what its map does not know (not scanned)."""

    def __init__(self, specimen, a_sites, rng, lattice, middle, polarization):
        self._specimen, self._seed, self._polarization = specimen, int(rng.integers(2**31)), polarization
        self._to_sites = lambda yx: (yx - middle) @ np.linalg.inv(lattice)
        inside = depth_in_frame(middle + a_sites @ lattice, specimen) > 0
        self._extent = np.stack([a_sites[inside].min(axis=0), a_sites[inside].max(axis=0)])
        holes = specimen.holes or specimen.ragged_cells
        self.vacuum = (lambda yx: self.of_film(self._to_sites(yx))) if holes else None
        self.unknown = None if polarization is None else lambda yx: ~self._known(self._to_sites(yx))

    def of_film(self, sites):
        """Whether each position (..., 2), unit cells, is in a hole or beyond the border."""
        s = self._specimen
        if not (s.holes or s.ragged_cells):
            return np.zeros(sites.shape[:-1], bool)
        rng = np.random.default_rng(self._seed)
        return disorder.missing(sites, self._extent, s.holes, s.hole_cells, s.ragged_cells, rng)

    def _known(self, sites):
        return np.isfinite(map_pattern(self._polarization, sites)).all(axis=-1)


def simulate(specimen, seed, polarization=None):
    """Simulate an image of a specimen, with its true columns and unit cells.

    Parameters
    ----------
    specimen : Specimen
        Settings of the specimen and the image.
    seed : int
        Decides the pattern, the lattice's origin, the Sm content of each column, drift, jitter and noise, each from
        its own stream of random numbers: another dose leaves the domains as they are.
    polarization : (row, column, 2) float, optional
        Of geometry map: displacement of B in each unit cell, px as (y, x) along the lattice axes, NaN outside.

    Returns
    -------
    Simulation
        Image (y, x) float64 in counts, and the true columns and unit cells. `Simulation` defines "true".

    Examples
    --------
    >>> from ferrotune.simulation.specimen import Specimen
    >>> film = simulate(Specimen(geometry="walls_109", shape=(128, 160)), seed=1)
    >>> print(film.image.shape, film.columns_yx.shape == (len(film.sublattice), 2))
    (128, 160) True
    >>> sorted(film.cells)
    ['a', 'ab', 'alpha', 'b', 'displacement', 'domain', 'polarization', 'volume', 'yx']
    >>> print(film.cells["a"].mean().round(), "px")
    26.0 px
    """
    specimen, polarization = _completed(specimen, polarization)
    origin_rng, sm_rng, drift_rng, jitter_rng, noise_rng, *disorder_rngs = np.random.default_rng(seed).spawn(10)
    weak_rng, damage_rng, hole_rng, scatter_rng, shift_rng = disorder_rngs
    middle, lattice = (np.array(specimen.shape) - 1) / 2, lattice_of(specimen)
    a_sites, film_a = _sites(specimen, origin_rng)
    b_sites, film_b = a_sites[:-1, :-1] + 0.5, film_a[:-1, :-1]
    a_yx, b_yx = (middle + sites @ lattice for sites in (a_sites, b_sites))

    # The pattern covers all that any allowed drift can bring into the image, so that it does not depend on drift.
    film_b = film_b & (depth_in_frame(b_yx, specimen) > -max(specimen.cell_px) - MAX_DRIFT)
    known = np.ones(film_b.shape, bool)
    if polarization is None:
        label, displacement = _drawn_polarization(b_sites, film_b, specimen, seed, weak_rng)
    else:
        label, displacement, known = _mapped_polarization(b_sites, film_b, specimen, polarization, seed)
    gone = _Missing(specimen, a_sites, hole_rng, lattice, middle, polarization)
    there_b = known & ~gone.of_film(b_sites)
    there_a = _corners(known) & ~gone.of_film(a_sites)

    direction = rotation(specimen.mistilt_direction_deg)[0] * specimen.mistilt_shift_pm / specimen.pixel_size_pm
    b_yx = b_yx + displacement + direction * tilt_share(b_yx, specimen, seed)[..., None]
    drift = _drift(specimen, drift_rng)
    a_yx, b_yx = a_yx + drift(a_yx), b_yx + drift(b_yx)
    a_yx, b_yx = (yx + specimen.column_noise_px * scatter_rng.normal(size=yx.shape) for yx in (a_yx, b_yx))

    a_peak = np.where(film_a, _a_intensity(film_a.shape, specimen, sm_rng), SUBSTRATE_A)
    b_peak = np.where(film_a[:-1, :-1], specimen.b_intensity, SUBSTRATE_B)
    sites, yx = (np.vstack([a.reshape(-1, 2), b.reshape(-1, 2)]) for a, b in ((a_sites, b_sites), (a_yx, b_yx)))
    there = np.append(there_a, there_b)
    hurt = disorder.damaged(sites, specimen.damage_share, damage_rng)[:, None]
    drawn = yx + hurt * disorder.DAMAGE_PX * scatter_rng.normal(size=yx.shape)
    peak = np.append(a_peak, b_peak) * np.where(hurt[:, 0], disorder.DAMAGED_INTENSITY, 1.0)
    shifts = specimen.jitter_px * jitter_rng.normal(size=sum(specimen.shape))
    shifts += disorder.row_shifts(len(shifts), specimen.row_shift_px, shift_rng)
    columns = draw(drawn[there], peak[there], tilt_share(drawn[there], specimen, seed), shifts, specimen)
    image = detect(columns, specimen, noise_rng, seed, gone.vacuum, gone.unknown)

    seen_a = there_a & (depth_in_frame(a_yx, specimen) >= 1)
    seen_b = there_b & (depth_in_frame(b_yx, specimen) >= 1)
    whole = seen_b & seen_a[:-1, :-1] & seen_a[1:, :-1] & seen_a[:-1, 1:] & seen_a[1:, 1:]
    cells = {name: values[whole] for name, values in _cell_truth(a_yx, b_yx).items()}
    ab = np.argwhere(whole).astype(np.int32)
    cells |= {
        "domain": label[whole],
        "displacement": displacement[whole],
        "ab": ab - ab.min(axis=0, initial=len(whole)),
    }
    return Simulation(
        image=image,
        columns_yx=np.concatenate([a_yx[seen_a], b_yx[seen_b]]),
        sublattice=np.repeat(np.array([0, 1], np.int8), [seen_a.sum(), seen_b.sum()]),
        cells=cells,
        pixel_size_pm=specimen.pixel_size_pm,
        sm_percent=specimen.sm_percent,
        settings=asdict(specimen) | {"seed": seed},
    )
