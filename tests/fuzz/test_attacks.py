"""Files that were made to do harm, one by one: each ends in one line, and nothing outside is read, run or written."""

import pickle
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import openpyxl
import pytest
import tifffile
from PIL import Image

from ferrotune.errors import InputError
from ferrotune.files.images import read_image
from ferrotune.files.sm_bfo_record import read_reference
from ferrotune.files.tables import MOST_BYTES, read_table
from ferrotune.workflow.config_files import check_repeated
from ferrotune.workflow.crate import unpacked
from ferrotune.workflow.progress import kept_config
from helpers.vendor_files import write_mrc, write_ser

IMAGE = np.random.default_rng(0).poisson(50, (40, 40)).astype(np.float32)


@pytest.fixture
def secret(tmp_path):
    """An HDF5 file that a user did not name."""
    path = tmp_path / "elsewhere" / "secret.h5"
    path.parent.mkdir()
    with h5py.File(path, "w") as file:
        file["MainImage"] = file["xy_COM"] = IMAGE
    return path


def _by_link(file, name, secret):
    file[name] = h5py.ExternalLink(secret, "MainImage")


def _by_virtual(file, name, secret):
    layout = h5py.VirtualLayout(IMAGE.shape, IMAGE.dtype)
    layout[...] = h5py.VirtualSource(secret, "MainImage", IMAGE.shape)
    file.create_virtual_dataset(name, layout)


def _by_external(file, name, secret):
    file.create_dataset(name, IMAGE.shape, IMAGE.dtype, external=[(str(secret), 0, h5py.h5f.UNLIMITED)])


@pytest.mark.parametrize("lead", [_by_link, _by_virtual, _by_external])
@pytest.mark.parametrize(("ending", "place"), [("h5", "MainImage"), ("hspy", "Experiments/x/data")])
def test_an_hdf5_file_that_leads_to_another_is_refused(tmp_path, secret, lead, ending, place):
    path = tmp_path / f"image.{ending}"
    with h5py.File(path, "w") as file:
        file.create_group("Experiments/x")
        lead(file, place, secret)
    with pytest.raises(InputError, match="another file; put all data into one file"):
        read_image(path)


def test_so_is_a_reference(tmp_path, secret):
    with h5py.File(tmp_path / "cells.h5", "w") as file:
        _by_link(file, "xy_COM", secret)
    with pytest.raises(InputError, match="xy_COM is a link to"):
        read_reference(tmp_path / "cells.h5")


def test_groups_that_hold_each_other_end(tmp_path):
    with h5py.File(tmp_path / "ring.h5", "w") as file:
        file["MainImage"] = IMAGE
        file.create_group("a/b")
        file["a/b/c"] = file["a"]
    assert read_image(tmp_path / "ring.h5")[0].shape == IMAGE.shape


class _Runs:
    def __reduce__(self):
        return exec, ("raise AssertionError('a pickle was run')",)


def test_a_pickle_is_not_loaded(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([_Runs()], object), allow_pickle=True)
    (tmp_path / "plain.npy").write_bytes(pickle.dumps(_Runs()))
    with zipfile.ZipFile(tmp_path / "objects.npz", "w") as archive:
        archive.write(tmp_path / "objects.npy", "a.npy")
    for name in ("objects.npy", "plain.npy", "objects.npz"):
        with pytest.raises(InputError, match="cannot be read"):
            read_image(tmp_path / name)


def test_a_header_that_unpacks_to_any_size_takes_no_memory(tmp_path):
    header = b"\x93NUMPY\x02\x00" + (2**31).to_bytes(4, "little")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", header + b" " * 50_000_000)
    with pytest.raises(InputError, match="cannot be read"):
        read_image(tmp_path / "bomb.npz")


def test_elements_that_a_header_promises_are_not_made_room_for(tmp_path):
    write_ser(tmp_path / "one.ser", IMAGE.astype(int))
    data = bytearray((tmp_path / "one.ser").read_bytes())
    data[14:22] = (2**31 - 1).to_bytes(4, "little") * 2
    (tmp_path / "many.ser").write_bytes(data)
    with pytest.raises(InputError, match="its header promises 2147483647 images, and the file has"):
        read_image(tmp_path / "many.ser")


