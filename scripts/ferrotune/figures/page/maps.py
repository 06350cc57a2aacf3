"""What the maps of the page draw: the image, which site is where, labels, walls, and quantities of the unit cells."""

import base64
import io

import numpy as np
from PIL import Image

from ferrotune.figures.image_axes import grey_levels, site_map
from ferrotune.figures.page.packing import quantised, steps_of
from ferrotune.figures.polarization import direction_colours, full_magnitude
from ferrotune.files.rounds import stored_walls
from ferrotune.segmentation.wall_lengths import whole_path

LARGEST = 2048  # px along the longer side of the image in the page: 13 for each cell of 150 x 150 cells
FINEST = 800  # samples along the longer side of a map: 5 for each cell of 150 x 150 cells
KEPT_POINTS = 3  # one in so many: points of walls are 0.25 cells apart, and a bend of 2 cells then moves by 0.04 cells
QUALITY = 72  # of the JPEG
MEASURED = ("width", "width_error", "jump_px", "significance", "confidence")  # of each boundary


def picture_uri(picture, file_format, **options):
    """Turn a PIL image into a data URI."""
    file = io.BytesIO()
    picture.save(file, format=file_format, **options)
    return f"data:image/{file_format.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def image_picture(image, mask):
    """Turn the image into greys: a data URI (JPEG) of at most 2048 px.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    uri : str
    shape : [rows, columns] of the image in px that the picture covers; a block at the edge may be left out
    """
    grey, share, factor = grey_levels(image, mask, LARGEST)
    picture = Image.fromarray((255 * (1 - share * (1 - grey))).astype(np.uint8))
    covered = [side * factor for side in grey.shape]
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return picture_uri(picture, "JPEG", quality=QUALITY), covered


def wheel_picture(size=121):
    """Draw the colour of each direction of the polarization in the image, and of each magnitude: a data URI (PNG)."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    colours = np.dstack([direction_colours(np.stack([y, x], axis=-1), 1.0), np.hypot(y, x) <= 1])
    return picture_uri(Image.fromarray((255 * colours).round().astype(np.uint8)), "PNG", optimize=True)


class Rasters:
    """Rasters of sites in a pack; those that are drawn from the same sites are packed once."""

    def __init__(self, pack, mask, cell_px):
        self._pack, self._mask, self._cell_px, self._known = pack, mask, cell_px, {}
        self.shape, self.extent = None, None

    def of(self, yx):
        """Name of the raster of sites yx (site, 2) px in the pack; `shape` and `extent` are those of all."""
        key = np.asarray(yx, float).tobytes()
        if key not in self._known:
            sites, self.extent = site_map(yx, self._mask, self._cell_px, FINEST)
            self.shape = list(sites.shape)
            name = f"sites{len(self._known)}"
            self._pack.add(name, steps_of(sites))
            self._pack.add(f"{name}_yx", np.asarray(yx, np.float32).reshape(-1, 2))
            self._known[key] = name
        return self._known[key]


def thinned(path):
    """Keep every third point of a line (n, 2), and its last."""
    kept = path[::KEPT_POINTS]
    return kept if len(path) % KEPT_POINTS == 1 else np.concatenate([kept, path[-1:]])


def packed_walls(pack, name, walls, cell_px):
    """Pack the boundaries of trials.

    Parameters
    ----------
    pack : Pack
    name : str, prefix of the arrays
    walls : list over the trials of dict as `ferrotune.files.rounds.trial_arrays` gives them
    cell_px : float

    Returns
    -------
    dict
        `count`, how many boundaries there are, and `measured`, what the columns of "NAME measured" (boundary, column)
        float32 are, NaN where there is no number. "NAME of" (boundary, 4) has the place of its trial in `walls`, its
        number in the trial, how many points it has, and 1 where it stands. The points (y, x) of all follow each other
        in "NAME" (point, 2); `scale`, `offset`: px = numbers * scale + offset.
    """
    points, index, measured = [np.empty((0, 2))], [], []
    for place, of_trial in enumerate(walls):
        for number, (path, ring) in enumerate(zip(*stored_walls(of_trial), strict=True)):
            line = thinned(whole_path(path, ring)) * cell_px
            points.append(line)
            index.append((place, number, len(line), bool(of_trial["wall_stands"][number])))
            measured.append(
                [of_trial[f"wall_{key}"][number] if f"wall_{key}" in of_trial else np.nan for key in MEASURED]
            )
    numbers, scale, offset = quantised(np.concatenate(points))
    pack.add(name, numbers)
    pack.add(f"{name} of", np.array(index, np.int32).reshape(-1, 4))
    pack.add(f"{name} measured", np.array(measured, np.float32).reshape(-1, len(MEASURED)))
    return {"count": len(index), "measured": list(MEASURED), "scale": scale, "offset": offset}


def quantity(pack, name, values, words):
    """Pack a quantity of unit cells or sites (n,) with its limits and its `words` (label, unit, colours): a dict."""
    numbers, scale, offset = quantised(values)
    known = np.asarray(values, float)[np.isfinite(values)]
    limits = np.percentile(known, [2, 50, 98]).tolist() if len(known) else [0.0, 0.0, 0.0]
    packed = {"array": pack.add(name, numbers), "scale": scale, "offset": offset}
    return {"name": name, **packed, "limits": [float(f"{v:.5g}") for v in limits], **words}


def cell_quantities(pack, cells, cell_px, pixel_size_pm):
    """Pack what was measured in each unit cell.

    Parameters
    ----------
    pack : Pack
    cells : dict of the arrays of cells.zarr
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    dict
        `polarization`: names of its components, of its colours, and the magnitude of full colour; `fields`: a list of
        dict with the array, its scale and offset, the 2nd, 50th, 98th percentile, label, unit and colours.
    """
    pm, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    lengths = {name: (pm * cells[name], {"label": name, "unit": unit, "colours": "sequential"}) for name in "ab"}
    percent = {"unit": "%", "colours": "diverging"}
    fields = lengths | {
        "alpha": (cells["alpha"], {"label": "alpha", "unit": "°", "colours": "diverging"}),
        "b_over_a": (cells["b_over_a"], {"label": "b / a", "unit": "", "colours": "diverging"}),
        "rotation": (cells["rotation"], {"label": "rotation", "unit": "°", "colours": "diverging"}),
        "strain_a": (100 * cells["strain"][:, 0], {"label": "strain along a", **percent}),
        "strain_b": (100 * cells["strain"][:, 1], {"label": "strain along b", **percent}),
        "shear": (100 * cells["strain"][:, 2], {"label": "shear strain", **percent}),
    }
    p = np.asarray(cells["polarization"], float)
    full = full_magnitude(p, cell_px)
    colours = direction_colours(p, full)
    parts = [quantity(pack, f"p_{axis}", pm * p[:, k], {"unit": unit}) for k, axis in enumerate("yx")]
    sigma = float(np.nanmedian(cells["polarization_sigma"])) if np.isfinite(cells["polarization_sigma"]).any() else None
    return {
        "polarization": {
            "parts": parts,
            "colours": pack.add("p_colours", (255 * colours).round().astype(np.uint8)),
            "full": float(f"{full * pm:.3g}"),
            "sigma": sigma and float(f"{sigma * pm:.3g}"),
            "unit": unit,
        },
        "fields": [quantity(pack, name, values, words) for name, (values, words) in fields.items()],
    }
