"""Import: every format gives the same image, every broken file a clear line, every scale the same result."""

import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
import rsciio.emd
import rsciio.hspy
import rsciio.tiff
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.io import imsave

from ferrotune.errors import InputError
from ferrotune.files.images import read_image
from ferrotune.files.masks import crop_mask, exclusion_mask
from ferrotune.images.normalisation import prepare

DATA = Path(__file__).parents[3].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real images is missing")
IMAGE = np.random.default_rng(0).normal(100, 10, (40, 48))


def signal(data, unit="nm", scale=0.0156, scale_x=None):
    """A signal as RosettaSciIO's writers take it."""
    scales = [scale] * (data.ndim - 1) + [scale_x or scale]
    axes = [
        {
            "name": name,
            "size": size,
            "scale": s,
            "offset": 0.0,
            "units": unit,
            "navigate": False,
            "index_in_array": i,
        }
        for i, (name, size, s) in enumerate(zip("zyx"[-data.ndim :], data.shape, scales, strict=True))
    ]
    general = {"title": "HAADF"}
    return {
        "data": data,
        "axes": axes,
        "metadata": {"General": general, "Signal": {"signal_type": ""}},
        "original_metadata": {},
        "learning_results": {},
        "models": {},
        "tmp_parameters": {},
        "attributes": {"_lazy": False, "ragged": False},
        "package_info": {"package": "test", "package_version": "0"},
    }


def write(path, data=IMAGE, **calibration):
    if path.suffix == ".hspy":
        rsciio.hspy.file_writer(str(path), signal(data, **calibration))
    elif path.suffix == ".emd":
        rsciio.emd.file_writer(str(path), signal(data, **calibration))
    elif path.suffix == ".tif":
        tifffile.imwrite(path, data)
    elif path.suffix == ".npy":
        np.save(path, data)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file["MainImage"] = data
    return path


@pytest.mark.parametrize("extension", [".hspy", ".emd", ".tif", ".npy", ".h5"])
def test_every_format_gives_the_same_image(tmp_path, extension):
    data, pixel_size_pm = read_image(write(tmp_path / f"image{extension}"))
    assert data.dtype == np.float64 and np.array_equal(data, IMAGE)
    assert pixel_size_pm == (pytest.approx(15.6) if extension in (".hspy", ".emd") else None)


def test_packed_image(tmp_path):
    np.save(tmp_path / "series.npy", {"Sm_0_0": {"main_image": IMAGE}}, allow_pickle=True)
    assert np.array_equal(read_image(f"{tmp_path / 'series.npy'}#Sm_0_0")[0], IMAGE)
    with pytest.raises(InputError, match="cannot be read"):  # a pickle without its key is never opened
        read_image(tmp_path / "series.npy")


@pytest.mark.parametrize(
    ("unit", "scale", "pm"),
    [
        ("pm", 15.6, 15.6),
        ("nm", 0.0156, 15.6),
        ("Å", 0.156, 15.6),
        ("\N{ANGSTROM SIGN}", 0.156, 15.6),
        ("um", 1.56e-5, 15.6),
        ("µm", 1.56e-5, 15.6),
        ("μm", 1.56e-5, 15.6),
        ("m", 1.56e-11, 15.6),
        ("px", 1.0, None),
        ("", 1.0, None),
    ],
)
def test_units_of_length_become_pm(tmp_path, unit, scale, pm):
    path = write(tmp_path / "image.hspy", unit=unit, scale=scale)
    assert read_image(path)[1] == (None if pm is None else pytest.approx(pm))


def test_calibrated_tiff(tmp_path):
    path = tmp_path / "image.tif"
    rsciio.tiff.file_writer(str(path), signal(IMAGE.astype(np.float32)))
    assert read_image(path)[1] == pytest.approx(15.6, rel=1e-3)


