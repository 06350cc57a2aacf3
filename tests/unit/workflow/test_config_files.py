"""Config files as they were written: keys that stand twice, selections in several files, trials of all pipelines."""

from pathlib import Path

import pytest
import yaml
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from ferrotune.errors import InputError
from ferrotune.workflow.case import read_case
from ferrotune.workflow.config_files import check_repeated, keep_config, trials_apart

CONFIG = Path(__file__).parents[3] / "config"


def merged(*files):
    config = {}
    for file in (CONFIG / "config.yaml", *files):
        update_config(config, load_configfile(file))
    return config


def said(path, text):
    path.write_text(text)
    with pytest.raises(InputError) as error:
        check_repeated([path])
    return str(error.value).removeprefix(f"config {path}: ")


def test_two_lines_select_in_one_file_are_refused_with_the_line_that_holds_both(tmp_path):
    path = tmp_path / "my.yaml"
    second = "select: {Sm_0: {cell_gmm: 3}, Sm_7: {patch_gmm: 1}}"
    text = f"series: demo\nselect: {{Sm_0: {{patch_gmm: 17}}}}\n# and later\n{second}\n"
    line = "select: {Sm_0: {patch_gmm: 17, cell_gmm: 3}, Sm_7: {patch_gmm: 1}}"
    assert (
        said(path, text)
        == f"select stands twice, in lines 2 and 4, and only the last counts; write both in one: {line}"
    )
    path.write_text(f"series: demo\n{line}\n")
    check_repeated([path])
    assert yaml.safe_load(line)["select"]["Sm_0"] == {"patch_gmm": 17, "cell_gmm": 3}


def test_any_key_that_stands_twice_is_named_with_its_place(tmp_path):
    path = tmp_path / "my.yaml"
    assert said(path, "search:\n  trials: 5\n  trials: 9\n").startswith("search.trials stands twice, in lines 2 and 3")
    assert said(path, "series: a\nseries: b\n").endswith("only the last counts; keep one of them")


def test_the_configs_that_come_with_ferrotune_hold_no_key_twice():
    check_repeated(CONFIG.glob("*.yaml"))


def test_selections_of_several_files_add_up(tmp_path, monkeypatch):
    monkeypatch.chdir(CONFIG.parent)
    first, second, third = (tmp_path / f"{name}.yaml" for name in "abc")
    first.write_text("select:\n  Sm_0: {patch_gmm: 17, cell_gmm: 3}\n  Sm_7: {patch_gmm: 3}\n")
    second.write_text("select: {Sm_0: {cell_gmm: 9}, Sm_10: {fft_svd: 0}}\n")
    third.write_text("select: {Sm_7: null}\n")
    select = {"Sm_0": {"patch_gmm": 17, "cell_gmm": 9}, "Sm_7": {"patch_gmm": 3}, "Sm_10": {"fft_svd": 0}}
    assert read_case(merged(first, second), CONFIG / "schemas").config["select"] == select
    assert "Sm_7" not in read_case(merged(first, second, third), CONFIG / "schemas").config["select"]


def test_more_trials_in_a_copy_of_real_yaml_reach_both_pipelines(tmp_path, monkeypatch):
    monkeypatch.chdir(CONFIG.parent)
    copy = tmp_path / "my.yaml"
    text = (CONFIG / "real.yaml").read_text()
    assert "  trials: 80 " in text
    copy.write_text(text.replace("  trials: 80 ", "  trials: 120 "))
    config = merged(copy)
    assert read_case(config, CONFIG / "schemas").trials == {"patch_gmm": 120, "cell_gmm": 120}
    assert trials_apart(config, load_configfile(copy)) == []


def test_a_pipeline_that_more_trials_do_not_reach_is_named(tmp_path):
    copy = tmp_path / "my.yaml"
    copy.write_text("search: {trials: 120}\npipelines: {cell_gmm: {search: {trials: 80}}, crvae: null}\n")
    (line,) = trials_apart(merged(copy), load_configfile(copy))
    assert "search.trials: 120 does not reach pipelines with trials of their own: cell_gmm (80), fft_svd (16)" in line
    assert line.endswith("to raise those too, set pipelines.cell_gmm.search.trials") and "crvae" not in line
    assert trials_apart(merged(), {}) == []  # nothing was raised


def test_the_config_of_a_run_is_kept_and_can_be_taken_up_again(tmp_path):
    config = merged()
    keep_config(config, tmp_path / "results")
    assert load_configfile(tmp_path / "results" / "config.yaml") == config


def test_a_disk_that_is_full_leaves_the_config_of_the_earlier_run(tmp_path, monkeypatch):
    keep_config({"series": "one"}, tmp_path)
    before = (tmp_path / "config.yaml").read_text()

    def full(path, text, **_):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        keep_config({"series": "two"}, tmp_path)
    assert (tmp_path / "config.yaml").read_text() == before
