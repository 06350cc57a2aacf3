"""Image files named in the config: which files, under which names, in which series; what is wrong is one line."""

import json
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from ferrotune.errors import InputError
from ferrotune.workflow.case import read_case
from ferrotune.workflow.image_files import image_names, image_paths, names_files, plain_name

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a run, with some files that are named like images."""
    for name in ("film.dm4", "day 1/film.tif", "day 2/film.tif", "day 2/größe #2.tif", "day 2/film.npy", "sheet.tsv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def case(**given):
    """The case of `--config` with these keys, as Snakemake merges the files."""
    config = {}
    for layer in (yaml.safe_load((CONFIG / "config.yaml").read_text()), given):
        update_config(config, layer)
    if names_files(config):
        update_config(config, yaml.safe_load((CONFIG / "one_line.yaml").read_text()))
        update_config(config, given)
    return read_case(config, CONFIG / "schemas")


def said(**given):
    with pytest.raises(InputError) as error:
        case(**given)
    return str(error.value)


def test_one_file_is_a_series_of_its_own_with_a_first_search_by_two_pipelines(folder):
    found = case(image="film.dm4")
    assert found.config["series"] == "film" and found.sheet == [] and found.problems == []
    assert list(found.images) == ["film"] and found.images["film"]["path"] == "film.dm4"
    assert found.images["film"]["pixel_size_pm"] is None  # the file's own
    assert found.trials == {"patch_gmm": 20, "cell_gmm": 20}
    assert [len(found.rounds(pipeline)) for pipeline in found.trials] == [1, 1]


def test_a_pattern_and_a_list_are_one_series_named_after_the_folder_that_holds_them(folder):
    for given in ({"images": "day 2/*.tif"}, {"image": ["day 2/film.tif", "day 2/größe #2.tif"]}):
        found = case(**given)
        assert found.config["series"] == "day_2"
        assert {name: row["path"] for name, row in found.images.items()} == {
            "film": "day 2/film.tif",
            "groesse_2": "day 2/größe #2.tif",
        }
    assert case(images=["day 1/film.tif", "day 2/film.tif"]).config["series"] == plain_name(folder.name)


def test_files_of_one_name_are_named_after_their_folders_and_endings(folder):
    assert list(case(images="day */film.tif").images) == ["day_1_film", "day_2_film"]
    assert list(case(images="**/film.*").images) == ["day_1_film", "day_2_film.npy", "day_2_film.tif", "film"]
    assert image_names(["a.tif#BF", "a.tif#HAADF"]) == ["a_BF", "a_HAADF"]
    assert image_names(["ä.tif", "ae.tif"]) == ["ae_1", "ae_2"]


def test_a_file_is_taken_once_and_entries_of_files_may_be_named(folder):
    assert image_paths({"image": ["film.dm4", "*.dm4", str(folder / "film.dm4")]}) == [str(folder / "film.dm4")]
    assert image_paths({"image": "day 2/größe #2.tif#frame=3"}) == ["day 2/größe #2.tif#frame=3"]
    assert image_paths({"image": "*.dm4#HAADF"}) == ["film.dm4#HAADF"]
    assert image_paths({"image": "https://host/film.h5"}) == ["https://host/film.h5"]
    assert image_names(["https://host/film.h5"]) == ["film"]


def test_the_config_may_name_series_pixel_size_and_a_longer_search(folder):
    found = case(image="film.dm4", series="mine", pixel_size=15.6, search={"trials": 100})
    assert found.config["series"] == "mine" and found.images["film"]["pixel_size_pm"] == 15.6
    assert found.trials == {"patch_gmm": 100, "cell_gmm": 100}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"image": "none.dm4"}, "image none.dm4: no such file in "),
        ({"images": "day 3/*.dm4"}, "image day 3/*.dm4: no file has a name like this in "),
        (
            {"image": "day 2/größe"},  # what Snakemake makes of image="day 2/größe #2.tif"
            "YAML takes what follows ' #' for a comment; write \"image=['day 2/größe #2.tif']\"",
        ),
        ({"image": "day 2"}, "image day 2: is a folder; name its files, for example day 2/*.dm4"),
        ({"image": 7}, "config: image: 7 is no path; put the path in quotes"),
        ({"image": []}, "config: image: the list is empty"),
        ({"image": "film.dm4", "images": "sheet.tsv"}, "config: image and images both name what to analyse"),
        ({"image": "film.dm4", "pixelsize": 15.6}, "config: unknown key 'pixelsize'; allowed are cells, columns, "),
        ({"image": "film.dm4", "pixel_size": "15,6"}, "config: pixel_size: '15,6' is not a number"),
        ({"image": "film.dm4", "pixel_size": 0}, "config: pixel_size: 0 is too small"),
        ({"pixel_size": 15.6}, "config: pixel_size: goes with image"),
    ],
)
def test_what_is_wrong_is_one_line(folder, given, words):
    message = said(**given)
    assert words in message and "\n" not in message


def test_a_series_does_not_replace_another_one_unasked(folder):
    results = Path("results/film")
    results.mkdir(parents=True)
    (results / "images.tsv").write_text("image\tpath\nSm_0\tsimulated\n")
    assert "results/film holds the results of other images (Sm_0)" in said(image="film.dm4")
    assert case(image="film.dm4", series="other").config["series"] == "other"

    (results / "images.tsv").write_text("image\tpath\nfilm\tday 1/film.tif\n")
    store = results / "film" / "image.zarr"
    store.mkdir(parents=True)
    (store / "zarr.json").write_text(json.dumps({"attributes": {"source": "day 1/film.tif"}}))
    assert said(image="day 2/film.tif").endswith(
        "results/film/film holds the results of day 1/film.tif; "
        "give this run a name of its own: series=NAME after --config"
    )
    assert list(case(image=str(folder / "day 1/film.tif")).images) == ["film"]  # the same file, written otherwise


def test_a_sample_sheet_is_still_one(folder):
    assert not names_files({"images": "sheet.tsv"}) and not names_files({"images": "sheet"})
    assert "sample sheet none.xlsx: no such file" in said(images="none.xlsx")
