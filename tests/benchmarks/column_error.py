"""column_error_over_crlb: RMS error of refined positions over the Cramer-Rao bound, in nothing but shot noise.

The bound has position, amplitude, width and background free, and knows the neighbours. Bi and Fe columns, 20, 60 and
200 counts at the peak of a Bi column, 26 and 10 px a cell; RMS over all columns found, no trimming, and the share
found beside it. The headline is the worst case at 26 px. Peers: Atomap's Gaussian refinement, started from the true
positions rounded to pixels, and scikit-image's blob_log.
"""

from math import nan

import numpy as np

from benchmarks.atomap_peer import PYTHON, refine, rms
from benchmarks.rows import Row
from ferrotune.columns.sublattices import A, B
from ferrotune.simulation.specimen import Specimen
from helpers.simulated import IDEAL, MATCH, TEN_PX, compare, cramer_rao, depth, see

NAME = "column_error_over_crlb"
DOSES = (20.0, 60.0, 200.0)
CELLS = {26: {"shape": (1600, 1620)}, 10: {"shape": (640, 650), **TEN_PX}}  # px: 7,200 columns each
PEERS_DOSE = 60.0  # the peers are held against one dose: Atomap takes minutes an image
ELEMENTS = {A: "Bi", B: "Fe"}
MARGIN = 1.0  # cells from the frame: the bound is that of whole columns
AT_MOST = {26: 1.10, 10: 1.30}


def _peer_rms(seen, kind):
    """RMS error (px, one axis) of Atomap and blob_log, and blob_log's share found, of one sublattice."""
    truth, inner = seen.simulation.columns_yx, depth(seen, seen.simulation.columns_yx) > MARGIN
    reach, of = MATCH * seen.lattice.cell_px, seen.simulation.sublattice == kind
    blobs = see(finder="blob_log", **{k: v for k, v in seen.simulation.settings.items() if k != "seed"})
    blob, share = rms(blobs.columns.fit.yx, truth[inner & of], reach)
    if not PYTHON.is_file():
        return nan, blob, share
    # a third of the image a side will do
    size = np.array(seen.image.shape) // 3
    within = (truth > MARGIN * seen.lattice.cell_px).all(1) & (truth < size - MARGIN * seen.lattice.cell_px).all(1)
    starts = [np.rint(truth[(truth < size).all(1) & (seen.simulation.sublattice == k)]) for k in (A, B)]
    refined = refine(seen.image[: size[0], : size[1]], *starts)
    atomap, _ = rms(refined[kind], truth[within & of], reach)
    return atomap, blob, share


def _rows(cell, dose):
    seen = see(geometry="none", polarization_pm=0.0, dose=dose, **IDEAL, **CELLS[cell])
    compared = compare(seen, margin=MARGIN)
    specimen = Specimen(**{k: v for k, v in seen.simulation.settings.items() if k != "seed"})
    rows = []
    for kind, element in ELEMENTS.items():
        of, bound, case = (
            compared.sublattice == kind,
            cramer_rao(specimen, kind),
            f"{element}, {dose:g} counts, {cell} px",
        )
        ratio = float(np.sqrt((compared.error[of] ** 2).mean() / 2)) / bound
        rows.append(Row(f"{NAME}[{case}]", ratio, "bounds", "at most", AT_MOST[cell], ratio / AT_MOST[cell]))
        square = float((compared.pull[of] ** 2).mean())
        rows.append(Row(f"{NAME}[{case}, squared standardised residual]", square, "", "calibrated", 1.0, square))
        if dose == PEERS_DOSE:
            atomap, blob, share = _peer_rms(seen, kind)
            rows.append(Row(f"{NAME}[{case}]", ratio, "bounds", "Atomap", atomap / bound, ratio * bound / atomap))
            peer = f"blob_log, {100 * share:.1f} % found"
            rows.append(Row(f"{NAME}[{case}]", ratio, "bounds", peer, blob / bound, ratio * bound / blob))
    rows.append(
        Row(
            f"{NAME}[found, {dose:g} counts, {cell} px]",
            float(compared.found),
            "share",
            "all",
            1.0,
            float(compared.found),
        )
    )
    return rows


def measure():
    """Rows: the worst ratio at 26 px and at 10 px a cell, then every case, its calibration, share found and peers."""
    rows = [row for cell in CELLS for dose in DOSES for row in _rows(cell, dose)]
    worst = {c: max(r.value for r in rows if r.peer == "at most" and r.name.endswith(f" {c} px]")) for c in CELLS}
    heads = [Row(NAME, worst[26], "bounds", "at most", AT_MOST[26], worst[26] / AT_MOST[26])]
    heads.append(Row(f"{NAME}[worst, 10 px]", worst[10], "bounds", "at most", AT_MOST[10], worst[10] / AT_MOST[10]))
    return heads + rows