@pytest.mark.parametrize("sides", [(2**31 - 1, 2**31 - 1, 2**31 - 1), (40, 40, 0), (-40, 40, 1)])
def test_pixels_that_a_header_promises_are_not_planned_for(tmp_path, sides):
    write_mrc(tmp_path / "one.mrc", IMAGE)
    data = bytearray((tmp_path / "one.mrc").read_bytes())
    data[:12] = np.array(sides, "<i4").tobytes()
    (tmp_path / "many.mrc").write_bytes(data)
    with pytest.raises(InputError, match="pixels, and the file has 7424 bytes"):
        read_image(tmp_path / "many.mrc")


def test_pages_that_go_round_in_a_circle_end(tmp_path):
    path = tmp_path / "pages.tif"
    tifffile.imwrite(path, np.stack([IMAGE] * 3), photometric="minisblack", metadata=None)
    assert read_image(f"{path}#frame=2")[0].shape == IMAGE.shape
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        first, last = file.pages[0].offset, file.pages[2].offset
    after = last + 2 + 12 * int.from_bytes(data[last : last + 2], "little")
    data[after : after + 4] = first.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InputError, match="its pages go round in a circle after the first 3"):
        read_image(path)


def test_bytes_that_a_chunk_of_a_picture_promises_are_not_made_room_for(tmp_path):
    Image.fromarray(IMAGE.astype(np.uint8)).save(tmp_path / "one.png")
    data = bytearray((tmp_path / "one.png").read_bytes())
    at = data.index(b"IDAT") - 4
    data[at : at + 4] = (2**31 - 1).to_bytes(4, "big")
    (tmp_path / "many.png").write_bytes(data)
    code = "import resource, sys; from ferrotune.files.images import read_image\n"
    code += "resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30,) * 2)\n"
    code += "try: read_image(sys.argv[1])\nexcept ValueError as error: assert 'Memory' not in str(error), error"
    subprocess.run([sys.executable, "-c", code, tmp_path / "many.png"], check=True)


def test_pixels_of_any_shape_are_not_resampled(tmp_path):
    write_mrc(tmp_path / "one.mrc", IMAGE)
    data = bytearray((tmp_path / "one.mrc").read_bytes())
    data[44:48] = np.float32(1e9).tobytes()  # the height of all pixels, ångström
    (tmp_path / "long.mrc").write_bytes(data)
    with pytest.raises(InputError, match="too oblong to resample; correct its calibration"):
        read_image(tmp_path / "long.mrc")


def test_a_workbook_with_a_cell_far_below_is_refused_and_one_that_unpacks_to_too_much(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["image", "path"])
    book.active.cell(row=1_048_576, column=16_384, value="stray")
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(InputError, match="reaches to row 1048576 and column 16384; remove the cells far"):
        read_table(tmp_path / "far.xlsx", ("image", "path"))
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (MOST_BYTES + 1))
    with pytest.raises(InputError, match="it unpacks to 100 MB"):
        read_table(tmp_path / "bomb.xlsx", ("image", "path"))


def test_aliases_of_yaml_that_unfold_without_end_are_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines))
    with pytest.raises(InputError, match="its aliases unfold to more than 100000 values"):
        check_repeated([tmp_path / "bomb.yaml"])
    (tmp_path / "fine.yaml").write_text("\n".join(lines[:3]))
    check_repeated([tmp_path / "fine.yaml"])


def test_tags_of_yaml_run_nothing(tmp_path):
    (tmp_path / "config.yaml").write_text("series: !!python/object/apply:os.system ['exit 1']\n")
    with pytest.raises(InputError, match="could not determine a constructor"):
        kept_config(tmp_path)


def test_names_in_a_crate_lead_nowhere_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "crate.zip", "w") as archive:
        archive.writestr("results/tiny/one/patch_gmm/provenance.json", "{}")
        archive.writestr("results/../../../../outside.txt", "written")
        link = zipfile.ZipInfo("results/tiny/one/link")
        link.external_attr = 0o120777 << 16  # a symbolic link, to what its content names
        archive.writestr(link, "/etc/passwd")
    with unpacked(tmp_path / "crate.zip") as series:
        assert series.name == "tiny" and (series / "one" / "patch_gmm" / "provenance.json").is_file()
        assert not (series / "one" / "link").is_symlink()
        assert not any(path.name == "outside.txt" for path in tmp_path.rglob("*"))
        assert not (series.parents[2] / "outside.txt").exists()
