"""Settings of a simulated specimen and its image, with their allowed ranges."""

from dataclasses import dataclass, field, fields

import numpy as np

from ferrotune.errors import InputError
from ferrotune.simulation.domain_patterns import GEOMETRIES, PROFILES
from ferrotune.simulation.drawing import TILTS

MAX_DRIFT = 20.0  # px
MAP = "map"  # the geometry whose polarization is read from a file
_CHOICES = {
    "geometry": (*GEOMETRIES, MAP),
    "wall_profile": tuple(PROFILES),
    "mistilt_profile": tuple(TILTS),
}


def _is_number(value):
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _within(default, low, high):
    """A setting with its allowed range."""
    return field(default=default, metadata={"range": (low, high)})


def polarization_of(sm_percent):
    """Displacement of Fe from its Bi cage at a Sm content, pm.

    It is 40 without Sm, and falls as a square root to 0 at 20 % Sm. The form is ours (Landau's order parameter); the
    end points follow the Sm-BFO record.
    """
    return 40.0 * float(np.sqrt(max(0.0, 1.0 - sm_percent / 20.0)))


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

    geometry: str = "walls_109"  # a key of ferrotune.simulation.domain_patterns.GEOMETRIES, or map
    shape: tuple[int, int] | None = (1024, 1024)  # rows and columns of the image, px; None: the whole map
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
    wall_profile: str = "tanh"  # tanh, or linear: a sharp wall that is inclined through the thickness, in projection
    mistilt_profile: str = "linear"  # linear, third (the right third of the film) or varying (a smooth random field)
    weak_share: float = _within(0.0, 0, 0.9)  # share of the film without polarization, in regions
    damage_share: float = _within(0.0, 0, 0.9)  # share of the film that is damaged: faint, scattered columns
    holes: int = _within(0, 0, 100)
    hole_cells: float = _within(4.0, 0, 100)  # their radius
    ragged_cells: float = _within(0.0, 0, 100)  # largest width of what is missing along the right border
    column_noise_px: float = _within(0.0, 0, 3)  # random displacement of each column, RMS along each axis
    row_shift_px: float = _within(0.0, 0, 5)  # shift of scan lines along themselves, alike over 20 lines, RMS
    flyback_px: float = _within(0.0, 0, 20)  # how far the beam is behind, to the right, where a scan line begins
    flyback_length_px: float = _within(30.0, 1, 1000)  # over which this falls to 1/e
    thickness_variation: float = _within(0.0, 0, 0.5)  # of the signal, a smooth random field, RMS
    map: str | None = None  # geometry map: file of the polarization map; see ferrotune.files.polarization_maps
    map_part: tuple[int, int, int, int] | None = None  # first row and column, rows and columns of the part in use
    map_flip: bool = False  # mirror left and right
    map_turns: int = _within(0, -3, 3)  # quarter turns, +y towards +x

    def __post_init__(self):
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise InputError(f"{name} {getattr(self, name)!r} is unknown; choose one of: {', '.join(known)}")
        if (self.geometry == MAP) != (self.map is not None):
            raise InputError("geometry map needs `map`, the file of a polarization map, and only that geometry has one")
        for setting in fields(self):
            value, (low, high) = getattr(self, setting.name), setting.metadata.get("range", (None, None))
            if low is None or (value is None and setting.default is None):
                continue
            if not _is_number(value) or not low <= value <= high:
                raise InputError(f"{setting.name} must be a number from {low} to {high}, not {value!r}")
        if self.shape is not None or self.geometry != MAP:
            self._check_pair("shape", 32, 20000, whole=True)
        self._check_pair("cell_px", 4, 200, whole=False)
        if self.flyback_px >= self.flyback_length_px:
            raise InputError(
                f"flyback_px must be below flyback_length_px, or the beam goes back: {self.flyback_px} and "
                f"{self.flyback_length_px} are given"
            )
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
