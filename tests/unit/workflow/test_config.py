"""Configs and sheets: what is wrong is named in one line, with what would be right."""

import copy
from dataclasses import fields
from pathlib import Path

import openpyxl
import pytest
import yaml
from snakemake.utils import update_config

from ferrotune.descriptors._patch_cutting import window_px
from ferrotune.descriptors._patch_store import cuts
from ferrotune.errors import NEXT_LINE, InputError
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.rewards import REWARDS, cheap
from ferrotune.search import search_config
from ferrotune.search.reward_config import PAIRS, asks_for_halves, reward_names, with_objectives
from ferrotune.simulation.specimen import Specimen
from ferrotune.workflow.config import check_config, check_select, map_files, simulation_seed, specimen, without_nulls
from ferrotune.workflow.sample_sheet import file_name, missing_cells, own_files, read_sheet, remote_files

ROOT = Path(__file__).parents[3]
DEFAULT = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
CONFIG = with_objectives(DEFAULT | {"mode": "paper"}) | {"mode": "guarded"}
HEADER = "image\tsm_percent\tpath\tpixel_size_pm\treference\tmask\n"
SPACE = ("pipelines", "patch_gmm", "space")


def schema(name):
    return yaml.safe_load((ROOT / "config" / "schemas" / f"{name}.schema.yaml").read_text())


def problem(*path, value=None, drop=False):
    """What is said of the default config with one entry changed."""
    config = copy.deepcopy(CONFIG)
    section = config
    for key in path[:-1]:
        section = section[key]
    if drop:
        del section[path[-1]]
    else:
        section[path[-1]] = value
    with pytest.raises(InputError) as error:
        check_config(without_nulls(config), schema("config"))
    message = str(error.value)
    assert "\n" not in message and message.startswith("config: ")
    return message.removeprefix("config: ")


def sheet(tmp_path, text):
    path = tmp_path / "images.tsv"
    path.write_text(text)
    return read_sheet(path, schema("images"))


def test_the_default_config_is_in_order():
    check_config(CONFIG, schema("config"))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (
            ("serie",),
            "cells, columns, confidence, download, image, images, import, judge, keep_descriptors, maps, mode",
        ),
        (("columns", "findr"), "blob_log, finder, shape, trials"),
        (("columns", "blob_log", "sigma"), "max_sigma, min_sigma, normalisation, num_sigma, overlap, threshold, unit"),
        (("patches", "sub_pixel"), "subpixel"),
        (("search", "trails"), "batch, give_up, mode, seed, startup, trials"),
        (("reference", "row"), "row_component"),
        (("simulation", "sed"), "default, images, seed"),
        (("pipelines", "patch_gmm", "clusters"), "alone, clustering, descriptor, reduction, search, space"),
        ((*SPACE, "w3"), "components, covariance, denoise, field, flatten, rank, w1, w2"),
        ((*SPACE, "w1", "stop"), "high, low, step"),
    ],
)
def test_unknown_keys_are_named_with_the_allowed_ones(path, allowed):
    message = problem(*path, value=1)
    assert message.startswith(".".join(path[:-1]))
    assert f"unknown key {path[-1]!r}; allowed are {allowed}" in message


