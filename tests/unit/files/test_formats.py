"""Formats: what begins a file counts for more than its name, and microscopes' formats are read with their scale."""

import logging

import h5py
import numpy as np
import pytest
import rsciio.hspy
import tifffile
from skimage.io import imsave

from ferrotune.errors import InputError
from ferrotune.files.images import read_image
from helpers.vendor_files import write_dm3, write_mrc, write_ser, write_velox

IMAGE = np.random.default_rng(0).normal(100, 10, (40, 48)).round()


def hyperspy_signal(data):
    axes = [
        {"name": name, "size": n, "scale": 0.0156, "offset": 0.0, "units": "nm", "navigate": False, "index_in_array": i}
        for i, (name, n) in enumerate(zip("yx", data.shape, strict=True))
    ]
    metadata = {"General": {"title": "HAADF"}, "Signal": {"signal_type": ""}}
    empty = {"original_metadata": {}, "learning_results": {}, "models": {}, "tmp_parameters": {}}
    package = {"package_info": {"package": "test", "package_version": "0"}}
    return {"data": data, "axes": axes, "metadata": metadata, "attributes": {"_lazy": False, "ragged": False}} | (
        empty | package
    )


def test_content_counts_for_more_than_the_name(tmp_path, caplog):
    caplog.set_level(logging.INFO, "ferrotune")
    tifffile.imwrite(tmp_path / "image.tif", IMAGE)
    np.save(tmp_path / "image.npy", IMAGE)
    rsciio.hspy.file_writer(str(tmp_path / "image.hspy"), hyperspy_signal(IMAGE))
    with h5py.File(tmp_path / "image.h5", "w") as file:
        file["MainImage"] = IMAGE
    misnamed = [("image.tif", "a.dm3"), ("image.npy", "b.tif"), ("image.hspy", "c.hdf5"), ("image.h5", "d.emd")]
    for name, other in [*misnamed, ("image.tif", "e.dat")]:
        (tmp_path / other).write_bytes((tmp_path / name).read_bytes())
        assert np.array_equal(read_image(tmp_path / other)[0], IMAGE), other
    assert read_image(tmp_path / "c.hdf5")[1] == pytest.approx(15.6)
    assert "a.dm3 is a file of TIFF, in spite of its name" in caplog.text


def test_formats_of_tia_and_mrc(tmp_path):
    write_ser(tmp_path / "image.ser", IMAGE)
    write_mrc(tmp_path / "image.mrc", IMAGE)
    for name in ("image.ser", "image.mrc"):
        data, pixel_size_pm = read_image(tmp_path / name)
        assert np.array_equal(data, IMAGE) and pixel_size_pm == pytest.approx(15.6)


def test_pictures_in_grey(tmp_path):
    eight, sixteen = IMAGE.astype(np.uint8), (200 * IMAGE).astype(np.uint16)
    grey = {"grey.png": eight, "deep.png": sixteen, "rgb.png": np.repeat(eight[..., None], 3, axis=2)}
    for name, data in grey.items():
        imsave(tmp_path / name, data, check_contrast=False)
        assert np.array_equal(read_image(tmp_path / name)[0], data if data.ndim == 2 else eight)
    imsave(tmp_path / "colour.png", np.random.default_rng(0).integers(0, 256, (40, 48, 3)).astype(np.uint8))
    with pytest.raises(InputError, match="in grey"):
        read_image(tmp_path / "colour.png")


def test_numpy_files_of_several_arrays(tmp_path):
    np.savez_compressed(tmp_path / "one.npz", film=IMAGE)
    np.savez(tmp_path / "two.npz", film=IMAGE, other=IMAGE[::-1])
    assert np.array_equal(read_image(tmp_path / "one.npz")[0], IMAGE)
    assert np.array_equal(read_image(f"{tmp_path}/two.npz#other")[0], IMAGE[::-1])
    with pytest.raises(InputError, match=r"holds 2 images: film, other; name one: .*two.npz#film"):
        read_image(tmp_path / "two.npz")
    with pytest.raises(InputError, match="no image 'third'; it holds: film, other"):
        read_image(f"{tmp_path}/two.npz#third")