@pytest.mark.parametrize(
    ("unit", "pixels_a_unit", "pm"),
    [
        ("nm", 64.1, 15.6),
        ("pm", 1 / 15.6, 15.6),
        ("micron", 64100.0, 15.6),
        ("\\u00B5m", 64100.0, 15.6),  # as Fiji writes what is beyond ASCII
        ("\\u00C5", 6.41, 15.6),
        ("pixel", 1.0, None),
        (None, 64.1, None),
    ],
)
def test_tiff_that_imagej_calibrated(tmp_path, unit, pixels_a_unit, pm):
    path = tmp_path / "image.tif"
    calibration = {"metadata": {"unit": unit} if unit else {}, "resolution": (pixels_a_unit, pixels_a_unit)}
    tifffile.imwrite(path, IMAGE.astype(np.float32), imagej=True, **calibration)
    assert read_image(path)[1] == (None if pm is None else pytest.approx(pm, rel=1e-3))


@pytest.mark.parametrize("unit", ["1/nm", "nm^-1"])
def test_reciprocal_units_are_refused(tmp_path, unit):
    with pytest.raises(InputError, match="reciprocal"):
        read_image(write(tmp_path / "fft.hspy", unit=unit))


def test_oblong_pixels_become_square_and_this_is_said(tmp_path, caplog):
    caplog.set_level(logging.INFO, "ferrotune")
    data, pixel_size_pm = read_image(write(tmp_path / "image.hspy", scale=0.01, scale_x=0.02))
    assert data.shape == (40, 96) and pixel_size_pm == pytest.approx(10.0)
    assert "pixels are 10 x 20 pm: the image of 40 x 48 px is resampled to 40 x 96 square pixels" in caplog.text


def test_the_one_image_among_several_signals(tmp_path):
    path = tmp_path / "several.hspy"
    write(path)
    with h5py.File(path, "a") as file:
        spectrum = file["Experiments"].create_group("spectrum")
        source = file["Experiments/HAADF"]
        for name, value in source.attrs.items():
            spectrum.attrs[name] = value
        for name in source:
            if name not in ("data", "axis-0"):
                source.copy(name, spectrum)
        spectrum.move("axis-1", "axis-0")
        spectrum["data"] = np.zeros(48)
    assert np.array_equal(read_image(path)[0], IMAGE)
    with h5py.File(path, "a") as file:
        file.copy("Experiments/HAADF", file["Experiments"], name="BF")
    with pytest.raises(InputError, match="3 signals, 2 of them images: HAADF, HAADF 2; name one"):
        read_image(path)
    assert np.array_equal(read_image(f"{path}#HAADF 2")[0], IMAGE)


@pytest.mark.parametrize("extension", [".hspy", ".emd", ".tif", ".npy", ".h5"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.97])
def test_files_cut_short_say_so(tmp_path, extension, share):
    path = write(tmp_path / f"image{extension}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match="cannot be read") as error:
        read_image(path)
    assert path.name in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("extension", [".hspy", ".emd", ".dm3", ".dm4", ".tif", ".npy", ".h5"])
def test_files_of_something_else_say_so(tmp_path, extension):
    path = tmp_path / f"image{extension}"
    path.write_text("this is no image, whatever its name says " * 20)
    with pytest.raises(InputError, match="cannot be read") as error:
        read_image(path)
    assert path.name in str(error.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (np.zeros((3, 40, 40)), r"\(3, 40, 40\), not \(y, x\)"),
        (np.zeros((40, 40, 3), np.uint8), "not .y, x."),
        (np.zeros(1600), "not .y, x."),
        (IMAGE + 1j, "complex"),
        (np.full((40, 40), np.nan), "no finite pixel"),
        (np.full((40, 40), 7.0), "is 7 everywhere"),
        (IMAGE[:31], "31 x 48 px"),
        (np.full((40, 40), "a"), "not numbers"),
    ],
)
def test_unusable_data_says_why(tmp_path, data, says):
    path = write(tmp_path / "image.npy", data)
    with pytest.raises(InputError, match=says) as error:
        read_image(path)
    assert "image.npy" in str(error.value)


