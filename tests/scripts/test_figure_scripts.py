"""Each script of the report runs by itself, without Snakemake, on stores of a few dozen sites."""

import json
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ferrotune.files.stores import read_store, write_store
from helpers.page_data import OBJECTIVES as EVIDENCE
from helpers.page_data import PIPELINES, write_page_stores
from helpers.written import written

SCRIPTS = Path(__file__).parents[2] / "scripts"
CELL, SHAPE = 10.0, (140, 150)
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
FOUR = {
    "alignment": "minimise",
    "boundary_energy": "minimise",
    "orientation": "maximise",
    "polarization_jump": "maximise",
}
VALUES = {"minimise": [0.01, 0.02, np.nan, 0.03], "maximise": [12.0, 14.0, np.nan, 9.0]}


def script(name):
    """The main function of a script."""
    return runpy.run_path(str(SCRIPTS / name))["main"]


def _grid(offset):
    y, x = np.mgrid[1:13, 1:14]
    return CELL * np.column_stack([y.ravel(), x.ravel()]) + offset


def _rows(folder, labels, statuses, objectives):
    for number, found in enumerate(np.split(labels, 2)):
        trials = np.arange(2 * number, 2 * number + 2)
        arrays = {"trial": (("trial",), trials), "labels": (("trial", "site"), found)}
        write_store(folder / f"{number:03d}.zarr", arrays)
    rows = pd.DataFrame({"trial": range(4), "round": [0, 0, 1, 1], "w1": 1.5, "w2": 1.0, "rank": [4, np.nan, 4, 8]})
    rewards = {name: VALUES[direction] for name, direction in objectives.items()}
    return rows.assign(
        components=2,
        covariance="full",
        **rewards,
        n_walls=[1, 1, 0, 2],
        status=statuses,
        seconds=0.1,
        ari=[0.9, 0.5, 0, 0.1],
        nmi=0.5,
        correlation=0.5,
        wall_f1=0.7,
    )


@pytest.fixture
def results(tmp_path):
    """Make the results of one image and pipeline; answered=False: no trial has two clusters."""

    def make(answered=True, pixel_size_pm=15.6, folder=tmp_path / "image", objectives=OBJECTIVES):
        a, b = _grid(0.0), _grid(CELL / 2)
        mask, known = np.ones(SHAPE, bool), {"cell_px": CELL, "pixel_size_pm": pixel_size_pm}
        mask[:, :8] = False
        image = np.random.default_rng(0).random(SHAPE).astype(np.float32)
        write_store(
            folder / "image.zarr",
            {"image": (("y", "x"), image), "mask": (("y", "x"), mask)},
            {"pixel_size_pm": pixel_size_pm, "sm_percent": 7.0 if pixel_size_pm else None},
        )
        yx = np.vstack([a, b])
        columns = {"yx": yx, "sigma_yx": np.full(yx.shape, 0.1)}
        arrays = {name: (("column", "axis"), values) for name, values in columns.items()}
        arrays["sublattice"] = (("column",), np.repeat([0, 1], len(a)).astype(np.int8))
        arrays["lattice"] = (("vector", "axis"), CELL * np.eye(2))
        write_store(folder / "columns.zarr", arrays, known | {"scan_noise_px": 0.2})
        right = (b[:, 1] > 70).astype(int)
        p = np.column_stack([np.where(right, 0.5, -0.5), np.full(len(b), 0.5)])
        flat = np.full(len(b), CELL)
        cells = {"a": flat, "b": 1.04 * flat, "alpha": np.full(len(b), 89.7)}
        cells |= {"b_over_a": cells["b"] / flat, "rotation": 0.3 * right, "b_over_a_sigma": 0.01, "rotation_sigma": 0.1}
        arrays = {name: (("cell",), np.broadcast_to(values, len(b))) for name, values in cells.items()}
        arrays["strain"] = (("cell", "component"), np.column_stack([0 * flat, 0 * flat, 0.01 * right]))
        arrays["polarization_sigma"] = (("cell", "axis"), np.full((len(b), 2), 0.1))
        arrays |= {"yx": (("cell", "axis"), b), "polarization": (("cell", "axis"), p)}
        arrays["lattice"] = (("vector", "axis"), CELL * np.eye(2))
        arrays["ab"] = (("cell", "index"), np.rint((b - b.min(axis=0)) / CELL).astype(np.int32))
        write_store(folder / "cells.zarr", arrays, known)
        reference = {"yx": (("cell", "axis"), b), "label": (("cell",), right.astype(np.int16))}
        write_store(folder / "reference.zarr", reference, {"kind": "table of labels"})
        of_site = (a[:, 1] > 70).astype(np.int8)
        labels = np.stack([of_site, (a[:, 0] > 60).astype(np.int8), 0 * of_site, 1 - of_site])
        statuses = (
            ["ok", "ok", "one_cluster", "ok"]
            if answered
            else ["one_cluster", "one_cluster", "one_cluster", "failed: why"]
        )
        table = _rows(folder / "rounds", labels, statuses, objectives)
        if not answered:
            table[list(objectives)] = np.nan
        table.to_csv(folder / "trials.tsv", sep="\t", index=False, na_rep="nan")
        front = table[: 2 if answered else 0].assign(knee=[True, False] if answered else [])
        front.to_csv(folder / "front.tsv", sep="\t", index=False)
        path = np.column_stack([np.linspace(1, 12, 45), np.full(45, 7.0)])
        ends = np.array([[[1.0, 7], [12, 7]]])
        write_store(
            folder / "selected.zarr",
            {
                "yx": (("site", "axis"), a),
                "label": (("site",), of_site if answered else 0 * of_site),
                "segments": (("segment", "end", "axis"), ends[: int(answered)]),
                "path_points": (("point", "axis"), path[: 45 * answered]),
                "point_wall": (("point",), np.zeros(45 * answered, np.int32)),
                "wall_stands": (("wall",), np.ones(int(answered), bool)),
                "wall_width": (("wall",), np.full(int(answered), 2.0)),
                "confidence": (("site",), np.where(of_site, 0.5, 1.0) if answered else np.full(len(a), np.nan)),
                "path_confidence": (("point",), np.linspace(0, 1, 45)[: 45 * answered]),
                "wall_confidence": (("wall",), np.full(int(answered), 0.5)),
                "near_trial": (("near",), np.array([1, 3][: 2 * answered], np.int32)),
            },
            {
                "answer": "walls" if answered else "uniform",
                "answer_words": "walls: trial 0, 1 wall" if answered else "uniform",
                "reason": "1 of 1 walls stand: why" if answered else "no trial has two clusters",
                "caution": "rests on 156 sites only",
                "trial": 0 if answered else None,
                "chosen_by": "knee",
                "near_trials": 2 * answered,
                "near_distance": 0.05,
                "chance": 0.4 if answered else None,
                "wall_chance": 0.1 if answered else None,
                "sites_per_cell": 1,
                "parameters": json.loads(table.iloc[0].drop("trial").to_json()) if answered else {},
                **known,
            },
        )
        return folder

    return make


