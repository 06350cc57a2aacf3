"""Films of known truth for `make truth`: measured maps, maps of a model, drawn domains, and films without walls."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

from benchmarks.landau_maps import Model, film_map
from ferrotune.files.polarization_maps import read_map
from ferrotune.simulation.map_pattern import part_of_map

MAPS = Path(__file__).parents[3] / "shared" / "data" / "sm_bfo_polarization_maps.npz"
SCALE = 0.62  # of the cell and of all displacements: films of fewer pixels take less time
CELL = (26.6 * SCALE, 25.5 * SCALE)
MEASURED = {
    "cell_px": CELL,
    "probe_sigma_px": 5.0 * SCALE,
    "pixel_size_pm": 15.6 / SCALE,
    "dose": 260.0,
    "column_noise_px": 0.12 * SCALE,
    "row_shift_px": 0.15 * SCALE,
    "jitter_px": 0.2 * SCALE,
    "mistilt_profile": "third",
    "mistilt_shift_pm": 12.5,
    "thickness_variation": 0.08,
}
LOW, HIGH = ({"column_noise_px": s * SCALE, "dose": d} for s, d in ((0.06, 500.0), (0.24, 130.0)))
# Parts of 90 x 90 cells with at least two regions: of two k-means clusters of the map, the smaller one has a tenth of
# the cells, and both explain more than half of the variance. (part, mirrored, quarter turns)
PARTS = {
    "sm_0": (((15, 39, 90, 90), True, 1), ((60, 13, 90, 90), False, 2)),
    "sm_13": (((30, 52, 90, 90), True, 1), ((60, 39, 90, 90), False, 2)),
}
# Drawn films on which a limit or a default was chosen; of the films from maps, those are the whole maps and one model.
CHOSEN_ON = {
    "109 degrees, 4.0 cells",
    "109 degrees, 8.0 cells",
    "71 degrees",
    "inclined, 10 cells",
    "closure 50",
    "nanodomains",
}
MODELS = {
    "strong": (Model(field=0.25), 0.9),
    "pinned": (Model(field=0.4, field_length=5.0, softness=0.3), 0.7),
    "elongated": (Model(gradient=5.0, field_length=10.0, stretch=(0.4, 1.0)), 0.7),
    "wide": (Model(gradient=8.0, field_length=12.0), 0.5),
}  # and the root mean square of the displacement, px as in the measured maps (0.97 at 0 % Sm, 0.59 at 13 %)
DAMAGED = {"holes": 2, "hole_cells": 4.0, "ragged_cells": 5.0, "damage_share": 0.08}


@dataclass(frozen=True)
class Film:
    """A film of known truth.

    name, kind : str
    specimen : dict, settings of the Specimen
    seed : int
    polarization : (row, column, 2) px or None, of a film that is rendered from a map
    answer : str, the right one
    chosen_on : bool, whether a limit or a default was chosen on this film
    width, variants : known width of its walls, cells, and number of its variants; None where there is no one number
    """

    name: str
    kind: str
    specimen: dict
    seed: int = 1
    polarization: np.ndarray | None = field(default=None, repr=False)
    answer: str = "walls"
    chosen_on: bool = False
    width: float | None = None
    variants: int | None = None


def _null_map(polarization, seed):
    """Surrogate of a map: the same spectrum and cross-spectrum, random phases.

    The plain way (Prichard and Theiler, Phys. Rev. Lett. 73, 951 (1994)), which shares no code with the judge's.
    """
    known = np.isfinite(polarization).all(axis=2)
    mean = polarization[known].mean(axis=0)
    off = np.where(known[..., None], polarization - mean, 0.0)
    noise = np.random.default_rng(seed).standard_normal(known.shape)
    phase = np.exp(1j * np.angle(np.fft.fft2(noise)))[..., None]
    found = np.fft.ifft2(np.fft.fft2(off, axes=(0, 1)) * phase, axes=(0, 1)).real
    return mean + found * np.sqrt(known.size / known.sum())


def _random_field(length, seed, cells=50):
    """Part of a Gaussian random field (row, column, 2) without walls, px; its correlation falls off over `length`.

    Lengths are in cells. Smooth fields are averages of noise over a Gaussian; rough ones have a correlation that falls
    off nearly exponentially. The root mean square is that of the measured map of 0 % Sm.
    """
    rng, shape = np.random.default_rng([seed, 5]), (256, 256)
    k = 2 * np.pi * length * np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    amplitude = np.exp(-(k**2) / 2) if seed % 2 else (1 + k**2) ** -0.75
    found = np.stack([np.fft.ifft2(np.fft.fft2(rng.standard_normal(shape)) * amplitude).real for _ in range(2)], -1)
    return (found / found.std(axis=(0, 1)) * [0.9, 0.63])[:cells, :cells]


def _of_map(name, polarization, settings, **more):
    specimen = MEASURED | {"geometry": "map", "map": name, "shape": None} | settings
    return Film(name, "map", specimen, polarization=SCALE * polarization, **more)


def map_films():
    """Films rendered from the whole measured maps at three noise levels, and from parts of them; none without them."""
    if not MAPS.exists():
        return []
    films = []
    for key, parts in PARTS.items():
        whole = read_map(f"{MAPS}#{key}")
        for level, settings in (("low", LOW), ("usual", {}), ("high", HIGH)):
            films.append(_of_map(f"{key} {level}", whole, settings, seed=11, chosen_on=True))
        for number, (part, flip, turns) in enumerate(parts):
            cut = part_of_map(whole, part, flip, turns)
            film = _of_map(f"{key} part {number}, damaged", cut, DAMAGED, seed=20 + number)
            # which trial is selected below chance was kept after a look at those of the 13 % map
            films.append(replace(film, chosen_on=key == "sm_13"))
    return films


def _has_regions(polarization):
    """Whether a map (row, column, 2) has two regions at least, as the parts in PARTS have."""
    values = polarization[np.isfinite(polarization).all(axis=2)]
    halves = KMeans(2, n_init=4, random_state=0).fit(values)
    smaller = np.bincount(halves.labels_).min() / len(values)
    return smaller >= 0.1 and halves.inertia_ < 0.5 * ((values - values.mean(axis=0)) ** 2).sum()


def part_films(count=3, cells=90, seed=20261201):
    """Films rendered from random parts of both maps, some mirrored or rotated."""
    if not MAPS.exists():
        return []
    rng, films = np.random.default_rng(seed), []
    for key in PARTS:
        whole, own = read_map(f"{MAPS}#{key}"), []
        while len(own) < count:
            row, column = (int(rng.integers(0, n - cells + 1)) for n in whole.shape[:2])
            cut = part_of_map(whole, (row, column, cells, cells), bool(rng.integers(2)), int(rng.integers(4)))
            if _has_regions(cut):
                film = _of_map(f"{key} at {row}, {column}", cut, {}, seed=300 + len(own))
                own.append(replace(film, kind="part"))
        films += own
    return films


def model_films(first=20):
    """Films rendered from maps of a Ginzburg-Landau model, on a substrate; `first` seed of the maps."""
    films = []
    for number, (name, (model, amplitude)) in enumerate(MODELS.items()):
        polarization = film_map((90, 90), model, amplitude, first + number)
        film = _of_map(f"model, {name}", polarization, {}, seed=70 + number)
        # on the film with one broad wall, the limits of what varies were chosen
        films.append(replace(film, kind="model", chosen_on=name == "wide"))
    return films


def drawn_films():
    """Films with drawn domains, of known widths and numbers of variants."""
    base = MEASURED | {"shape": (1000, 1000), "mistilt_shift_pm": 5.0}
    films = [
        Film(
            f"109 degrees, {width} cells",
            "drawn",
            base | {"geometry": "walls_109", "wall_width": width},
            30 + i,
            width=width,
            variants=2,
        )
        for i, width in enumerate((2.0, 4.0, 6.0, 8.0))
    ]
    inclined = {"geometry": "diagonal_180", "wall_profile": "linear"}
    for i, width in enumerate((6.0, 10.0)):
        settings = base | inclined | {"wall_width": width}
        films.append(Film(f"inclined, {width:g} cells", "drawn", settings, 40 + i, width=width, variants=2))
    for seed, settings in ((50, {}), (51, {"sm_percent": 10.0}), (52, HIGH)):
        films.append(
            Film(f"closure {seed}", "drawn", base | {"geometry": "closure"} | settings, seed, width=2.0, variants=4)
        )
    films.append(Film("weak regions", "drawn", base | {"geometry": "walls_109", "weak_share": 0.3}, 60, variants=2))
    films.append(Film("damaged", "drawn", base | DAMAGED | {"geometry": "diagonal_180"}, 61, variants=2))
    films.append(
        Film("71 degrees", "drawn", base | {"geometry": "walls_71", "wall_width": 1.5}, 62, width=4.5, variants=2)
    )
    films.append(
        Film(
            "varying tilt",
            "drawn",
            base | {"geometry": "walls_109", "mistilt_profile": "varying", "mistilt_shift_pm": 10.0},
            63,
            variants=2,
        )
    )
    films.append(Film("nanodomains", "drawn", base | {"geometry": "mottled"}, 64))
    return [replace(film, chosen_on=film.name in CHOSEN_ON) for film in films]


def new_films(seed):
    """Films that nobody has seen, of another seed: parts of the maps, the model, domains as in the demo."""
    films = []
    for cells in (90, 60):
        parts = part_films(cells=cells, seed=seed * 1000 + cells)
        films += [replace(film, name=f"{film.name}, {cells} cells", kind=f"part {cells}") for film in parts]
    films += [replace(film, chosen_on=False) for film in model_films(1000 * seed)]
    base = {"shape": (1024, 1088), "pixel_size_pm": 15.6, "dose": 400.0}
    for number in range(4):
        settings = base | {"geometry": "mottled", "sm_percent": 13.0}
        films.append(Film(f"nanodomains {number}", "nanodomains", settings, 1000 * seed + number))
    settings = base | {"geometry": "closure", "shape": (700, 720)}
    return [*films, Film("small closure", "closure", settings, 1000 * seed, width=2.0, variants=4)]


def null_films(count):
    """Films without walls: random fields, surrogates of the maps (gradual), mis-tilt, scan noise, noise (uniform)."""
    base = MEASURED | {"shape": (780, 780), "geometry": "none"}
    kinds = {
        "tilt": {"mistilt_profile": "varying", "mistilt_shift_pm": 12.5, "thickness_variation": 0.12},
        "scan": {"row_shift_px": 1.0 * SCALE, "jitter_px": 0.5 * SCALE, "mistilt_shift_pm": 0.0},
        "noise": {"row_shift_px": 0.0, "jitter_px": 0.0, "mistilt_shift_pm": 0.0, "mistilt": 0.0, "drift_px": 0.0},
    }
    films = [
        Film(f"{kind} {seed}", kind, base | settings, 100 + seed, answer="uniform")
        for kind, settings in kinds.items()
        for seed in range(count)
    ]
    gradual = {f"field {seed}": _random_field(4.0, seed) for seed in range(count)}
    if MAPS.exists():
        for seed in range(count):
            whole = read_map(f"{MAPS}#{('sm_0', 'sm_13')[seed % 2]}")
            gradual[f"surrogate {seed}"] = part_of_map(_null_map(whole, seed), (30, 30, 50, 50))
    for name, polarization in gradual.items():
        kind, seed = name.split()
        film = _of_map(name, polarization, {"mistilt_shift_pm": 3.0}, seed=200 + int(seed), answer="gradual")
        films.append(replace(film, kind=kind))
    return films
