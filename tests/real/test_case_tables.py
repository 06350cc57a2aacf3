"""Tables of the shared cases."""

from pathlib import Path

import numpy as np
import pytest

from ferrotune.files.tables import read_table
from ferrotune.reference.reading import COLUMNS, read_reference_cells

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no case files: {CASES} is missing")


def test_a_reference_with_decimal_commas_reads_as_that_with_points():
    rows = read_table(CASES / "reference_points.csv", COLUMNS).rows.values()
    written = np.array([[float(cell) for cell in cells] for cells in rows])
    cells = {"yx": written[:, :2], "polarization": np.zeros((len(written), 2))}
    for name in ("reference_decimal_comma.csv", "reference_points.csv"):
        reference = read_reference_cells(CASES / name, cells, written[:, :2], 16.0, "first", 0)
        assert np.array_equal(reference.yx, written[:, :2]) and np.array_equal(reference.label, written[:, 2])