def test_settings_of_a_specimen_are_those_of_the_simulator():
    names = {setting.name for setting in fields(Specimen)}
    assert set(schema("config")["$defs"]["specimen"]["propertyNames"]["enum"]) == names | {"seed"}
    for where in (("default",), ("images", "Sm_0")):
        message = problem("simulation", *where, "geometri", value="none")
        assert message.startswith(f"simulation.{'.'.join(where)}: 'geometri' is not allowed; allowed are geometry, ")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (
            ("objectives", "length"),
            "minimise",
            "objectives.length: 'minimise' is against its physics; it is to maximise",
        ),
        (
            ("objectives", "beauty"),
            "maximise",
            f"objectives: 'beauty' is not allowed; allowed are {', '.join(REWARDS)}",
        ),
        (
            ("objectives", "length"),
            "up",
            "objectives.length: 'up' is not allowed; allowed are minimise, maximise",
        ),
        (("objectives",), {"length": "maximise"}, "objectives: 1 given; at least 2 needed"),
        (("rewards",), ["cheap", "beauty"], "rewards: 'beauty' is not allowed; allowed are "),
        (("rewards",), "cheap", "rewards: 'cheap' is not a list"),
        (("search", "trials"), 0, "search.trials: 0 is too small; the least is 1"),
        (("search", "trials"), 2.5, "search.trials: 2.5 is not a whole number"),
        (
            ("search", "trials"),
            "all",
            "search.trials: 'all' is not allowed; allowed are auto, a whole number, 1 or more",
        ),
        (("search", "batch"), "8", "search.batch: '8' is not a whole number"),
        (("search", "mode"), "random", "search.mode: 'random' is not allowed; allowed are tpe, exhaustive"),
        (
            ("pipelines", "patch_gmm", "search"),
            {"trails": 3},
            "pipelines.patch_gmm.search: unknown key 'trails'; allowed are batch, give_up, mode, seed, startup, trials",
        ),
        (
            ("pipelines", "patch_gmm", "search"),
            {"batch": 0},
            "pipelines.patch_gmm.search.batch: 0 is too small; the least is 1",
        ),
        (
            ("import", "crop"),
            {"rows": [0, 10]},
            "import.crop: missing key 'columns'",
        ),
        (
            ("maps", "polarization_clusters"),
            4,
            "maps.polarization_clusters: 4 is not allowed; allowed are 2, 3",
        ),
        (("search",), None, "search: is empty; give a section of keys"),
        (
            ("columns", "finder"),
            "blob",
            "columns.finder: 'blob' is not allowed; allowed are lattice, blob_log, log_rewards",
        ),
        (("sites",), "C", "sites: 'C' is not allowed; allowed are A, B, both"),
        (("series",), "a/b", "series: 'a/b' is unfit for a path; use letters, digits and _ . -"),
        (
            ("pipelines", "patch gmm"),
            CONFIG["pipelines"]["patch_gmm"],
            "pipelines: 'patch gmm' is unfit for a path",
        ),
        (("pipelines",), {"patch_gmm": None}, "pipelines: 0 given; at least 1 needed"),
        (
            ("pipelines", "patch_gmm", "descriptor"),
            "stm",
            f"descriptor: 'stm' is not allowed; allowed are {', '.join(parts.names('descriptor'))}",
        ),
        (
            ("pipelines", "patch_gmm", "reduction"),
            "umap",
            f"reduction: 'umap' is not allowed; allowed are {', '.join(parts.names('reduction'))}",
        ),
        (
            ("pipelines", "patch_gmm", "clustering"),
            "birch",
            "clustering: 'birch' is not allowed; allowed are bayesian_gmm, gmm, gmm_field, gmm_twice, hdbscan",
        ),
        (
            ("pipelines", "patch_gm"),
            {"search": {"trials": 9}},
            "pipelines.patch_gm: missing key 'descriptor', 'reduction', 'clustering', 'space'; no pipeline has this",
        ),
        ((*SPACE, "covariance"), ["ful"], "space.covariance.0: 'ful' is not allowed; allowed are tied, full"),
        ((*SPACE, "components"), 3, "space.components: 3 is not a list"),
        ((*SPACE, "w1"), [0.05], "space.w1.0: 0.05 is too small; the least is 0.1"),
        ((*SPACE, "w1"), {"low": 1, "high": 2}, "space.w1: missing key 'step'"),
        (
            (*SPACE, "w1"),
            {"low": 1, "high": 2, "step": 0.3},
            "space.w1: high 2 is not low 1 plus whole steps of 0.3",
        ),
        ((*SPACE, "w1"), {"low": 3, "high": 2, "step": 1}, "space.w1: high 2 is below low 3"),
        ((*SPACE, "rank"), [0], "space.rank.0: 0 is too small; the least is 1"),
        ((*SPACE, "rank"), [4, 4], "space.rank: 4 equals an earlier value"),
        (
            (*SPACE, "denoise"),
            ["gauss 1"],
            "space.denoise.0: 'gauss 1' is no denoiser; write none, or a name",
        ),
        ((*SPACE, "denoise"), ["median"], "space.denoise.0: 'median' is no denoiser"),
        (("select", "Sm_0"), {"patch_gmm": -1}, "select.Sm_0.patch_gmm: -1 is too small; the least is 0"),
        (("reference", "row_component"), "third", "'third' is not allowed; allowed are first, second"),
    ],
)
def test_wrong_values_are_named_with_what_is_right(path, value, says):
    assert says in problem(*path, value=value)