def test_detectors_of_velox_are_named(tmp_path):
    detectors = {name: (IMAGE + 10 * i)[None] for i, name in enumerate(("HAADF", "DF4", "DF2", "BF"))}
    write_velox(tmp_path / "film.emd", detectors)
    with pytest.raises(InputError, match=r"holds 4 images: HAADF, DF4, DF2, BF; name one: .*film.emd#HAADF"):
        read_image(tmp_path / "film.emd")
    for title, frames in detectors.items():
        data, pixel_size_pm = read_image(f"{tmp_path}/film.emd#{title.lower()}")
        assert np.array_equal(data, frames[0]) and pixel_size_pm == pytest.approx(15.6)


def test_an_image_is_read_without_the_spectra_beside_it(tmp_path):
    write_velox(tmp_path / "film.emd", {"HAADF": IMAGE[None]}, spectrum=True)
    assert np.array_equal(read_image(tmp_path / "film.emd")[0], IMAGE)


def test_files_that_unpack_to_too_much_are_refused_by_their_headers(tmp_path):
    hyperspy, record, tiff = (tmp_path / name for name in ("bomb.hspy", "bomb.h5", "bomb.tif"))
    rsciio.hspy.file_writer(str(hyperspy), hyperspy_signal(IMAGE))
    options = {"shape": (300_000, 300_000), "dtype": "u2", "chunks": (1000, 1000), "compression": "gzip"}
    with h5py.File(hyperspy, "a") as file:
        del file["Experiments/HAADF/data"]
        file["Experiments/HAADF"].create_dataset("data", **options)
    with h5py.File(record, "w") as file:
        file.create_dataset("MainImage", **options)
    tifffile.imwrite(tiff, np.zeros((64, 64), np.uint8), tile=(16, 16), compression="zlib")
    with tifffile.TiffFile(tiff, mode="r+") as file:
        for tag in ("ImageWidth", "ImageLength"):
            file.pages[0].tags[tag].overwrite(60_000)
    np.savez_compressed(tmp_path / "bomb.npz", film=np.zeros((3000, 3000), np.uint8))
    for path in (hyperspy, record, tiff):
        with pytest.raises(InputError, match=r"unpacks to (300000 x 300000|60000 x 60000) px, more than the 4e\+08"):
            read_image(path)
    with pytest.raises(InputError, match=r"bomb.npz unpacks to 3000 x 3000 px, more than the 1e\+06 of import"):
        read_image(tmp_path / "bomb.npz", pixel_limit=1_000_000)


def test_images_stacks_and_spectra_of_digital_micrograph(tmp_path):
    counts, nm = IMAGE.astype("<u2"), ("nm", "nm")
    write_dm3(tmp_path / "film.dm3", [("HAADF", counts, nm)])
    data, pixel_size_pm = read_image(tmp_path / "film.dm3")
    assert np.array_equal(data, IMAGE) and pixel_size_pm == pytest.approx(15.6)
    stack = np.stack([counts, counts, counts + 9])
    write_dm3(tmp_path / "series.dm3", [("series", stack, ("s", *nm))])
    assert np.array_equal(read_image(f"{tmp_path}/series.dm3#frame=2")[0], IMAGE + 9)
    assert np.allclose(read_image(tmp_path / "series.dm3")[0], IMAGE + 3)
    spectra = np.ones((50, 40, 48), "<f4")
    write_dm3(tmp_path / "eels.dm3", [("EELS", spectra, ("eV", *nm)), ("ADF", counts, nm)])
    assert np.array_equal(read_image(tmp_path / "eels.dm3")[0], IMAGE)
    write_dm3(tmp_path / "eels.dm3", [("EELS", spectra, ("eV", *nm))])
    with pytest.raises(InputError, match=r"has shape \(50, 40, 48\)"):
        read_image(tmp_path / "eels.dm3")
    write_dm3(tmp_path / "fft.dm3", [("FFT", counts, ("1/nm", "1/nm"))])
    with pytest.raises(InputError, match="reciprocal"):
        read_image(tmp_path / "fft.dm3")
    whole = (tmp_path / "film.dm3").read_bytes()
    (tmp_path / "film.dm3").write_bytes(whole[:3000])
    with pytest.raises(InputError, match="cannot be read"):
        read_image(tmp_path / "film.dm3")