def _inputs(folder):
    names = {"trials": "trials.tsv", "front": "front.tsv"}
    stores = ("image", "columns", "cells", "reference", "selected")
    paths = {name: folder / file for name, file in names.items()} | {s: folder / f"{s}.zarr" for s in stores}
    return paths | {"rounds": sorted((folder / "rounds").iterdir())}


def _twins(path):
    path.write_text(json.dumps({"twin_ari": 0.9, "twin_wall_f1": 0.8, "null_walls": 0.0}))
    return path


def _is_figure(path):
    start = path.read_bytes()[:8]
    return start.startswith(b"%PDF" if path.suffix == ".pdf" else b"\x89PNG")


def _outputs(folder, *names):
    """Paths of figures, png and pdf, by name."""
    return {name: [folder / f"{name}.{suffix}" for suffix in ("png", "pdf")] for name in names}


@pytest.mark.parametrize("pixel_size_pm", [15.6, None])
def test_figures_of_an_image(results, tmp_path, pixel_size_pm):
    folder = results(pixel_size_pm=pixel_size_pm)
    stores = {name: folder / f"{name}.zarr" for name in ("image", "columns", "cells")}
    outputs = _outputs(tmp_path, "columns", "polarization", "strain", "grains")
    script("image_figures.py")(stores, outputs, "one", tmp_path / "log")
    assert all(_is_figure(path) for paths in outputs.values() for path in paths)
    assert "0.1 px" in (tmp_path / "log").read_text()  # the median of the cells' own