def test_a_missing_key_is_named():
    assert problem("mode", drop=True) == "missing key 'mode'"
    assert problem("search", "seed", drop=True) == "search: missing key 'seed'"


def test_more_than_four_objectives_are_too_many():
    assert "5 given; at most 4" in problem("objectives", value=dict.fromkeys("abcde", "minimise"))


def test_an_overlay_drops_a_default_by_null():
    config = {
        "pipelines": {"patch_gmm": None, "cell_gmm": {}, "loops": {"space": {"field": None, "rank": [None]}}},
        "search": None,
    }
    cleaned = without_nulls(config)
    assert cleaned == {"pipelines": {"cell_gmm": {}, "loops": {"space": {"rank": [None]}}}, "search": None}
    assert config["pipelines"]["patch_gmm"] is None  # what Snakemake holds is left alone
    assert config["pipelines"]["loops"]["space"]["field"] is None


@pytest.mark.parametrize("wrong", [{"pipelines": ["a"]}, {"pipelines": {"a": 1}}, {"pipelines": {"a": {"space": 1}}}])
def test_what_is_no_table_is_left_for_the_check(wrong):
    assert without_nulls(wrong) == wrong


def test_without_objectives_there_are_those_of_the_mode():
    """The paper's pair in paper mode; one's own in any."""
    assert with_objectives(DEFAULT | {"mode": "paper"})["objectives"] == {"curvature": "minimise", "length": "maximise"}
    assert with_objectives(DEFAULT)["objectives"] == {"boundary_evidence": "maximise", "label_evidence": "maximise"}
    own = {"length": "maximise", "icl": "maximise"}
    assert with_objectives(DEFAULT | {"objectives": own})["objectives"] == own
    for mode in PAIRS:
        check_config(with_objectives(DEFAULT | {"mode": mode}), schema("config"))


def test_each_trial_is_given_the_objectives_and_what_is_named_beside_them():
    named = {"objectives": {"length": "maximise", "boundary_energy": "minimise"}, "rewards": []}
    assert reward_names(named) == ["length", "boundary_energy"]
    named["rewards"] = ["stability_seed", "length"]
    assert reward_names(named) == ["length", "boundary_energy", "stability_seed"]
    assert set(reward_names(CONFIG)) == set(cheap())


def test_number_of_trials_is_bounded_by_the_space():
    space = {"rank": [2, 4], "components": {"low": 2, "high": 4, "step": 1}}
    pipeline = {"descriptor": "patches", "reduction": "pca", "clustering": "gmm", "space": space}
    assert search_config.trial_count(pipeline, {"mode": "tpe", "trials": 5}) == 5
    assert search_config.trial_count(pipeline, {"mode": "tpe", "trials": 50}) == 6
    assert search_config.trial_count(pipeline, {"mode": "exhaustive", "trials": 5}) == 6


def test_more_trials_leave_the_rounds_alone():
    search = CONFIG["search"]
    assert search_config.round_search(search) == search_config.round_search({**search, "trials": 999})
    assert search_config.round_search(search) != search_config.round_search({**search, "startup": 999})
    every = {**search, "mode": "exhaustive"}
    assert search_config.round_search(every) == search_config.round_search({**every, "startup": 999})


