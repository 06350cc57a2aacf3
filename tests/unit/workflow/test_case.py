"""A case: the config, the sample sheet, and the rounds of each pipeline."""

from pathlib import Path

import yaml

from ferrotune.workflow.case import read_case

ROOT = Path(__file__).parents[3]


def default_case(monkeypatch, **changes):
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    return read_case(config | changes, ROOT / "config" / "schemas")


def test_the_default_case_has_its_images_pipelines_and_rounds(monkeypatch):
    case = default_case(monkeypatch)
    assert list(case.images) == ["Sm_0", "Sm_7", "Sm_10", "Sm_13", "Sm_20"] and case.problems == []
    assert list(case.trials) == [name for name, entry in case.config["pipelines"].items() if entry.get("alone", True)]
    for pipeline, trials in case.trials.items():
        batch = case.searches[pipeline]["batch"]
        rounds = case.rounds(pipeline)
        assert (len(rounds) - 1) * batch < trials <= len(rounds) * batch
        assert case.rounds(pipeline, "001") == rounds[:1]
        assert case.axes(pipeline) == {}
        assert "search" not in case.entry(pipeline)


def test_a_choice_holds_the_entries_of_its_members(monkeypatch):
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    two = {name: pipelines[name] for name in ("patch_gmm", "cell_gmm")}
    case = default_case(monkeypatch, pipelines=two | {"either": {"choice": list(two)}})
    assert list(case.entry("either")["choice"]) == list(two)
    assert case.entry("either")["choice"]["cell_gmm"] == case.entry("cell_gmm")
    assert case.axes("either") == {}


def test_home_and_variables_in_the_paths_of_the_config(monkeypatch):
    monkeypatch.setenv("SHEETS", str(ROOT / "config"))
    simulation = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["simulation"]
    simulation["images"]["Sm_0"] = {"geometry": "map", "map": "$SHEETS/map.npz#sm_0"}
    case = default_case(monkeypatch, images="$SHEETS/images.tsv", simulation=simulation)
    assert case.config["images"] == str(ROOT / "config" / "images.tsv")
    assert case.config["simulation"]["images"]["Sm_0"]["map"] == f"{ROOT}/config/map.npz#sm_0"


def test_a_search_that_ends_by_itself_has_the_rounds_up_to_its_standstill(monkeypatch, tmp_path):
    pipelines = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
    search = {"mode": "tpe", "trials": "auto", "batch": 10, "startup": 20, "seed": 1}
    case = default_case(monkeypatch, search=search, pipelines={"patch_gmm": pipelines["patch_gmm"]})
    assert case.ending == ["patch_gmm"] and case.trials == {"patch_gmm": 200}
    asked = []

    def said(number, ended=("007",)):
        asked.append(number)
        path = tmp_path / f"{number}.standstill.json"
        path.write_text(f'{{"ended": {str(number in ended).lower()}}}')
        return path

    assert case.rounds_to("patch_gmm", said) == case.rounds("patch_gmm")[:8]
    assert asked == ["005", "006", "007"]
    assert case.rounds_to("patch_gmm", lambda number: None) == case.rounds("patch_gmm")