@pytest.mark.parametrize("crystals", [1, 2])
def test_grains_are_drawn_of_one_crystal_and_of_several(results, tmp_path, crystals):
    folder = results()
    pixels, known = read_store(folder / "image.zarr")
    region = 1 + (np.indices(pixels["image"].shape)[1] > 90) * (crystals - 1)
    pixels |= {"whole": pixels["image"], "crystals": region.astype(np.int8)}
    if crystals > 1:
        known["crystal_lattices"] = [(10 * np.eye(2)).tolist()] * crystals
    write_store(tmp_path / "image.zarr", {name: (("y", "x"), values) for name, values in pixels.items()}, known)
    stores = {"image": tmp_path / "image.zarr"} | {name: folder / f"{name}.zarr" for name in ("columns", "cells")}
    outputs = _outputs(tmp_path, "columns", "polarization", "strain", "grains")
    script("image_figures.py")(stores, outputs, "one", tmp_path / "log")
    assert all(_is_figure(path) for path in outputs["grains"])


@pytest.mark.parametrize("answered", [True, False])
def test_figures_of_a_pipeline(results, tmp_path, answered):
    outputs = _outputs(tmp_path, "front", "walls", "confidence", "convergence")
    inputs = _inputs(results(answered))
    script("pipeline_figures.py")(inputs, outputs, OBJECTIVES, 2, "one", tmp_path / "log")
    assert all(_is_figure(path) for paths in outputs.values() for path in paths)
    assert ("selected: uniform" in (tmp_path / "log").read_text()) != answered


@pytest.mark.parametrize("count", [3, 4])
def test_figures_of_three_and_four_objectives(results, tmp_path, count):
    """The paper's pair need not be among them, nor among the rewards of a trial at all."""
    objectives = dict(list(FOUR.items())[:count])
    outputs = {name: [tmp_path / f"{name}.png"] for name in ("front", "walls", "convergence")}
    inputs = _inputs(results(objectives=objectives))
    script("pipeline_figures.py")(inputs, outputs, objectives, 2, "one", tmp_path / "log")
    assert all(_is_figure(path) for paths in outputs.values() for path in paths)


@pytest.mark.parametrize("answered", [True, False])
def test_maps_of_a_pipeline(results, tmp_path, answered):
    folder = results(answered)
    clusters, table, log = tmp_path / "polarization_clusters.zarr", tmp_path / "maps.tsv", tmp_path / "log"
    cells, known = read_store(folder / "cells.zarr", "yx", "polarization")
    cells["polarization"][cells["yx"][:, 1] < 70] *= 1.5  # a column on the wall is then the left domain's
    arrays = {name: (("cell", "axis"), values) for name, values in cells.items()}
    write_store(tmp_path / "cells.zarr", arrays, known)
    script("polarization_clusters.py")(tmp_path / "cells.zarr", clusters, 2, 1, "one", log)
    label = read_store(clusters, "label")[0]["label"]
    assert np.bincount(label).tolist() == [6 * 12, 7 * 12]  # up and left first: directions rise from -180 degrees
    inputs = _inputs(folder) | {"sites": folder / "selected.zarr", "clusters": clusters, "table": table}
    inputs["cells"] = tmp_path / "cells.zarr"
    script("maps.py")(inputs, table, "one", log)
    rows = pd.read_csv(table, sep="\t")
    # trials 0 and 3 are the two variants exactly; trial 2 is one cluster, and distinguishes nothing
    phi = rows[["phi_0", "phi_1"]].to_numpy()
    np.testing.assert_allclose(phi[[0, 3]], 1.0)
    np.testing.assert_allclose(phi[[1, 2]], 0.0, atol=0.05)
    assert rows["selected"].tolist() == [answered, False, False, False]
    assert rows["front"].tolist() == [answered, answered, False, False]
    outputs = {name: [tmp_path / f"{name}.{s}" for s in ("png", "pdf")] for name in ("maps", "polarization")}
    axes = {"rank": [4, None], "covariance": ["full", "tied"]}
    script("map_figures.py")(inputs, outputs, axes, OBJECTIVES, "one", log)
    assert all(_is_figure(path) for paths in outputs.values() for path in paths)
    paths = _outputs(tmp_path, "segmentations")["segmentations"]
    script("segmentation_grid.py")(inputs, paths, axes, "one", log)
    assert all(map(_is_figure, paths))


def test_counterparts_of_the_paper_s_figures(results, tmp_path):
    folders = [results(pixel_size_pm=size, folder=tmp_path / name) for name, size in (("p", 15.6), ("q", None))]
    stores = {name: [folder / f"{name}.zarr" for folder in folders] for name in ("image", "cells")}
    figures = _outputs(tmp_path, "images")["images"]
    script("series_images.py")(["p", "q"], stores, figures, "two", tmp_path / "log")
    assert all(map(_is_figure, figures))
    (tmp_path / "template").write_text("{{ facts['p/one'].walls }} wall, ARI {{ facts['p/one'].ari | number }}")
    inputs = {name: [_inputs(folders[0])[name]] for name in ("trials", "selected")}
    inputs |= {"template": tmp_path / "template", "png": figures[:1], "pdf": figures[1:]}
    outputs = {"lines": tmp_path / "README.md", "png": [tmp_path / "fig_1.png"], "pdf": [tmp_path / "fig_1.pdf"]}
    script("paper_figures.py")(inputs, outputs, [("p", "one")], "two", tmp_path / "log")
    assert outputs["lines"].read_text() == "1 wall, ARI 0.9"
    assert _is_figure(outputs["png"][0]) and _is_figure(outputs["pdf"][0])


