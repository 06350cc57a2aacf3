"""References of every kind, aligned with the image they are of, and refused where they are of another."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B
from ferrotune.errors import InputError
from ferrotune.files.sm_bfo_record import write_record, write_truth
from ferrotune.images.moved_rows import RowMap
from ferrotune.reference.reading import align, read_reference_cells
from helpers.simulated import see


def points(n=12, cell=26.0):
    return np.argwhere(np.ones((n, n))) * cell + 40.0


@pytest.fixture(scope="module")
def seen():
    return see(geometry="diagonal_180", dose=400.0)


@pytest.fixture(scope="module")
def cells(seen):
    found = build_cells(seen.columns.of(A), seen.columns.of(B), seen.lattice)
    return {"yx": found.yx, "polarization": found.polarization}


def read(path, seen, cells, row_component="first"):
    return read_reference_cells(path, cells, seen.columns.fit.yx, seen.lattice.cell_px, row_component, 0)


def truth_at(seen, yx):
    """Domains of the truth at the reference's positions, cell by cell."""
    truth = seen.simulation.cells
    nearest = np.argmin(((yx[:, None] - truth["yx"]) ** 2).sum(-1), axis=1)
    return truth["domain"][nearest]


@given(offset=st.tuples(st.floats(-4, 4), st.floats(-4, 4)), seed=st.integers(0, 99))
def test_a_rigid_offset_is_measured(offset, seed):
    rng = np.random.default_rng(seed)
    targets = points() + rng.normal(0, 0.3, (144, 2))
    shifted = points()[rng.permutation(144)[:100]] + offset
    assert align(shifted, targets, 26.0) == pytest.approx(offset, abs=0.2)


def test_a_reference_of_a_larger_field_is_taken():
    assert align(points(24) - 6 * 26.0 + [1.0, 0.0], points(), 26.0) == pytest.approx([1.0, 0.0])


@given(seed=st.integers(0, 99))
def test_positions_that_are_elsewhere_do_not_match(seed):
    other = np.random.default_rng(seed).uniform(40, 330, (300, 2))
    with pytest.raises(InputError, match=r"^reference x.csv does not match the image: of its 300 positions"):
        align(other, points(), 26.0, "reference x.csv")


def test_positions_outside_the_image_do_not_match():
    with pytest.raises(InputError, match="0 lie inside it"):
        align(points() + 5000.0, points(), 26.0)


def test_without_a_file_the_cells_own_polarization_serves(seen, cells):
    reference = read(None, seen, cells)
    assert reference.kind == "polarization of the image's cells" and not reference.offset.any()
    assert adjusted_rand_score(truth_at(seen, reference.yx), reference.label) > 0.9


def test_the_truth_of_a_simulation(tmp_path, seen, cells):
    simulation = seen.simulation
    write_truth(tmp_path / "t.h5", simulation.columns_yx, simulation.sublattice, simulation.cells, 15.6)
    reference = read(tmp_path / "t.h5", seen, cells)
    assert reference.kind == "truth of the simulation"
    assert np.array_equal(reference.label, simulation.cells["domain"])
    assert np.array_equal(reference.polarization, simulation.cells["polarization"])
    assert np.abs(reference.offset).max() < 0.1


@pytest.mark.parametrize("row_component", ["first", "second"])
def test_a_published_record_that_counts_from_one(tmp_path, seen, cells, row_component):
    """Its positions are those of the image plus one pixel, and its polarization makes the domains."""
    simulation = seen.simulation
    published = {**simulation.cells, "yx": simulation.cells["yx"] + 1.0}
    write_record(tmp_path / "i.h5", tmp_path / "u.h5", simulation.image, published, row_component)
    reference = read(tmp_path / "u.h5", seen, cells, row_component)
    assert reference.kind == "published polarization"
    assert reference.offset == pytest.approx([1.0, 1.0], abs=0.1)
    assert reference.yx == pytest.approx(simulation.cells["yx"], abs=0.1)
    assert reference.polarization == pytest.approx(simulation.cells["polarization"])
    assert adjusted_rand_score(simulation.cells["domain"], reference.label) > 0.9


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_a_table_of_labels(tmp_path, seen, cells, suffix):
    yx, label = seen.simulation.cells["yx"] + [0.5, -1.5], seen.simulation.cells["domain"]
    separator = "," if suffix == "csv" else "\t"
    lines = [separator.join(("x_px", "label", "y_px"))]
    lines += [separator.join((str(x), str(k), str(y))) for (y, x), k in zip(yx, label, strict=True)]
    (tmp_path / f"labels.{suffix}").write_text("# by hand\n" + "\n".join(lines) + "\n")
    reference = read(tmp_path / f"labels.{suffix}", seen, cells)
    assert reference.kind == "table of labels"
    assert np.array_equal(reference.label, label)
    assert reference.offset == pytest.approx([0.5, -1.5], abs=0.1)
    assert np.isnan(reference.polarization).all()


def as_text(yx, label, separator=",", mark=".", header="y_px x_px label"):
    lines = [separator.join(header.split())]
    lines += [
        separator.join(f"{value:.2f}".replace(".", mark) for value in (*p, k)) for p, k in zip(yx, label, strict=True)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("separator", "mark", "encoding"),
    [
        (";", ",", "utf-8"),
        ("\t", ",", "utf-16"),
        ("   ", ",", "utf-8"),
        ("  ", ".", "utf-8-sig"),
        (" ; ", ".", "utf-16-le"),
        (", ", ".", "utf-16-be"),
        (";", ",", "cp1252"),
    ],
)
def test_a_table_of_labels_is_read_the_same_in_every_dialect(tmp_path, seen, cells, separator, mark, encoding):
    yx, label = seen.simulation.cells["yx"], seen.simulation.cells["domain"]
    comment = "# von Hand: Fläche\n" if encoding == "cp1252" else ""
    (tmp_path / "labels.csv").write_bytes((comment + as_text(yx, label, separator, mark)).encode(encoding))
    reference = read(tmp_path / "labels.csv", seen, cells)
    assert np.array_equal(reference.label, label)
    assert reference.yx + reference.offset == pytest.approx(yx, abs=0.006)


