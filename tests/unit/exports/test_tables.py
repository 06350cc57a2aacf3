"""Tables for spreadsheets: units in the header, positions in nm, the numbers of the stores."""

import numpy as np
import pandas as pd
import pytest

from ferrotune.domains.domain_table import domains_of
from ferrotune.exports.tables import cells_table, columns_table, labels_table, write_csv
from helpers.exported import cells_of, columns_of, film, selected_of
from helpers.painted_film import CELL, PIXEL


@pytest.fixture(scope="module")
def painted():
    return film()


def read_again(table, path):
    write_csv(table, path)
    return pd.read_csv(path)


def test_columns_in_nm_and_errors_in_pm(painted, tmp_path):
    columns = columns_of(painted)
    table = read_again(columns_table(columns, PIXEL), tmp_path / "columns.csv")
    assert list(table.columns[:5]) == ["y_nm", "x_nm", "error_y_pm", "error_x_pm", "sublattice"]
    assert table["x_nm"].to_numpy() == pytest.approx(columns["yx"][:, 1] * PIXEL / 1000)
    assert (table["error_y_pm"] == 0.1 * PIXEL).all()
    assert table["sublattice"].value_counts().to_dict() == {"A": 1600, "B": 1521}


def test_cells_hold_polarization_and_strain_with_errors(painted, tmp_path):
    cells = cells_of(painted)
    cells["polarization"][0] = np.nan
    table = read_again(cells_table(cells, PIXEL), tmp_path / "cells.csv")
    assert table["p_x_pm"][1:].to_numpy() == pytest.approx(PIXEL * cells["polarization"][1:, 1])
    assert table["p_error_x_pm"][1] == pytest.approx(0.1 * PIXEL) and np.isnan(table["p_pm"][0])
    for name in ("a", "b", "alpha", "rotation", "b_over_a"):
        assert any(of.startswith(f"{name}_error") for of in table.columns)
    assert table["c_over_a"].iloc[0] == pytest.approx(1.02) and table["area_nm2"].iloc[0] == pytest.approx(0.1632)


def test_labels_name_variant_and_domain(painted, tmp_path):
    domain, _ = domains_of(painted.sites.grid, painted.labels)
    table = read_again(labels_table(selected_of(painted), domain, PIXEL), tmp_path / "labels.csv")
    assert table.groupby("domain")["variant"].nunique().eq(1).all() and table["domain"].nunique() == 3
    assert set(table["variant"]) == {0, 1}


def test_without_a_pixel_size_lengths_are_in_px(painted):
    table = columns_table(columns_of(painted), None)
    assert list(table.columns[:3]) == ["y_px", "x_px", "error_y_px"]
    assert table["y_px"].iloc[0] == CELL / 2


def test_older_stores_without_strain_and_errors(painted):
    cells = {name: cells_of(painted)[name] for name in ("yx", "polarization", "a", "b", "alpha", "volume", "ab")}
    table = cells_table(cells, PIXEL)
    assert table["a_error_pm"].isna().all() and "b_over_a" not in table