def page_of(html):
    """The values that a page holds; no NaN, which is not JSON."""
    return json.loads(html.partition('id="page">')[2].partition("</script>")[0], parse_constant=pytest.fail)


def test_explorer_needs_nothing_else(tmp_path):
    inputs, page = write_page_stores(tmp_path), tmp_path / "explorer.html"
    script("explorer.py")(inputs, page, PIPELINES, EVIDENCE, "one", tmp_path / "log")
    html = page.read_text()
    own = html.partition("<script>")[0]  # after it comes the library, which names the addresses of its documents
    assert not any(word in own for word in ('src="http', 'href="http', "@import", "url(http"))
    values = page_of(html)
    assert [search["name"] for search in values["searches"]] == list(PIPELINES)
    for search in values["searches"]:
        assert [trial["trial"] for trial in search["trials"]] == [0, 1, 2, 3, 4, 5]
        assert [trial["selected"] for trial in search["trials"]].count(True) == 1
        assert [trial["near"] for trial in search["trials"]] == [True, False, True, False, False, False]
        assert ["no wall stands" in trial["why"] for trial in search["trials"]] == [False, False, True] * 2
        assert search["walls"]["count"] == 6
    assert "this setting finds the domains with an ARI of 0.90" in html
    script("explorer.py")(inputs, tmp_path / "again.html", PIPELINES, EVIDENCE, "one", tmp_path / "log")
    assert (tmp_path / "again.html").read_text() == html


def test_explorer_of_a_search_without_an_answer(tmp_path):
    inputs, page = write_page_stores(tmp_path), tmp_path / "explorer.html"
    arrays, attributes = read_store(inputs["selected"][0])
    none = {
        "trial": None,
        "answer": "uniform",
        "answer_words": "uniform",
        "near_trials": 0,
        "caution": "rests on 9 sites",
    }
    write_store(
        inputs["selected"][0],
        {n: ([f"{n}{k}" for k in range(v.ndim)], v) for n, v in arrays.items()},
        attributes | none,
    )
    pd.read_csv(inputs["front"][0], sep="\t")[:0].to_csv(inputs["front"][0], sep="\t", index=False)
    script("explorer.py")(inputs | {"twins": []}, page, PIPELINES, EVIDENCE, "one", tmp_path / "log")
    html = page.read_text()
    assert "has two clusters; you can still" in html and "<strong>Caution: rests on 9 sites.</strong>" in html
    assert not any(trial["selected"] for trial in page_of(html)["searches"][0]["trials"])


def test_summary_and_series(results, tmp_path):
    folders = [results(answered, folder=tmp_path / name) for name, answered in (("p", True), ("q", False))]
    paths = {
        name: [_inputs(folder)[name] for folder in folders]
        for name in ("image", "columns", "cells", "selected", "trials", "front")
    }
    namespace = runpy.run_path(str(SCRIPTS / "summary.py"))
    paths["twins"] = [_twins(tmp_path / f"{name}.json") for name in "pq"]
    runs = namespace["list_runs"](paths, ["p", "q"], ["patch_gmm"])
    namespace["main"](runs, tmp_path / "summary.tsv", OBJECTIVES, {"patch_gmm": 99}, "two", tmp_path / "log")
    table = pd.read_csv(tmp_path / "summary.tsv", sep="\t").set_index("image")
    assert table["answer"].tolist() == ["walls", "uniform"] and table["twin_ari"].tolist() == [0.9, 0.9]
    assert table["caution"].tolist() == ["rests on 156 sites only"] * 2
    assert table["n_walls"].tolist() == [1, 0] and table["n_boundaries"].tolist() == [1, 0]
    assert table.loc["p", "mean_p_pm"] == pytest.approx(15.6 * np.sqrt(0.5), rel=1e-5)
    assert table.loc["p", "b_px"] == pytest.approx(10.4)
    # one wall of 11 cells over 156 sites of one sublattice
    assert table.loc["p", "wall_density_per_cell"] == pytest.approx(11 / 156, rel=1e-5)
    assert table.loc["q", "wall_density_per_cell"] == 0
    assert table["n_variants"].tolist() == [2, 1]
    assert table["ok_trials"].tolist() == [3, 0]
    assert table["near_trials"].tolist() == [2, 0]
    # of 156 sites the 72 on the right are found again by half of the trials
    assert table.loc["p", "mean_confidence"] == pytest.approx(1 - 72 / 156 / 2, rel=1e-5)
    assert table.loc["p", "mean_wall_confidence"] == pytest.approx(0.5)
    assert np.isnan(table.loc["q", ["mean_confidence", "mean_wall_confidence"]].astype(float)).all()
    assert table["hypervolume"].between(0, 1).all()
    assert table["search_end"].tolist() == ["standstill"] * 2  # fewer trials than the most
    assert table.loc["q", "hypervolume"] == 0
    outputs = [tmp_path / "series.png", tmp_path / "series.pdf"]
    script("series_figure.py")(tmp_path / "summary.tsv", outputs, "two", tmp_path / "log")
    assert all(map(_is_figure, outputs))


