import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.simulated_spectra import write_spectra_truth
from ferrotune.reference.spectral import read_reference_sites

YX = np.argwhere(np.ones((9, 8))).astype(float)
MECHANISM = np.arange(72).reshape(9, 8) % 3


def test_the_truth_of_a_toy_set(tmp_path):
    write_spectra_truth(tmp_path / "truth.h5", MECHANISM, ("a", "b", "c"), {"tilt": np.zeros((9, 8))})
    found = read_reference_sites(tmp_path / "truth.h5", YX[4:], 1.0)
    assert np.array_equal(found.label, MECHANISM.ravel()) and np.array_equal(found.yx, YX)
    assert found.kind == "truth of the simulation" and np.isnan(found.polarization).all()


def test_a_table_of_labels(tmp_path):
    rows = [f"{y:g},{x:g},{label}" for (y, x), label in zip(YX, MECHANISM.ravel(), strict=True)]
    (tmp_path / "labels.csv").write_text("\n".join(["y_px,x_px,label", *rows]))
    assert np.array_equal(read_reference_sites(tmp_path / "labels.csv", YX, 1.0).label, MECHANISM.ravel())


def test_without_a_reference_no_label_is_known():
    assert (read_reference_sites(None, YX, 1.0).label == -1).all()


def test_a_reference_of_another_grid_is_refused(tmp_path):
    write_spectra_truth(tmp_path / "truth.h5", MECHANISM, ("a", "b", "c"), {"tilt": np.zeros((9, 8))})
    with pytest.raises(InputError, match="does not match the image"):
        read_reference_sites(tmp_path / "truth.h5", YX + 0.45, 1.0)