def test_a_pipeline_s_own_search_overrides_the_common_one_key_by_key():
    config = copy.deepcopy(CONFIG)
    entry = config["pipelines"]["patch_gmm"]
    config["pipelines"] |= {"own": {**entry, "search": {"mode": "exhaustive", "batch": 25}}}
    check_config(config, schema("config"))
    plain, own = search_config.apart(config)
    assert plain["pipelines"]["own"] == entry and set(plain["pipelines"]) == {*CONFIG["pipelines"], "own"}
    assert not any("search" in pipeline for pipeline in plain["pipelines"].values())
    assert own["own"] == {**CONFIG["search"], "mode": "exhaustive", "batch": 25}
    assert own["patch_gmm"] == CONFIG["search"]
    assert "search" in config["pipelines"]["own"]  # what Snakemake holds is left alone


def test_a_map_is_an_exhaustive_search_over_two_parameters():
    space = {"w1": {"low": 1, "high": 2, "step": 1}, "rank": [4], "components": [2], "covariance": ["tied", "full"]}
    pipeline = {"descriptor": "patches", "reduction": "pca", "clustering": "gmm", "space": space}
    axes = search_config.map_axes(pipeline, {"mode": "exhaustive"})
    assert list(axes.items()) == [("w1", [1, 2]), ("covariance", ["tied", "full"])]
    assert search_config.map_axes(pipeline, {"mode": "tpe"}) == {}
    for other in ({"rank": [4, None]}, {"covariance": ["tied"]}):
        assert search_config.map_axes({**pipeline, "space": space | other}, {"mode": "exhaustive"}) == {}


def test_the_papers_case_clusters_raw_patches_by_a_plain_mixture():
    config = copy.deepcopy(DEFAULT)
    update_config(config, yaml.safe_load((ROOT / "config" / "paper.yaml").read_text()))
    space = config["pipelines"]["patch_gmm"]["space"]
    assert (space["rank"], space["field"]) == ([None], [0])  # the default space has a prior of neighbours


def test_every_pipeline_of_the_overlay_for_maps_is_a_map():
    config = copy.deepcopy(CONFIG)
    update_config(config, yaml.safe_load((ROOT / "config" / "maps.yaml").read_text()))
    config = without_nulls(config)
    check_config(config, schema("config"))
    config, own = search_config.apart(config)
    axes = [list(search_config.map_axes(pipeline, own[name])) for name, pipeline in config["pipelines"].items()]
    assert axes == [["w1", "w2"], ["components", "covariance"]]
    rows, problems = read_sheet(ROOT / config["images"], schema("images"))
    assert list(rows) == ["Sm_7", "Sm_13"] and problems == []


def test_patches_are_cut_for_all_pipelines():
    parts = {"descriptor": "patches", "reduction": "pca", "clustering": "gmm"}
    one = parts | {"space": {"flatten": [1, 0], "denoise": ["none"], "w1": [1, 2.5], "w2": [1], "rank": [None]}}
    two = parts | {"space": {"flatten": [1], "denoise": ["none", "gaussian 2"], "w1": [1.5], "rank": [None, 8]}}
    two["space"]["w2"] = {"low": 1, "high": 3, "step": 1}
    cut = cuts(
        search_config.descriptor_uses({"one": one, "two": two, "other": parts | {"descriptor": "cells"}}, "patches")
    )
    assert cut["preprocessings"] == [(0, "none"), (1, "gaussian 2"), (1, "none")]
    assert cut["window_cells"] == [2.5, 3] and cut["reduced"]
    assert not cuts(search_config.descriptor_uses({"one": one}, "patches"))["reduced"]


def test_a_specimen_is_the_default_the_images_own_and_the_rows():
    simulation = {
        "default": {"dose": 100, "geometry": "none", "pixel_size_pm": 15.6},
        "images": {"a": {"dose": 20}},
    }
    row = {"sm_percent": 7.0, "pixel_size_pm": None}
    own = {"dose": 20, "geometry": "none", "pixel_size_pm": 15.6, "sm_percent": 7.0}
    assert specimen(simulation, "a", row) == own
    plain = specimen(simulation, "b", {"sm_percent": None, "pixel_size_pm": 20.0})
    assert plain == {"dose": 100, "geometry": "none", "pixel_size_pm": 20.0}