def test_the_series_names_the_images_without_a_result(tmp_path, monkeypatch):
    """A row of an image that failed has its names and its answer, and no number; nor has a search that failed."""
    numbers = {"sm_percent": [0.0, 7.0, np.nan, 13.0], "mean_p_pm": [20.0, 30.0, np.nan, 40.0]}
    numbers |= {"mean_p_px": numbers["mean_p_pm"], "noise_p_pm": 2.0, "noise_p_px": 0.2, "a_px": 25.0, "b_px": 26.0}
    numbers |= {"a_pm": 390.0, "b_pm": 395.0, "alpha_deg": 90.0, "wall_density_per_cell": 0.1, "n_variants": 2.0}
    table = pd.DataFrame({"image": ["Sm_0", "Sm_7", "Sm_x", "Sm_13"], "pipeline": "one"} | numbers)
    table = table.assign(trial=3.0, ari=0.5, best_ari=0.6, answer="walls")
    other = table.copy().assign(pipeline="two")
    facts = ["trial", "wall_density_per_cell", "n_variants", "ari", "best_ari"]
    other.loc[3, facts] = np.nan  # this search failed, its image did not
    both = pd.concat([table, other], ignore_index=True)
    both.loc[both["image"] == "Sm_x", [*numbers, *facts]] = np.nan
    both.loc[both["image"] == "Sm_x", "answer"] = "failed: no lattice"
    both.to_csv(tmp_path / "summary.tsv", sep="\t", index=False, na_rep="nan")
    drawn = []
    monkeypatch.setattr("ferrotune.figures.style.save", lambda figure, paths: drawn.append(figure))
    script("series_figure.py")(tmp_path / "summary.tsv", [], "two", tmp_path / "log")
    none = both[["image", "pipeline", "answer"]][both["image"] == "Sm_x"].assign(pipeline=np.nan)
    none.to_csv(tmp_path / "summary.tsv", sep="\t", index=False, na_rep="nan")  # no column of numbers at all
    script("series_figure.py")(tmp_path / "summary.tsv", [], "two", tmp_path / "log")
    assert "no result: Sm_x, Sm_13 (two)" in written(drawn[0])
    axes = drawn[0].axes[0]
    # by composition, though that of the missing image is not known; in pm
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "7", "13"] and "(pm)" in axes.get_ylabel()
    np.testing.assert_allclose(axes.collections[0].get_offsets(), [[0, 20], [7, 30], [13, 40]])
    assert written(drawn[1]) == "no result: Sm_x"
    monkeypatch.undo()
    script("series_figure.py")(tmp_path / "summary.tsv", [tmp_path / "series.png"], "two", tmp_path / "log")
    assert _is_figure(tmp_path / "series.png")


def test_runs_of_a_summary_pair_each_pipeline_with_its_image():
    inputs = {name: ["p", "q"] for name in ("image", "columns", "cells")}
    inputs |= {name: ["p1", "p2", "q1", "q2"] for name in ("selected", "trials", "front")}
    runs = runpy.run_path(str(SCRIPTS / "summary.py"))["list_runs"](inputs, ["p", "q"], ["1", "2"])
    assert [run["selected"] for run in runs] == ["p1", "p2", "q1", "q2"]
    assert [run["image"] for run in runs] == ["p", "p", "q", "q"]
    assert [tuple(run["names"].values()) for run in runs] == [("p", "1"), ("p", "2"), ("q", "1"), ("q", "2")]
