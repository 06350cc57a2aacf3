"""Sizes of images that are not read yet."""

import numpy as np
import pytest

from ferrotune.files.stores import write_store
from ferrotune.workflow.image_sizes import UNKNOWN_MEGAPIXELS, megapixels

SIMULATION = {"default": {"shape": [1000, 2000]}, "images": {"wide": {"shape": [1000, 5000]}}}


def row(path):
    return {"path": path, "sm_percent": None, "pixel_size_pm": None}


def test_a_simulated_image_has_the_size_of_its_specimen(tmp_path):
    assert megapixels("film", row("simulated"), SIMULATION, tmp_path) == 2
    assert megapixels("wide", row("simulated"), SIMULATION, tmp_path) == 5


def test_the_size_of_a_file_follows_from_its_bytes_and_once_imported_from_its_store(tmp_path):
    image = np.zeros((300, 400), np.float32)
    np.save(tmp_path / "film.npy", image)
    guessed = megapixels("film", row(str(tmp_path / "film.npy")), SIMULATION, tmp_path)
    assert guessed == pytest.approx(2 * 0.12, rel=0.01)  # four bytes a pixel instead of two: too much, not too little
    (tmp_path / "film").mkdir()
    write_store(tmp_path / "film" / "image.zarr", {"image": (("y", "x"), image)})
    assert megapixels("film", row(str(tmp_path / "film.npy")), SIMULATION, tmp_path) == 0.12


@pytest.mark.parametrize("path", ["https://example.org/film.dm4", "doi:10.5281/zenodo.4555979/a.h5", "lost.dm4"])
def test_a_file_that_is_not_there_counts_as_an_image_of_the_record(tmp_path, path):
    assert megapixels("film", row(path), SIMULATION, tmp_path) == UNKNOWN_MEGAPIXELS