def test_an_image_may_have_a_seed_of_its_own():
    simulation = {"seed": 1, "default": {"dose": 100}, "images": {"a": {"seed": 7}}}
    assert [simulation_seed(simulation, image) for image in ("a", "b")] == [7, 1]
    assert specimen(simulation, "a", {"sm_percent": None, "pixel_size_pm": None}) == {"dose": 100}


def test_the_demos_sheet_is_in_order():
    rows, problems = read_sheet(ROOT / "config" / "images.tsv", schema("images"))
    assert list(rows) == ["Sm_0", "Sm_7", "Sm_10", "Sm_13", "Sm_20"] and problems == []
    assert rows["Sm_7"]["sm_percent"] == 7.0 and rows["Sm_7"]["mask"] is None


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "a\t0\tsimulated\t\t\t\n",
        HEADER + "a\t0\tsimulated\n",  # an editor has cut the empty cells off
        HEADER + "a\t0\tsimulated\t\t\t\t\t\n",  # or added some
        "\ufeff" + HEADER + "a\t0\tsimulated\t\t\t\n",
        (HEADER + "a\t0\tsimulated\t\t\t\n").replace("\n", "\r\n"),
        "# ours\n" + HEADER + "\n# one\na \t 0\t simulated\t\t\t\n\n",
        "path\timage\tsm_percent\nsimulated\ta\t0\n",
    ],
)
def test_sheets_as_editors_write_them(tmp_path, text):
    rows, problems = sheet(tmp_path, text)
    nothing = dict.fromkeys(("kind", "pixel_size_pm", "reference", "lattice", "mask", "contrast"))
    assert problems == [] and rows == {"a": {"image": "a", "sm_percent": 0.0, "path": "simulated", **nothing}}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("b c\t0\tx.tif\t\t\t", "image: 'b c' is unfit for a path; use letters, digits and _ . -"),
        ("../b\t0\tx.tif\t\t\t", "image: '../b' is unfit for a path"),
        ("b\t-1\tx.tif\t\t\t", "sm_percent: -1.0 is too small; the least is 0"),
        ("b\t101\tx.tif\t\t\t", "sm_percent: 101.0 is too large; the most is 100"),
        ("b\t7 pc\tx.tif\t\t\t", "sm_percent: '7 pc' is not a number"),
        ("b\t7\tx.tif\t15%\t\t", "pixel_size_pm: '15%' is not a number"),
        ("b\t7\tx.tif\t15,600\t\t", "pixel_size_pm: '15,600' may be 15.6 or 15600; write decimal points"),
        ("b\t7\tx.tif\t1.015,6\t\t", "pixel_size_pm: '1.015,6' seems to have thousands separators"),
        (
            "b\t7\t$NOWHERE/x.tif\t\t\t",
            "path: '$NOWHERE/x.tif': there is no such file, and the environment has no variable",
        ),
        ("b\tnan\tx.tif\t\t\t", "sm_percent: 'nan' is not a number"),
        ("b\t0\tx.tif\t0\t\t", "pixel_size_pm: 0.0 is too small; it must be above 0"),
        ("b\t0\tx.tif\tinf\t\t", "pixel_size_pm: 'inf' is not a number"),
        ("b\t0\t\t\t\t", "path: is empty; give a text"),
        ("\t0\tx.tif\t\t\t", "image: is empty; give a text"),
        (
            "b\t0\tx.tif\t\t\t\tbox 0 0 9 9",
            "it has 7 cells, but the header 6",
        ),
    ],
)
def test_a_wrong_row_is_named_and_the_others_run_on(tmp_path, row, says):
    rows, problems = sheet(tmp_path, f"# comment\n{HEADER}a\t0\tsimulated\t\t\t\n{row}\n")
    assert list(rows) == ["a"]
    assert len(problems) == 1 and "\n" not in problems[0]
    assert problems[0].startswith(f"sample sheet {tmp_path / 'images.tsv'}, line 4: ") and says in problems[0]


