"""Images and label maps in files of other programs, opened with what those programs open them with."""

import json

import numpy as np
import pytest
import tifffile
import yaozarrs
import zarr

from ferrotune.exports.hyperspy_file import write_hspy
from ferrotune.exports.label_image import label_image, labels_of_pixels
from ferrotune.exports.ome_zarr import write_ome_zarr
from ferrotune.exports.tiff import write_tiff
from helpers.exported import ATTRIBUTES, columns_of, film, selected_of
from helpers.painted_film import CELL, PIXEL


@pytest.fixture(scope="module")
def painted():
    return film()


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).normal(size=(800, 800)).astype(np.float32)


@pytest.fixture(scope="module")
def labels(painted):
    return labels_of_pixels(selected_of(painted), ATTRIBUTES, np.ones((800, 800), bool))


def test_pixels_have_the_label_of_their_site(painted, labels):
    at = np.rint(painted.sites.yx).astype(int)
    assert labels.dtype == np.uint8 and np.array_equal(labels[*at.T], painted.labels + 1)
    assert set(np.unique(labels)) == {1, 2}


def test_undecided_sites_and_the_mask_have_no_label():
    yx = CELL * (np.argwhere(np.ones((4, 4))) + 0.5)
    mask = np.ones((80, 80), bool)
    mask[:, 60:] = False
    found = label_image(yx, np.where(yx[:, 0] < 40, -1, 2), mask, CELL)
    assert (found[:35] == 0).all() and (found[45:, :60] == 3).all() and (found[:, 60:] == 0).all()


def test_imagej_finds_pixel_size_and_unit(image, labels, tmp_path):
    write_tiff(image, tmp_path / "image.tif", PIXEL)
    write_tiff(labels, tmp_path / "labels.tif", PIXEL, "0: no label")
    with tifffile.TiffFile(tmp_path / "image.tif") as file:
        pixels_per_unit = np.divide(*file.pages[0].tags["XResolution"].value)
        assert file.is_imagej and file.imagej_metadata["unit"] == "nm"
        assert 1 / pixels_per_unit == pytest.approx(PIXEL / 1000, rel=1e-4)
        assert np.array_equal(file.asarray(), image)
    with tifffile.TiffFile(tmp_path / "labels.tif") as file:
        assert file.imagej_metadata["Info"] == "0: no label" and np.array_equal(file.asarray(), labels)


def test_a_tiff_without_a_pixel_size_is_in_pixels(image, tmp_path):
    write_tiff(image, tmp_path / "image.tif", None)
    with tifffile.TiffFile(tmp_path / "image.tif") as file:
        assert file.imagej_metadata["unit"] == "pixel" and file.pages[0].tags["XResolution"].value == (1, 1)


def test_ome_zarr_is_valid_and_keeps_image_labels_and_scale(image, labels, tmp_path):
    path = tmp_path / "image.ome.zarr"
    write_ome_zarr(path, image, {"patch_gmm": labels, "cell_gmm": labels}, PIXEL)
    yaozarrs.validate_zarr_store(str(path))
    group = zarr.open_group(path, mode="r")
    ome = group.attrs["ome"]
    assert ome["version"] == "0.5" and group["labels"].attrs["ome"]["labels"] == ["patch_gmm", "cell_gmm"]
    levels = ome["multiscales"][0]["datasets"]
    assert [level["coordinateTransformations"][0]["scale"][0] for level in levels] == [PIXEL / 1000, 2 * PIXEL / 1000]
    assert {axis["unit"] for axis in ome["multiscales"][0]["axes"]} == {"nanometer"}
    assert np.array_equal(group["0"], image) and np.array_equal(group["labels/patch_gmm/0"], labels)
    assert np.array_equal(group["labels/patch_gmm/1"], labels[::2, ::2])
    of_labels = group["labels/patch_gmm"].attrs["ome"]["image-label"]
    assert of_labels["source"] == {"image": "../../"}
    values = [color["label-value"] for color in of_labels["colors"]]
    assert values == [1, 2] and all(isinstance(value, int) for value in values)  # a float is no label to ome-zarr


def test_the_reader_of_napari_opens_the_ome_zarr(image, labels, tmp_path):
    parse_url = pytest.importorskip("ome_zarr.io", reason="ome-zarr is not installed").parse_url
    reader = pytest.importorskip("ome_zarr.reader").Reader
    write_ome_zarr(tmp_path / "image.ome.zarr", image, {"patch_gmm": labels}, PIXEL)
    nodes = list(reader(parse_url(tmp_path / "image.ome.zarr"))())
    assert np.array_equal(nodes[0].data[0], image)
    assert any(node.data and node.data[0].dtype == np.uint8 and np.array_equal(node.data[0], labels) for node in nodes)


def test_the_same_image_gives_the_same_files(painted, image, labels, tmp_path):
    for name in ("one", "two"):
        write_ome_zarr(tmp_path / name, image, {"patch_gmm": labels}, PIXEL)
        write_tiff(image, tmp_path / f"{name}.tif", PIXEL)
        marked(painted, image, tmp_path / f"{name}.hspy")
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    for suffix in ("tif", "hspy"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def marked(painted, image, path):
    selections = {"patch_gmm": selected_of(painted)}
    write_hspy(path, "film", image, columns_of(painted), selections, CELL, PIXEL)
    return path


def test_the_reader_of_hyperspy_finds_columns_and_walls(painted, image, tmp_path):
    from rsciio.hspy import file_reader

    (signal,) = file_reader(marked(painted, image, tmp_path / "image.hspy"))
    assert np.array_equal(signal["data"], image) and signal["metadata"]["General"]["title"] == "film"
    assert [(axis["name"], axis["units"], axis["scale"]) for axis in signal["axes"]] == [
        ("y", "nm", PIXEL / 1000),
        ("x", "nm", PIXEL / 1000),
    ]
    markers = signal["metadata"]["Markers"]
    assert set(markers) == {"columns_A", "columns_B", "walls_patch_gmm"}
    assert markers["columns_A"]["kwargs"]["offsets"] == pytest.approx(painted.sites.yx[:, ::-1] * PIXEL / 1000)
    x = markers["walls_patch_gmm"]["kwargs"]["segments"][:, :, 0]
    assert np.minimum(abs(x - 12 * 0.4), abs(x - 28 * 0.4)).max() < 0.1  # a cell is 0.4 nm


def test_hyperspy_opens_it_with_its_markers(painted, image, tmp_path):
    hyperspy = pytest.importorskip("hyperspy.api", reason="hyperspy is not installed")
    signal = hyperspy.load(marked(painted, image, tmp_path / "image.hspy"))
    names = {type(marker).__name__ for _, marker in signal.metadata.Markers}
    assert names == {"Points", "Lines"}
    signal.plot()


def test_an_ome_zarr_without_a_pixel_size_has_no_unit(image, tmp_path):
    write_ome_zarr(tmp_path / "image.ome.zarr", image, {}, None)
    text = (tmp_path / "image.ome.zarr" / "zarr.json").read_text()
    assert "unit" not in json.dumps(json.loads(text)["attributes"]["ome"]["multiscales"][0]["axes"])
