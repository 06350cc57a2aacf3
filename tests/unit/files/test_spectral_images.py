"""Spectral images of every format are read with their axis, units and grid; what is wrong is one line."""

import h5py
import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.spectral_images import read_spectra

VOLTAGE = np.concatenate([np.linspace(5, -4.5, 20), np.linspace(-5, 4.5, 20)])
LOOPS = np.random.default_rng(0).standard_normal((12, 10, 40))


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def usid(path, main, labels=("X", "Y"), several=False, named=("Measurement_000/Channel_000/Raw_Data",)):
    """Write LOOPS as pyUSID does: positions x first (fastest), spectroscopic values as rows, linked by reference."""
    rows, columns = LOOPS.shape[:2]
    y, x = (of.ravel() for of in np.indices((rows, columns)))
    with h5py.File(path, "w") as file:
        for name in named:
            group = file.create_group(name.rpartition("/")[0])
            held = {
                "Position_Indices": np.column_stack([x, y]).astype(np.uint32),
                "Position_Values": np.column_stack([0.5 * x, 0.5 * y]),
                "Spectroscopic_Indices": np.arange(40, dtype=np.uint32)[None],
                "Spectroscopic_Values": VOLTAGE[None],
            }
            if several:
                extra = np.arange(40) // 20
                held["Spectroscopic_Indices"] = np.vstack([held["Spectroscopic_Indices"], extra])
                held["Spectroscopic_Values"] = np.vstack([held["Spectroscopic_Values"], extra])
            data = group.create_dataset(name.rpartition("/")[2], data=main.reshape(rows * columns, 40))
            data.attrs["quantity"], data.attrs["units"] = "Response", "pm"
            for other, values in held.items():
                dataset = group.create_dataset(other, data=values)
                position = other.startswith("Position")
                dataset.attrs["labels"] = list(labels) if position else ["DC_Offset", "Cycle"][: len(values)]
                dataset.attrs["units"] = ["um", "um"] if position else ["V", ""][: len(values)]
                data.attrs[other] = dataset.ref
    return path


def test_npz_of_a_grid(tmp_path):
    found = read_spectra(npz(tmp_path / "a.npz", response=LOOPS, voltage=VOLTAGE))
    assert np.array_equal(found.channels["response"], LOOPS) and np.array_equal(found.axis, VOLTAGE)
    assert (found.axis_name, found.axis_unit, found.step_pm) == ("voltage", "V", None)


def test_npz_of_a_list_of_sites_needs_a_square_or_its_grid(tmp_path):
    lists = {"response": LOOPS.reshape(120, 40), "voltage": VOLTAGE}
    found = read_spectra(npz(tmp_path / "a.npz", **lists, grid=[12, 10]))
    assert np.array_equal(found.channels["response"], LOOPS)
    with pytest.raises(InputError, match="120 sites are no square; save the arrays as"):
        read_spectra(npz(tmp_path / "b.npz", **lists))
    square = read_spectra(npz(tmp_path / "c.npz", response=lists["response"][:100], voltage=VOLTAGE))
    assert square.channels["response"].shape == (10, 10, 40)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"response": LOOPS}, "no array says which 40 values"),
        ({"response": LOOPS, "one": VOLTAGE, "two": VOLTAGE}, "one, two may all be the axis"),
        ({"response": LOOPS, "short": LOOPS[..., :30], "voltage": VOLTAGE}, "different numbers of steps"),
        ({"voltage": VOLTAGE}, "there is no array"),
        ({"response": LOOPS[:4], "voltage": VOLTAGE}, "give at least 8 x 8 sites"),
        ({"response": np.full_like(LOOPS, np.nan), "voltage": VOLTAGE}, "response has no finite value"),
        ({"response": LOOPS, "voltage": np.append(VOLTAGE[:-1], np.nan)}, "its axis has 40 values"),
    ],
)
def test_what_is_wrong_with_a_npz_is_one_line(tmp_path, arrays, said):
    with pytest.raises(InputError, match=said) as error:
        read_spectra(npz(tmp_path / "a.npz", **arrays))
    assert "\n" not in str(error.value) and "a.npz" in str(error.value)


