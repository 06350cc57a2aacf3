"""Files that are replaced under their names: the content decides what runs again, not the date."""

import os

import numpy as np
import pytest
from skimage.io import imsave

from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from helpers.case import Case

TARGET = "results/tiny/film/reference.zarr"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A case with an image, a mask and a reference of one's own, analysed up to the reference."""
    case = Case(tmp_path_factory.mktemp("replaced") / "case", rows="film\t0\tfilm.npy\t15.6\tlabels.csv\tmask.png\n")
    film = simulate(Specimen(shape=(320, 320), geometry="walls_109"), seed=0)
    mask = np.full(film.image.shape, 255, np.uint8)
    mask[:20, :60] = 0
    rows = [f"{y:.2f},{x:.2f},{k}" for (y, x), k in zip(film.cells["yx"], film.cells["domain"], strict=True)]
    np.save(case.folder / "film.npy", film.image)
    imsave(case.folder / "mask.png", mask)
    (case.folder / "labels.csv").write_text("\n".join(["y_px,x_px,label", *rows]))
    process = case.run(TARGET)
    assert process.returncode == 0, process.stdout[-3000:]
    return case


@pytest.mark.parametrize(
    ("name", "rule"), [("film.npy", "import_image"), ("mask.png", "import_image"), ("labels.csv", "reference")]
)
def test_another_file_with_an_older_date_is_noticed(case, name, rule):
    """And the first file again, with whatever date, needs nothing."""
    assert "Nothing to be done" in case.run("-n", TARGET).stdout
    path = case.folder / name
    first = path.read_bytes()
    path.write_bytes(first[:-1] + bytes([first[-1] ^ 1]))
    os.utime(path, (1e9, 1e9))
    planned = case.run("-n", TARGET).stdout
    assert f"Rules with provenance triggered jobs: {rule}\n" in planned
    path.write_bytes(first)
    os.utime(path, (1e9, 1e9))
    assert "Nothing to be done" in case.run("-n", TARGET).stdout