def test_a_contrast_is_auto_bright_or_dark(tmp_path):
    rows, problems = sheet(tmp_path, "image\tpath\tcontrast\na\tx.tif\tdark\nb\tx.tif\t\nc\tx.tif\tgrey\n")
    assert {name: row["contrast"] for name, row in rows.items()} == {"a": "dark", "b": None}
    assert len(problems) == 1
    assert problems[0].endswith("line 4: contrast: 'grey' is not allowed; allowed are auto, bright, dark")


def test_images_of_the_same_name_are_both_refused(tmp_path):
    rows, problems = sheet(tmp_path, HEADER + "a\t0\tx.tif\nb\t0\ty.tif\na\t7\tz.tif\n")
    assert list(rows) == ["b"]
    assert [p.partition(", ")[2] for p in problems] == [
        "line 2: image 'a' occurs 2 times; give each image its own name",
        "line 4: image 'a' occurs 2 times; give each image its own name",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("# nothing\n\n", "it is empty"),
        (HEADER, "it has no image"),
        ("image\tpath\timage\na\tx.tif\tb\n", "its header names 'image' twice"),
        (
            "image path\na x.tif\n",
            "its header has one column, 'image path': separate the columns by one of tabs, semicolons",
        ),
        ('image;path\na;"x.tif\n', "line 2: a quote is opened and not closed"),
        ("image\tsm_percent\na\t7\n", "line 2: missing key 'path'"),
        ("name\tpath\na\tx.tif\n", "line 2: unknown key 'name'"),
        (HEADER + "a b\t0\tx.tif\n", "line 2: image: 'a b' is unfit"),
    ],
)
def test_a_sheet_without_a_usable_row_is_refused(tmp_path, text, says):
    with pytest.raises(InputError) as error:
        sheet(tmp_path, text)
    lines = str(error.value).split(NEXT_LINE)
    assert says in str(error.value) and all("\n" not in line and line.startswith("sample sheet ") for line in lines)


