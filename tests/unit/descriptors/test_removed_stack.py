"""Large arrays of descriptors are removed, and made again with the same bytes where a trial opens them."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ferrotune.descriptors._removed_stack import REMOVED, remove_stack
from ferrotune.errors import InputError
from ferrotune.files.packed_stores import PACKED, attributes_of, pack
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.parts import part

CELL, SIZE = 12.0, 420
OPTIONS = {"sites": "A", "subpixel": True}
USES = {
    "patches": {"flatten": (1,), "denoise": ("none",), "w1": (1.0, 2.0), "w2": (1.0, 2.0), "rank": (4,)},
    "fft": {
        "flatten": (1, 2),
        "denoise": ("none",),
        "window": (2,),
        "stride": (1,),
        "taper": ("hann",),
        "scale": ("log",),
    },
}
SETTINGS = {name: {key: values[0] for key, values in space.items()} for name, space in USES.items()}
LOG = logging.getLogger("test")


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def image(tmp_path):
    """Stores of a noisy image of a square lattice, and of its columns."""
    y, x = np.mgrid[:SIZE, :SIZE]
    pixels = np.cos(2 * np.pi * y / CELL) * np.cos(2 * np.pi * x / CELL)
    pixels = (pixels + np.random.default_rng(0).normal(scale=0.1, size=pixels.shape)).astype(np.float32)
    yx = CELL * np.argwhere(np.ones((33, 33))) + CELL
    of_columns = {"yx": (("column", "axis"), yx), "sublattice": (("column",), np.zeros(len(yx), np.int8))}
    of_columns["row_shift"] = (("y",), np.zeros(SIZE))
    scale = {"cell_px": CELL, "pixel_size_pm": None}
    mask = np.ones(pixels.shape, bool)
    write_store(tmp_path / "image.zarr", {"image": (("y", "x"), pixels), "mask": (("y", "x"), mask)}, scale)
    write_store(tmp_path / "columns.zarr", of_columns, scale)
    return tmp_path


def described(image, name):
    """A store of descriptors of the image, what it was made of, and its files."""
    store = image / "descriptors" / f"{name}.zarr"
    stores = {needed: image / f"{needed}.zarr" for needed in part("descriptor", name).NEEDS}
    uses = [{"reduction": "pca", "space": USES[name]}]
    part("descriptor", name).write(str(store), stores, uses, OPTIONS, 1, LOG)
    (store / ".snakemake_timestamp").touch()
    return store, (stores, uses, OPTIONS), files(store)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("name", "large"), [("patches", ["covariance", "patches"]), ("fft", ["images"])])
def test_what_was_removed_is_made_again_with_the_same_bytes(image, name, large, packed):
    store, made_of, before = described(image, name)
    features = part("descriptor", name).open(str(store), SETTINGS[name]).features(SETTINGS[name])
    assert remove_stack(store, *made_of) == large and remove_stack(store, *made_of) == []
    assert sum(map(len, files(store).values())) < 0.25 * sum(map(len, before.values()))
    if packed:
        pack(store)
    assert len(read_store(store, "yx", "site_raster")[0]["yx"]) > 500  # what other jobs read of it is there
    assert list(attributes_of(store)[REMOVED]["arrays"]) == large
    again = part("descriptor", name).open(str(store), SETTINGS[name]).features(SETTINGS[name])
    assert again.tobytes() == features.tobytes() and files(store) == before and not (store / PACKED).exists()
    assert sorted(path.name for path in store.parent.glob("*.zarr")) == [store.name]


def test_a_removed_array_is_never_read_as_zeros(image):
    store, made_of, _ = described(image, "patches")
    remove_stack(store, *made_of)
    with pytest.raises(InputError, match="there is no array patches"):
        read_store(store, "patches")


def test_processes_side_by_side_make_it_once(image, caplog):
    store, made_of, before = described(image, "patches")
    remove_stack(store, *made_of)
    caplog.set_level(logging.INFO)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: part("descriptor", "patches").open(str(store), SETTINGS["patches"]), range(4)))
    assert all(np.array_equal(stack.mean, opened[0].mean) for stack in opened)
    assert files(store) == before and caplog.text.count("they are made again") == 1


def test_a_kill_on_the_way_is_made_good(image, monkeypatch):
    store, made_of, before = described(image, "patches")
    remove_stack(store, *made_of)
    with monkeypatch.context() as patched:
        patched.setattr("ferrotune.descriptors._removed_stack.unpack", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            part("descriptor", "patches").open(str(store), SETTINGS["patches"])
    part("descriptor", "patches").open(str(store), SETTINGS["patches"])
    assert files(store) == before


def test_another_image_or_other_settings_are_noticed(image, caplog):
    store, made_of, _ = described(image, "patches")
    remove_stack(store, *made_of)
    pixels, attributes = read_store(image / "image.zarr")
    arrays = {name: (("y", "x"), values) for name, values in pixels.items()}
    arrays["image"] = (("y", "x"), pixels["image"][::-1])
    write_store(image / "image.zarr", arrays, attributes)
    part("descriptor", "patches").open(str(store), SETTINGS["patches"])
    assert "made again with other bytes than before" in caplog.text

    remove_stack(store, *made_of)
    metadata = json.loads((store / "zarr.json").read_text())
    metadata["attributes"][REMOVED]["uses"][0]["space"]["w1"] = [1.0]
    (store / "zarr.json").write_text(json.dumps(metadata))
    with pytest.raises(InputError, match=r"made again from the image it is another one; remove .*patches\.zarr"):
        part("descriptor", "patches").open(str(store), SETTINGS["patches"])
