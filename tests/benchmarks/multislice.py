"""multislice_factor: measured displacement over that of Fe, and what mis-tilt adds to it, on multislice films.

BiFeO3 along [100] of pseudocubic cells, 200 kV, HAADF, 4 and 8 nm, with known atoms: oxygen moves 1.5 times as far as
Fe. The windows are made by abTEM (`peers/abtem_windows.py`) and kept. Columns are measured by the stages of the
package: as Gaussians, and with tails. Offsets by tilt are differences from the film that stands upright.
`SHIFT_OF_ASYMMETRY` was chosen on the films of 4 nm without displacement, tilted along [110]; all others are a check.
The trend of the polarization is compared with the tilt on drawn films and films of measured maps, whose columns are not
drawn: only their truth is used.
"""

import numpy as np

import ferrotune
from benchmarks.multislice_films import PIXEL_PM, Case, film, make_windows, unit_cell
from benchmarks.rows import Row
from benchmarks.truth_films import MAPS
from ferrotune.cells.tilt_shift import linear_trend
from ferrotune.files.polarization_maps import read_map
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

TILTED = [(0, 3, 45), (0, 6, 45), (0, 6, 0), (40, 6, 45), (40, 6, -45)]
CHOSEN = {(0, 3, 45, 4), (0, 6, 45, 4)}
TILT_PM = 8.0  # shift at the right edge of the films whose trend is looked at
PART = 50  # cells of a map


def measured(case, shape="gaussian", seed=1):
    """Mean polarization (2,) pm of a film, shift by mis-tilt (2,) that the asymmetry gives, and height of the tail."""
    image = ferrotune.prepare_image(film(unit_cell(case), seed), pixel_size_pm=PIXEL_PM)
    columns = ferrotune.locate_columns(image, shape=shape)
    cells = ferrotune.measure_cells(columns)
    mean = np.nanmedian(cells.polarization.to_numpy(), axis=0) * PIXEL_PM
    shift = np.array(cells.attrs["tilt_shift_px"]) * PIXEL_PM
    return mean, shift, (columns.attrs["tail"] or {}).get("height")


def _factors(nm):
    """Rows: displacement measured over that of Fe, for both shapes, and how high the tail is."""
    rows, upright = [], {}
    for shape in ("gaussian", "tail"):
        zero, _, _ = measured(Case(0, nm=nm), shape)
        for d in (20, 40):
            case = Case(d, nm=nm)
            mean, _, tail = measured(case, shape)
            true, _ = case.vectors()
            factor = float((mean - zero) @ true / (true @ true))
            rows.append(Row(f"multislice_factor[{shape}, {d} pm, {nm} nm]", factor, "of Fe"))
            if shape == "gaussian":
                upright[d] = mean
        if shape == "gaussian":
            upright[0] = zero
        else:
            rows.append(Row(f"multislice_factor[height of the tail, {nm} nm]", tail, "of the column"))
    return rows, upright


def _offsets(nm, upright):
    """Rows: what mis-tilt adds along its direction, and what the asymmetry of A says of it."""
    rows = []
    for d, tilt, direction in TILTED:
        case = Case(d, tilt, direction, nm)
        mean, shift, _ = measured(case)
        _, true = case.vectors()
        along = true / np.hypot(*true)
        offset, said = float((mean - upright[d]) @ along), float(shift @ along)
        use = "chosen on it" if (d, tilt, direction, nm) in CHOSEN else "check"
        name = f"multislice_tilt[{d} pm, {tilt} mrad at {direction} degrees, {nm} nm]"
        rows.append(Row(name, offset, "pm", f"by asymmetry, {use}", said, said / offset))
    return rows


def _trends():
    """Row: root mean square of trend less tilt, over that of the tilt, on films whose tilt grows from left to right."""
    tilt = {"mistilt_shift_pm": TILT_PM, "mistilt_direction_deg": 30.0, "shape": (780, 780)}
    drawn = ("walls_109", "diagonal_180", "closure", "mottled")
    films = [("drawn", simulate(Specimen(geometry=name, **tilt), seed)) for name in drawn for seed in (1, 2)]
    if MAPS.exists():
        for name, part in (("sm_0", (40, 20)), ("sm_13", (0, 0)), ("sm_0", (10, 60)), ("sm_13", (50, 40))):
            whole = read_map(f"{MAPS}#{name}")
            settings = tilt | {"shape": None, "geometry": "map", "map": str(MAPS), "map_part": (*part, PART, PART)}
            films.append(("maps", simulate(Specimen(**settings), 1, whole)))
    rows, true = [], TILT_PM * np.array([[0, 0], [np.cos(np.radians(30)), np.sin(np.radians(30))]])
    for kind in sorted({kind for kind, _ in films}):
        off = [
            linear_trend(of.cells["yx"], of.cells["polarization"], 26.0) * of.pixel_size_pm - true
            for at, of in films
            if at == kind
        ]
        rows.append(Row(f"multislice_trend[{kind}: error of the trend]", float(np.sqrt(np.mean(np.square(off)))), "pm"))
    return rows


def measure():
    """Rows: factors, offsets by tilt, and what trends of the polarization say of it."""
    make_windows()
    rows = []
    for nm in (4, 8):
        factors, upright = _factors(nm)
        rows += factors + _offsets(nm, upright)
    return rows + _trends()