def test_npy(tmp_path):
    np.save(tmp_path / "a.npy", LOOPS)
    assert read_spectra(tmp_path / "a.npy").axis.tolist() == list(range(40))
    np.save(tmp_path / "b.npy", LOOPS[0])
    with pytest.raises(InputError, match=r"has shape \(10, 40\), not \(row, column, step\)"):
        read_spectra(tmp_path / "b.npy")


def test_hspy_keeps_the_calibration_of_its_axes(tmp_path):
    from rsciio.hspy import file_writer

    calibrations = [("y", 20.0, 0.0, "nm"), ("x", 20.0, 0.0, "nm"), ("Energy loss", 0.5, 100.0, "eV")]
    axes = [
        {"name": name, "size": size, "scale": scale, "offset": offset, "units": unit, "navigate": unit == "nm"}
        for size, (name, scale, offset, unit) in zip(LOOPS.shape, calibrations, strict=True)
    ]
    signal = {"data": LOOPS, "axes": axes, "metadata": {"General": {"title": "EELS"}, "Signal": {"signal_type": ""}}}
    signal |= {name: {} for name in ("original_metadata", "learning_results", "models", "tmp_parameters")}
    signal |= {"attributes": {"_lazy": False, "ragged": False}}
    signal |= {"package_info": {"package": "test", "package_version": "0"}}
    file_writer(str(tmp_path / "a.hspy"), signal)
    found = read_spectra(tmp_path / "a.hspy")
    assert np.array_equal(found.channels["EELS"], LOOPS)
    assert (found.axis_name, found.axis_unit, found.step_pm) == ("Energy loss", "eV", 20000.0)
    assert found.axis[[0, -1]].tolist() == [100.0, 119.5]


@pytest.mark.parametrize("labels", [("X", "Y"), ("x", "y")])
def test_usid(tmp_path, labels):
    found = read_spectra(usid(tmp_path / "a.h5", LOOPS, labels))
    assert np.array_equal(found.channels["Response"], LOOPS) and np.array_equal(found.axis, VOLTAGE)
    assert (found.axis_name, found.axis_unit, found.units) == ("DC_Offset", "V", {"Response": "pm"})
    assert found.step_pm == pytest.approx(0.5e6)


def test_usid_of_a_fit_has_the_piezoresponse(tmp_path):
    fit = np.zeros(LOOPS.shape, [("Amplitude [V]", "f4"), ("Frequency [Hz]", "f4"), ("Phase [rad]", "f4")])
    fit["Amplitude [V]"], fit["Phase [rad]"] = np.abs(LOOPS), np.where(LOOPS < 0, np.pi, 0)
    found = read_spectra(usid(tmp_path / "a.h5", fit))
    assert found.channels["piezoresponse"] == pytest.approx(LOOPS, abs=1e-6)
    assert next(iter(found.channels)) == "piezoresponse" and "Frequency [Hz]" in found.channels


def test_usid_of_several_datasets_needs_a_name(tmp_path):
    both = ("Measurement_000/Channel_000/Fit", "Measurement_001/Channel_000/Fit")
    path = usid(tmp_path / "a.h5", LOOPS, named=both)
    with pytest.raises(InputError, match="it holds 2 main datasets; pick one with FILE#DATASET"):
        read_spectra(path)
    assert read_spectra(f"{path}#{both[1]}").channels["Response"].shape == LOOPS.shape
    with pytest.raises(InputError, match="there is no main dataset Fit"):
        read_spectra(f"{path}#Fit")


def test_usid_of_several_dimensions_names_them(tmp_path):
    with pytest.raises(InputError, match=r"several spectroscopic dimensions: DC_Offset \(40\), Cycle \(2\)"):
        read_spectra(usid(tmp_path / "a.h5", LOOPS, several=True))


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(InputError, match="does not exist; correct the path"):
        read_spectra(tmp_path / "none.npz")
    (tmp_path / "a.txt").write_text("1 2 3")
    with pytest.raises(InputError, match="unknown format; give one of: npz"):
        read_spectra(tmp_path / "a.txt")
    (tmp_path / "a.h5").write_text("broken")
    with pytest.raises(InputError, match="cannot be read"):
        read_spectra(tmp_path / "a.h5")