def test_a_sheet_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file; correct the config's key images"):
        read_sheet(tmp_path / "none.tsv", schema("images"))
    (tmp_path / "image.tif").write_bytes(b"II*\x00\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="not a table: its bytes are no text"):
        read_sheet(tmp_path / "image.tif", schema("images"))
    with pytest.raises(InputError, match="Is a directory"):
        read_sheet(tmp_path, schema("images"))


DIALECTS = {"tab": "\t", "semicolon": ";", "comma": ","}


@pytest.mark.parametrize("separator", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_sheets_that_spreadsheets_export(tmp_path, separator, encoding):
    """Decimal commas, a percent sign, and quotes where a cell holds the separator."""
    lines = [HEADER, 'a\t10%\tx.tif\t"15,6"\t\t"box 0 0 9 9; box 20,5 0 30 9"\n', 'b\t2.5 %\t"y, z;.tif"\t15.6\n']
    path = tmp_path / "images.csv"
    path.write_bytes("".join(lines).replace("\t", separator).encode(encoding))
    rows, problems = read_sheet(path, schema("images"))
    assert problems == [] and rows["a"]["mask"] == "box 0 0 9 9; box 20,5 0 30 9"
    assert [(row["sm_percent"], row["pixel_size_pm"], row["path"]) for row in rows.values()] == [
        (10.0, 15.6, "x.tif"),
        (2.5, 15.6, "y, z;.tif"),
    ]


def test_a_sheet_in_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    rows = [HEADER.strip().split("\t"), ["13", 0.1, "x.tif", 15.6], ["b c", "7", "simulated"], [13.5, "", "y.tif"]]
    for row in rows:
        book.active.append(row)
    book.active["B2"].number_format = "0%"
    book.save(tmp_path / "images.xlsx")
    rows, problems = read_sheet(tmp_path / "images.xlsx", schema("images"))
    assert list(rows) == ["13", "13.5"] and rows["13"]["sm_percent"] == 10.0 and rows["13"]["pixel_size_pm"] == 15.6
    assert len(problems) == 1 and "images.xlsx, line 3: image: 'b c' is unfit" in problems[0]


def test_home_and_variables_in_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("FILMS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "$5.tif").touch()
    text = HEADER + "a\t\t~/x.tif\t\t$FILMS/a.csv\t${FILMS}/m.png\nb\t\t$5.tif\nc\t\thttps://x.org/$y.tif\n"
    rows, problems = sheet(tmp_path, text)
    assert problems == [] and [rows[image]["path"] for image in "bc"] == ["$5.tif", "https://x.org/$y.tif"]
    assert [rows["a"][key] for key in ("path", "reference", "mask")] == [
        f"{tmp_path}/{name}" for name in ("x.tif", "a.csv", "m.png")
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("series: 2024_11", "series: YAML reads a number here, 202411; put what you wrote in quotes"),
        ("series: 2024-11-28", "series: YAML reads a date here, 2024-11-28; put what you wrote in quotes"),
        ("series: 1e3", None),
        ("series: no", "series: YAML reads true or false here, False; put what you wrote in quotes"),
        ("images: 2024", "images: YAML reads a number here, 2024"),
        ("simulation: {images: {2024_11: {dose: 9}}}", "simulation.images: the key 202411: YAML reads a number here"),
        ("select: {2024-11-28: {patch_gmm: 1}}", "select: the key 2024-11-28: YAML reads a date here"),
        ("rewards: [no]", "rewards.0: YAML reads true or false here"),
    ],
)
def test_what_yaml_does_not_read_as_text_is_to_be_quoted(written, says):
    config = copy.deepcopy(CONFIG)
    update_config(config, yaml.safe_load(written))
    if says is None:
        check_config(config, schema("config"))
        return
    with pytest.raises(InputError) as error:
        check_config(config, schema("config"))
    assert str(error.value).startswith(f"config: {says}")


def test_remote_files_are_named_once():
    rows = {
        "a": {"path": "doi:10.5281/zenodo.4555979/Sm_0_0_HAADF.h5", "reference": "cells.h5"},
        "b": {"path": "https://x.org/pack.npy#Sm_0_0", "reference": "https://x.org/pack.npy#Sm_0_0"},
        "c": {"path": "simulated", "reference": None},
    }
    assert remote_files(rows) == {
        "Sm_0_0_HAADF.h5": "doi:10.5281/zenodo.4555979/Sm_0_0_HAADF.h5",
        "pack.npy": "https://x.org/pack.npy",
    }


def test_two_addresses_of_one_name_are_refused_and_what_follows_a_question_mark_is_no_name():
    rows = {"a": {"path": "https://x.org/day1/film.dm4?download=1", "reference": None}}
    assert remote_files(rows) == {"film.dm4": "https://x.org/day1/film.dm4?download=1"}
    assert (
        file_name("https://x.org/../..%2f") == "__2f" and file_name("doi:10.5281/zenodo.1/my film.h5") == "my_film.h5"
    )
    rows["b"] = {"path": "https://x.org/day2/film.dm4", "reference": None}
    with pytest.raises(InputError, match=r"day1/film.dm4.* and .*day2/film.dm4 would both be kept as film.dm4"):
        remote_files(rows)


def test_a_selection_names_an_image_a_pipeline_and_a_trial_that_there_are():
    images, counts = ["a", "b"], {"patch_gmm": 4}
    check_select({"a": {"patch_gmm": 3}}, images, counts)
    with pytest.raises(InputError, match="no image 'c'; there are a, b"):
        check_select({"c": {"patch_gmm": 3}}, images, counts)
    with pytest.raises(InputError, match="no pipeline 'patch'; there are patch_gmm"):
        check_select({"a": {"patch": 3}}, images, counts)
    with pytest.raises(InputError, match=r"select\.a\.patch_gmm: there is no trial 4; there are 0 to 3"):
        check_select({"a": {"patch_gmm": 4}}, images, counts)


def test_halves_are_asked_only_of_what_is_taken_from_the_image(monkeypatch):
    config = copy.deepcopy(CONFIG)
    config["objectives"]["stability_dose"] = "maximise"
    check_config(config, schema("config"))
    assert asks_for_halves(config) and not asks_for_halves(CONFIG)
    monkeypatch.setattr(parts.part("descriptor", "patches"), "NEEDS", ("columns",))
    assert "patches) that are not taken from the image" in problem(
        "objectives", value={"stability_dose": "maximise", "length": "maximise"}
    )


def test_the_file_of_a_map_is_an_input_without_the_entry_inside_it():
    row = {"sm_percent": None, "pixel_size_pm": None}
    simulation = {"default": {}, "images": {"a": {"geometry": "map", "map": "maps/one.h5#/P"}}}
    assert map_files(simulation, "a", row) == ["maps/one.h5"] and map_files(simulation, "b", row) == []


def test_missing_files_are_named_with_the_line_and_column_of_their_cell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.tif").touch()
    text = "path;image;mask;reference\nsimulated;s;box 0 0 9 9\n# ours\nnone.tif;a;m.png;https://x.org/r.h5\n"
    (tmp_path / "images.csv").write_text(text + "there.tif#HAADF;b;polygon 0 0 0 9 9 9;labels.csv\n")
    rows, problems = read_sheet("images.csv", schema("images"))
    assert problems == [] and len(rows) == 3
    assert missing_cells("images.csv", rows) == [
        "sample sheet images.csv, line 4: path: none.tif does not exist; correct it",
        "sample sheet images.csv, line 4: mask: m.png is neither boxes and polygons nor a file that exists; correct it",
        "sample sheet images.csv, line 5: reference: labels.csv does not exist; correct it",
    ]
    assert own_files(rows["b"], "path", "reference") == ["there.tif"] and own_files(rows["a"], "reference") == []


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("", None),
        ("396", 396.0),
        ("395,5", 395.5),
        ("399.4x403.6", [399.4, 403.6, 90.0]),
        ("399,4 x 403,6 x 89,5", [399.4, 403.6, 89.5]),
        ("perovskite_110", "perovskite_110"),
    ],
)
def test_a_row_may_name_its_unit_cell(tmp_path, cell, read):
    rows, problems = sheet(tmp_path, f"image\tpath\tlattice\na\tsimulated\t{cell}\n")
    assert problems == [] and rows["a"]["lattice"] == read