def test_colour_tiff_and_several_pages(tmp_path):
    path = tmp_path / "image.tif"
    colours = np.random.default_rng(1).integers(0, 256, (40, 48, 3)).astype(np.uint8)
    tifffile.imwrite(path, colours, photometric="rgb")
    with pytest.raises(InputError, match=r"not \(y, x\)"):
        read_image(path)
    tifffile.imwrite(path, np.repeat(colours[..., :1], 3, axis=2), photometric="rgb")  # a colour picture that is grey
    assert np.array_equal(read_image(path)[0], colours[..., 0])
    tifffile.imwrite(path, IMAGE[None])  # a stack of one frame is that frame
    assert np.array_equal(read_image(path)[0], IMAGE)
    with tifffile.TiffWriter(path) as file:
        file.write(IMAGE)
        file.write(IMAGE[:, :40])
    with pytest.raises(InputError, match="holds 2 images"):
        read_image(path)


def test_missing_and_unknown_files(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_image(tmp_path / "gone.tif")
    with pytest.raises(InputError, match=r"gone#3\.tif does not exist"):
        read_image(tmp_path / "gone#3.tif")
    with pytest.raises(InputError, match=r"unknown format; give one of: .*dm4"):
        read_image(tmp_path / "image.jpeg")


def test_mask_boxes_and_polygons():
    assert exclusion_mask("", (40, 48)).all() and exclusion_mask(None, (40, 48)).all()
    usable = exclusion_mask("box 2 3 12 8; polygon 20 10 20 30 39.5 10", (40, 48))
    assert not usable[2:12, 3:8].any() and usable[12, 3] and usable[2, 8] and usable[1, 3]
    excluded = ~usable
    assert excluded.sum() - 50 == pytest.approx(0.5 * 20 * 19.5, rel=0.1)  # the triangle's area
    assert excluded[25, 12] and not excluded[35, 28]


@pytest.mark.parametrize(
    "text",
    [
        "box 1 2 3",
        "box 1 2 x 4",
        "box 9 9 3 3",
        "box 90 90 99 99",
        "polygon 1 1 2 2",
        "box 0 0 9 9; circle 1",
    ],
)
def test_masks_that_make_no_sense(text):
    with pytest.raises(InputError, match=r"mask '(box|polygon|circle)"):
        exclusion_mask(text, (40, 48))


def test_mask_files(tmp_path):
    wanted = IMAGE > 100
    write(tmp_path / "mask.npy", wanted)
    imsave(tmp_path / "mask.png", (255 * wanted).astype(np.uint8), check_contrast=False)
    for name in ("mask.npy", "mask.png"):
        assert np.array_equal(exclusion_mask(str(tmp_path / name), (40, 48)), wanted)
    with pytest.raises(InputError, match="match them"):
        exclusion_mask(str(tmp_path / "mask.npy"), (40, 40))
    with pytest.raises(InputError, match="nor an image file that exists"):
        exclusion_mask(str(tmp_path / "gone.npy"), (40, 48))
    with pytest.raises(InputError, match="whole image"):
        exclusion_mask("box 0 0 40 48", (40, 48))


def everywhere(data):
    return np.ones(data.shape, bool)


def test_percentiles_become_zero_and_one():
    image, mask = prepare(IMAGE, everywhere(IMAGE))
    assert image.dtype == np.float32 and mask.all()
    assert np.percentile(image, [0.5, 99.5]) == pytest.approx([0.0, 1.0], abs=1e-6)
    assert image.min() < 0 and image.max() > 1  # not clipped


@settings(max_examples=60)
@given(
    log_scale=st.floats(-12, 12),
    offset=st.floats(-1000, 1000),
    dtype=st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64]),
)
def test_type_scale_and_offset_do_not_matter(log_scale, offset, dtype):
    counts = np.clip(np.rint(IMAGE), 0, 255)
    reference, _ = prepare(counts, everywhere(counts))
    same, _ = prepare(counts.astype(dtype), everywhere(counts))
    assert np.array_equal(same, reference)
    scaled, _ = prepare(10.0**log_scale * (counts + offset), everywhere(counts))
    assert np.abs(scaled - reference).max() < 1e-6


