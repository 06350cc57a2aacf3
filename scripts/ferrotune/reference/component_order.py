"""Which component of a published polarization is the row: the record does not say, and the image tells."""

import numpy as np
from scipy.spatial import cKDTree

NEAR = 0.3  # cells; a published cell further than this from each measured one is not compared
CLEAR = 0.3  # by how much the other order must agree better before it is named. Ours; two wrong orders differ by noise


def order_agreement(reference, cells, cell_px):
    """How well a published polarization agrees with the measured one, in its own order and in the other one.

    Parameters
    ----------
    reference : ferrotune.reference.reading.Reference, aligned with the image
    cells : dict with yx (cell, 2) and polarization (cell, 2), px, of the image
    cell_px : float

    Returns
    -------
    pair of float
        Correlation of the two vector fields, -1 to 1, without subtracting means: as published and with the components
        exchanged. -1 stands for the opposite sign convention. NaN where no cell can be compared.
    """
    known = np.isfinite(cells["polarization"]).all(axis=1)
    measured_yx, measured = cells["yx"][known], cells["polarization"][known]
    given = np.isfinite(reference.polarization).all(axis=1) & np.isfinite(reference.yx).all(axis=1)
    if not known.any() or not given.any():
        return np.nan, np.nan
    distance, nearest = cKDTree(measured_yx).query(reference.yx[given], distance_upper_bound=NEAR * cell_px)
    pairs = np.isfinite(distance)
    published, ours = reference.polarization[given][pairs], measured[nearest[pairs]]
    size = np.sqrt((published**2).sum() * (ours**2).sum())
    if not size > 0:
        return np.nan, np.nan
    return float((published * ours).sum() / size), float((published[:, ::-1] * ours).sum() / size)


def order_doubt(agreement, row_component):
    """What to say (str) where the other order agrees clearly better with the image, in size; else None.

    Parameters
    ----------
    agreement : pair of float, from `order_agreement`
    row_component : {"first", "second"}, of the config
    """
    own, other = agreement
    if not abs(other) > abs(own) + CLEAR:
        return None
    right = "second" if row_component == "first" else "first"
    return (
        f"the published polarization agrees better with the image if its components are exchanged "
        f"(correlation {other:.2f} instead of {own:.2f}); set reference.row_component: {right}"
    )
