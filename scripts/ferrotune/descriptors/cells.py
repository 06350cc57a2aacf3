"""Cells: the position of each column relative to its neighbours, from refined columns, not from pixels."""

from ferrotune.pipelines.parameters import FEATURES, NOT_NEGATIVE, PREPROCESSING, Parameter, choice

NEEDS = ("image", "columns")
POLAR = True
PARAMETERS = {
    "features": Parameter(choice(*FEATURES), "{}"),
    "flatten": PREPROCESSING["flatten"],
    "radius": Parameter(NOT_NEGATIVE, "averaged over {} cells", unset="not averaged"),
}


def write(output, stores, uses, options, threads, log):
    """Write the store: the neighbourhood of every column that has the neighbours which the spaces' features need."""
    from ferrotune.descriptors._cell_store import write_cells

    features = sorted({name for use in uses for name in use["space"]["features"]})
    write_cells(output, stores, options["sites"], log, features)


def open(store, setting):
    """Open the store as a ferrotune.descriptors._cell_store.CellTable of all sites."""
    from ferrotune.descriptors._cell_store import CellTable

    return CellTable.open(store)
