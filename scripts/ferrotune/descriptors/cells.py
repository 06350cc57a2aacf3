"""Cells: how each column stands among its neighbours, from refined columns instead of pixels."""

from ferrotune.pipelines.parameters import FEATURES, NOT_NEGATIVE, PREPROCESSING, Parameter, choice

NEEDS = ("image", "columns")
PARAMETERS = {
    "features": Parameter(choice(*FEATURES), "{}"),
    "flatten": PREPROCESSING["flatten"],
    "radius": Parameter(NOT_NEGATIVE, "averaged over {} cells", unset="not averaged"),
}


def write(output, stores, uses, options, threads, log):
    """Measure the neighbourhood of every column of the sublattice that is asked for."""
    from ferrotune.descriptors._cell_store import write_cells

    write_cells(output, stores, options["sites"], log)


def open(store, setting):
    """ferrotune.descriptors._cell_store.CellTable of all sites."""
    from ferrotune.descriptors._cell_store import CellTable

    return CellTable.open(store)