@pytest.mark.parametrize("cell", ["cubic", "-396", "399x", "399xb"])
def test_a_unit_cell_that_there_is_not_is_named(tmp_path, cell):
    _, problems = sheet(tmp_path, f"image\tpath\tlattice\na\tsimulated\t{cell}\nb\tsimulated\t\n")
    [problem] = problems
    assert "line 2: lattice: " in problem and "perovskite_100, " in problem and problem.endswith("a size in pm")


def test_the_overlay_of_the_authors_settings_is_in_order():
    """Their detector, windows of 3 to 65 px, and a mixture fitted twice; what is not theirs is not searched."""
    overlay = yaml.safe_load((ROOT / "config" / "authors.yaml").read_text())
    merged = copy.deepcopy(DEFAULT)
    update_config(merged, overlay)
    config = with_objectives(without_nulls(merged))
    check_config(config, schema("config"))
    assert list(config["objectives"]) == ["curvature", "length"]
    assert set(config["pipelines"]) == {"patch_gmm_raw", "patch_gmm_pca", "fft_nmf", "crvae"}
    windows = Pipeline.from_config(config["pipelines"]["patch_gmm_raw"]).space.values("w1")
    sizes = [window_px(cells, 26.05) for cells in windows]
    assert sizes[0] == 3 and sizes[-1] == 65 and set(sizes) == set(range(3, 66, 2))
