"""TIFF: packed pixels, lengths that are written wrong, stacks, channels, and the calibrations of OME."""

import logging

import numpy as np
import pytest
import tifffile

from ferrotune.errors import InputError
from ferrotune.files.images import read_image

IMAGE = np.random.default_rng(0).poisson(100, (64, 48)).astype(np.uint16)


@pytest.mark.parametrize("compression", ["lzw", "zlib", "packbits", "zstd", "jpeg2000"])
def test_packed_pixels(tmp_path, compression):
    tifffile.imwrite(tmp_path / "image.tif", IMAGE, compression=compression, rowsperstrip=16)
    assert np.array_equal(read_image(tmp_path / "image.tif")[0], IMAGE)


def test_jpeg_inside(tmp_path):
    smooth = np.add.outer(np.arange(64), np.arange(48)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "image.tif", smooth, compression="jpeg", compressionargs={"level": 95})
    assert np.abs(read_image(tmp_path / "image.tif")[0] - smooth).max() <= 4


def overwrite(path, tag, change):
    with tifffile.TiffFile(path, mode="r+") as file:
        found = file.pages[0].tags[tag]
        found.overwrite(change(np.atleast_1d(found.value)).tolist())


@pytest.mark.parametrize("factor", [8, 1.5, 0.25, 0])
@pytest.mark.parametrize("rows", [64, 20])
def test_wrong_lengths_of_strips_that_are_all_there(tmp_path, factor, rows):
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, IMAGE, rowsperstrip=rows)
    overwrite(path, "StripByteCounts", lambda counts: (counts * factor).astype(int))
    assert np.array_equal(read_image(path)[0], IMAGE)


def test_wrong_length_of_the_last_packed_strip(tmp_path):
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, IMAGE, rowsperstrip=16, compression="lzw")
    overwrite(path, "StripByteCounts", lambda counts: np.r_[counts[:-1], 8 * counts[-1]])
    assert np.array_equal(read_image(path)[0], IMAGE)


@pytest.mark.parametrize("compression", ["lzw", "zlib"])
@pytest.mark.parametrize("factor", [0.5, 8])
def test_wrong_lengths_of_all_packed_strips(tmp_path, compression, factor):
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, IMAGE, rowsperstrip=16, compression=compression)
    overwrite(path, "StripByteCounts", lambda counts: (factor * counts).astype(int))
    assert np.array_equal(read_image(path)[0], IMAGE)


def test_strips_that_are_not_in_the_file_are_not_zeros(tmp_path):
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, IMAGE, rowsperstrip=16, compression="zlib")
    overwrite(path, "StripByteCounts", lambda counts: np.r_[counts[:-1], 0])
    with pytest.raises(InputError, match="part 3 of its pixels is not in the file"):
        read_image(path)


@pytest.mark.parametrize("compression", [None, "lzw", "zlib"])
@pytest.mark.parametrize("factor", [1, 8])
def test_pixels_that_are_missing_are_missed(tmp_path, compression, factor):
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, IMAGE, rowsperstrip=16, compression=compression)
    overwrite(path, "StripByteCounts", lambda counts: factor * counts)
    with tifffile.TiffFile(path) as file:
        end = file.pages[0].dataoffsets[-1] + 200
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(InputError, match="cannot be read"):
        read_image(path)


def test_a_stack_is_aligned_and_averaged_and_one_frame_can_be_named(tmp_path, caplog):
    caplog.set_level(logging.INFO, "ferrotune")
    path = tmp_path / "stack.tif"
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:80, :90]
    specimen = 50 + 40 * np.cos(2 * np.pi * y / 10) * np.cos(2 * np.pi * x / 10) + 10 * np.sin(x * y / 400)
    drift = np.array([[0, 0], [2, -1], [3, -3], [1, -4]])
    frames = np.stack([rng.poisson(specimen[8 - dy : 72 - dy, 8 - dx : 72 - dx]) for dy, dx in drift]).astype("u2")
    tifffile.imwrite(path, frames, photometric="minisblack")
    mean = read_image(path)[0]
    assert mean.shape == (64, 64) and np.isfinite(mean[:60, 5:]).all()
    inner = np.s_[5:55, 10:55]
    noise = mean[inner] - specimen[8:72, 8:72][inner]
    assert np.sqrt((noise**2).mean()) < 1.15 * np.sqrt(50 / 4)  # that of four times the dose
    assert "stack of 4 frames" in caplog.text and "drift up to 2.99 px in y, 4.03 px in x" in caplog.text
    assert np.array_equal(read_image(f"{path}#frame=3")[0], frames[3])
    with pytest.raises(InputError, match="no frame 4; it has frames 0 to 3"):
        read_image(f"{path}#frame=4")
    with pytest.raises(InputError, match=r"unpacks to 4 x 64 x 64 px.* or pick one frame"):
        read_image(path, pixel_limit=10_000)
    assert read_image(f"{path}#frame=0", pixel_limit=10_000)[0].shape == (64, 64)


def test_channels_are_named(tmp_path):
    path = tmp_path / "channels.tif"
    tifffile.imwrite(path, np.stack([IMAGE, IMAGE // 2]), imagej=True, metadata={"axes": "CYX"})
    with pytest.raises(InputError, match="holds 2 images: channel 0, channel 1; name one"):
        read_image(path)
    assert np.array_equal(read_image(f"{path}#channel 1")[0], IMAGE // 2)


def test_a_preview_beside_the_image_is_left_alone(tmp_path):
    path = tmp_path / "image.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(IMAGE)
        file.write(IMAGE[::2, ::2], subfiletype=1)
    assert np.array_equal(read_image(path)[0], IMAGE)


@pytest.mark.parametrize(
    ("size", "unit", "pm"),
    [(0.0156, "nm", 15.6), (0.156, "Å", 15.6), (15.6, "pm", 15.6), (1.56e-5, "µm", 15.6), (1.56e-5, None, 15.6)],
)
def test_lengths_of_ome(tmp_path, size, unit, pm):
    path = tmp_path / "image.ome.tif"
    metadata = {"axes": "YX", "PhysicalSizeX": size, "PhysicalSizeY": size}
    metadata |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit} if unit else {}
    tifffile.imwrite(path, IMAGE, ome=True, metadata=metadata)
    assert read_image(path)[1] == pytest.approx(pm)
