"""The series of the images at the instrument: a config and a sample sheet that the workflow takes."""

import pytest

from ferrotune.errors import InputError
from ferrotune.live.series import LiveSeries, live_config
from ferrotune.workflow.case import read_case
from ferrotune.workflow.progress import SCHEMAS, kept_config


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begun(given=None, files=()):
    return LiveSeries.begin(live_config("today", files), given or {})


def test_the_workflow_reads_the_sheet_and_the_config_that_are_left(here):
    series = begun({"pixel_size_pm": 15.6, "lattice": [399.4, 403.6, 90.0], "mask": "box 0 0 9 9"})
    for name in ("film.npy", "film.tif", "day 2/film.npy"):
        series.add(series.row_of(here / name))
    case = read_case(kept_config("results/today"), SCHEMAS)
    assert case.problems == [] and list(case.images) == ["film", "film.tif", "film.npy"]
    assert case.images["film"] == series.rows["film"]
    assert set(case.trials) == {"patch_gmm", "cell_gmm"} and case.config["transfer"] is False


def test_a_series_goes_on_where_it_ended_and_keeps_what_the_user_has_added_to_its_sheet(here):
    series = begun()
    series.add(series.row_of(here / "film.npy"))
    sheet = here / "results/today/live.tsv"
    sheet.write_text(sheet.read_text().replace("film\t\t", "film\t7\t"))
    again = begun()
    assert again.row_of(here / "film.npy")["sm_percent"] == 7
    assert again.row_of(here / "other/film.npy")["image"] == "film.npy"


def test_the_users_config_wins_and_what_is_wrong_is_one_line(here):
    (here / "my.yaml").write_text("transfer: true\nsearch: {trials: 8}\n")
    config = live_config("today", ["my.yaml"])
    assert config["transfer"] is True and config["search"]["trials"] == 8
    for text, words in (
        ("serch: {trials: 8}\n", "config: unknown key 'serch'; allowed are"),
        ("image: film.tif\n", "config: image: the images are those of the folder; leave this key out"),
        ("[1, 2]\n", "config my.yaml: holds no sections of keys; correct the file"),
    ):
        (here / "my.yaml").write_text(text)
        with pytest.raises(InputError) as error:
            live_config("today", ["my.yaml"])
        assert words in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(InputError, match="contrast: 'dull' is not allowed"):
        begun({"contrast": "dull"})


def test_the_results_of_another_run_are_not_touched(here):
    (here / "results/today").mkdir(parents=True)
    (here / "results/today/config.yaml").write_text("series: today\n")
    with pytest.raises(InputError, match="holds the results of another run; give this one a name of its own"):
        begun()