def test_a_table_of_columns_is_aligned_with_the_columns(tmp_path, seen, cells):
    yx = seen.columns.of(A)
    rows = "\n".join(f"{y + 0.7},{x - 0.4},{int(x > 200)}" for y, x in yx)
    (tmp_path / "labels.csv").write_text("y_px,x_px,label\n" + rows)
    assert read(tmp_path / "labels.csv", seen, cells).offset == pytest.approx([0.7, -0.4], abs=0.05)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("l.csv", "y_px,x_px\n1,2\n", "missing: label"),
        ("l.csv", "y,x,label\n1,2,3\n", "missing: x_px, y_px"),
        ("l.csv", "20,80;-19,20;0\n20,80;-3,20;0\n", "missing: label, x_px, y_px"),
        ("l.csv", "y_px,x_px;label\n1,2;3\n", "missing: "),
        ("l.csv", "y_px,x_px,label\n", "it has no rows"),
        ("l.csv", "", "it is empty"),
        ("l.csv", "y_px,x_px,label\n1,2,3,4\n1,2,3\n", "line 2: it has 4 cells, but the header 3"),
        ("l.csv", "y_px;x_px;label\n1.0,2.0,3\n", "line 2: it has 1 cells, but the header 3"),
        ("l.csv", "# ours\ny_px,x_px,label\n20,80,-19,20,0\n", "line 3: it has 5 cells.* if its numbers have decimal"),
        ("l.csv", "y_px;x_px;label\n20,80;-19.20;0\n", "'20,80' has a decimal comma, '-19.20' a decimal point"),
        ("l.csv", "y_px;x_px;label\n1.020,80;19,20;0\n", "'1.020,80' seems to have thousands separators"),
        ("l.csv", "y_px;x_px;label\n1,020,800;19;0\n", "'1,020,800' seems to have thousands separators"),
        ("l.csv", "y_px;x_px;label\n1,020;19,200;0\n", "'1,020' may be 1.02 or 1020; write decimal points"),
        ("l.csv", "y_px;x_px;label\n1.020;19;0\n", "'1.020' may be 1.02 or 1020; write all numbers with as many dec"),
        ("l.csv", "y_px;x_px;label\n1.020.800;19;0\n", "line 2: y_px '1.020.800' is not a number"),
        ("l.csv", "y_px;x_px;label\n1 020,8;19;0\n", "line 2: y_px '1 020,8' is not a number"),
        ("l.csv", 'y_px,x_px,label\n1,2,0\n1,"2,0\n', "line 3: a quote is opened and not closed"),
        ("l.csv", "y_px,x_px,label\n1,2,0\n1,2,left\n", "line 3: label 'left' is not a number; positions are numbers"),
        ("l.csv", "y_px,x_px,label\n1,2,0.5\n", "line 2: label '0.5' is not a whole number"),
        ("l.csv", "y_px,x_px,label\n1,2,40000\n", "label '40000' is not a whole number up to 32767"),
        ("l.csv", "y_px,x_px,label\n1,,0\n", "line 2: x_px is empty"),
        ("l.csv", "y_px,x_px,label\n1,nan,0\n", "line 2: x_px 'nan' is not a number"),
        ("l.csv", "y_px,x_px,label\n100,100,0\n207,151,1\n", None),
        ("l.h5", "no HDF5", "cannot be read as HDF5"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, seen, cells, name, text, says):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=says or "does not match the image") as error:
        read(tmp_path / name, seen, cells)
    assert str(error.value).startswith(f"reference {tmp_path / name}") and "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["none.csv", "none.h5"])
def test_a_missing_file_is_named(tmp_path, seen, cells, name):
    with pytest.raises(InputError, match=rf"{name}.*(no such file|does not exist); correct"):
        read(tmp_path / name, seen, cells)


def test_a_record_without_polarization_is_refused(tmp_path, seen, cells):
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["xy_COM"] = seen.simulation.cells["yx"].T
    with pytest.raises(InputError, match="has no Pxy"):
        read(tmp_path / "u.h5", seen, cells)


def test_a_record_of_another_image_is_refused(tmp_path, seen, cells):
    other = see(seed=2, shape=(430, 430), cell_px=(22.0, 23.0)).simulation
    write_record(tmp_path / "i.h5", tmp_path / "u.h5", other.image, other.cells)
    with pytest.raises(InputError, match=r"u\.h5 does not match the image"):
        read(tmp_path / "u.h5", seen, cells)


def test_positions_of_the_file_go_with_the_distortion_that_was_taken_off(tmp_path, seen, cells):
    truth = seen.simulation.cells
    lines = [f"{y},{x},{label}" for (y, x), label in zip(truth["yx"].tolist(), truth["domain"], strict=True)]
    (tmp_path / "labels.csv").write_text("\n".join(["y_px,x_px,label", *lines]))
    rows = RowMap.of(np.array([[1.0, 0.1], [0.0, 0.95]]), seen.image.shape)
    moved = cells | {"yx": rows.positions(cells["yx"])}
    known = (rows.positions(seen.columns.fit.yx), seen.lattice.cell_px, "first", 0)
    found = read_reference_cells(tmp_path / "labels.csv", moved, *known, rows)
    assert np.hypot(*found.offset) < 0.3
    assert found.yx == pytest.approx(rows.positions(truth["yx"]), abs=0.4)