def test_outside_the_mask_neither_counts_nor_steps():
    data = IMAGE.copy()
    data[:10] = np.nan
    data[10, :5] = np.inf
    usable = everywhere(data)
    usable[30:, :] = False
    data[30:, :] = 1e9
    image, mask = prepare(data, usable)
    assert mask.sum() == 20 * 48 - 5 and np.isfinite(image).all()
    assert np.all(image[~mask] == image[~mask][0])
    assert image[~mask][0] == pytest.approx(np.median(image[mask]), abs=1e-6)
    alone, _ = prepare(IMAGE[11:30], everywhere(IMAGE[11:30]))
    assert np.percentile(image[mask], 99.5) == pytest.approx(np.percentile(alone, 99.5), abs=1e-6)


@pytest.mark.parametrize("fill", [0.0, 255.0])
def test_fill_of_a_rotated_scan_is_masked(fill):
    data = np.random.default_rng(1).poisson(100.0, (300, 300)).astype(float)
    y, x = np.mgrid[-150:150, -150:150]
    c, s = np.cos(0.1), np.sin(0.1)
    outside = np.maximum(np.abs(c * y - s * x), np.abs(s * y + c * x)) > 136
    data[outside] = fill
    _, mask = prepare(data, everywhere(data))
    missed = outside & mask
    assert missed.sum() <= 0.01 * outside.sum()
    assert not (~mask & ~outside).sum() > 0.001 * data.size


def test_dark_pixels_of_a_low_dose_image_are_signal():
    data = np.random.default_rng(2).poisson(0.3, (300, 300))  # three pixels in four are exactly zero
    assert prepare(data, everywhere(data))[1].all()


def test_dark_hole_inside_is_signal():
    data = np.random.default_rng(3).poisson(50.0, (200, 200)).astype(float)
    data[60:120, 60:120] = 0.0
    assert prepare(data, everywhere(data))[1].all()


def test_small_fill_is_left_alone():
    data = np.random.default_rng(3).poisson(50.0, (200, 200)).astype(float)
    data[:10, :15] = 0.0  # 0.375 % of the image
    assert prepare(data, everywhere(data))[1].all()


def test_nothing_to_see_says_so():
    with pytest.raises(InputError, match="no finite pixel"):
        prepare(np.full((40, 40), np.nan), np.ones((40, 40), bool))
    sparse = np.zeros((40, 40))
    sparse[20, 20] = 1.0
    with pytest.raises(InputError, match="mask"):
        prepare(sparse, np.ones((40, 40), bool))
    with pytest.raises(InputError, match="match them"):
        prepare(IMAGE, np.ones((40, 40), bool))


@real
def test_real_files_read():
    data, pixel_size_pm = read_image(DATA / "pto_sro.hspy")
    assert data.shape == (224, 1312) and pixel_size_pm == pytest.approx(14.997, abs=0.001)
    data, pixel_size_pm = read_image(DATA / "sm_bfo_patch.tif")
    assert data.shape == (256, 256) and pixel_size_pm is None
    data, _ = read_image(DATA / "pto_junction.tif")
    usable = exclusion_mask("box 780 35 820 250", data.shape)
    image, mask = prepare(data, usable)
    assert mask.sum() == 855 * 855 - 40 * 215 and ndimage.gaussian_filter(image, 5).max() < 1.5


def test_a_crop_is_a_part_of_the_image():
    usable = crop_mask({"rows": [2, 5], "columns": [1, 4]}, (6, 8))
    assert usable.sum() == 9 and usable[2:5, 1:4].all()
    assert crop_mask(None, (6, 8)).all()


@pytest.mark.parametrize("rows", [[2, 7], [3, 3], [5, 2]])
def test_a_crop_outside_the_image_is_refused(rows):
    with pytest.raises(InputError, match=r"^config: import.crop: rows . to . and columns 1 to 4 .* image of 6 x 8 px"):
        crop_mask({"rows": rows, "columns": [1, 4]}, (6, 8))
