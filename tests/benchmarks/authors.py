"""knee_share_of_best: what the knee has of the best agreement, by the authors' settings and by the default ones.

The settings are those of config/authors.yaml (docs/authors.md), on two principal components and, for their default
window of 40 x 40 px alone, on raw patches; and those of config/config.yaml (`patch_gmm`). Films of 40 x 40 cells of 26
px: drawn domains, and parts of measured maps where ../shared/data is there. Noise is that of the record's pixels: at
4,000 counts the authors' detector finds few false columns, as there; at 260 four times too many. 20 trials each.
Agreement is the adjusted Rand index with the true variants over decided sites, of a map the best of k-means with 2 to 5
clusters; the best trial is the best one that decides four of five sites. Writes results/authors/films.tsv.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

import ferrotune
from benchmarks.rows import Row
from benchmarks.truth_films import MAPS, MEASURED, SCALE, Film
from ferrotune.errors import InputError
from ferrotune.files.polarization_maps import read_map
from ferrotune.reference.scores import labels_at
from ferrotune.segmentation.agreement import ari
from ferrotune.simulation.map_pattern import part_of_map
from ferrotune.simulation.specimen import Specimen

NAME = "knee_share_of_best"
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results" / "authors"
AUTHORS = yaml.safe_load((ROOT / "config" / "authors.yaml").read_text())
SIDE = 40  # cells
FULL = {"cell_px": (25.5, 26.6), "pixel_size_pm": 15.6, "shape": (SIDE * 26, SIDE * 26)}  # of the public record
LENGTHS = ("probe_sigma_px", "column_noise_px", "row_shift_px", "jitter_px")
BASE = MEASURED | {name: MEASURED[name] / SCALE for name in LENGTHS} | FULL | {"dose": 4000.0}
DRAWN = {
    "109 degrees": {"geometry": "walls_109", "wall_width": 4.0},
    "inclined 180 degrees": {"geometry": "diagonal_180", "wall_profile": "linear", "wall_width": 6.0},
    "closure": {"geometry": "closure"},
    "nanodomains": {"geometry": "mottled"},
}
PARTS = {"sm_0": ((20, 50), (75, 40)), "sm_13": ((40, 60), (80, 50))}  # first row and column of parts of the maps
GUIDED, EVEN = {"trials": 20, "batch": 10, "startup": 10}, {"trials": 20, "batch": 20, "startup": 20}
DECIDED = 0.8
WINDOW = 1.55  # cells: 41 x 41 px, for their 40 x 40


def films():
    """Drawn films and parts of measured maps."""
    found = [Film(name, "drawn", BASE | settings, 70 + n) for n, (name, settings) in enumerate(DRAWN.items())]
    for key, corners in PARTS.items() if MAPS.exists() else ():
        for n, (row, column) in enumerate(corners):
            part = part_of_map(read_map(f"{MAPS}#{key}"), (row, column, SIDE, SIDE))
            settings = BASE | {"geometry": "map", "map": key, "shape": None}
            found.append(Film(f"{key} part {n}", "map", settings, 80 + n, polarization=part))
    return found


def _variants(film, cells):
    """Labels (list of (cell,)) of the true cells."""
    if film.kind == "map":
        return [KMeans(k, n_init=4, random_state=0).fit_predict(cells["displacement"]) for k in range(2, 6)]
    return [np.asarray(cells["domain"], int)]


def _knee_and_best(found, truths, true, cell_px):
    """Agreement of the knee, and of the best trial."""
    yx = found.selected.yx.to_numpy()
    truths = [labels_at(yx, true["yx"], truth, cell_px) for truth in truths]

    def agreement(labels):
        return max(ari(labels, truth) for truth in truths)

    decided = [labels for labels in np.asarray(found.labels) if (labels >= 0).mean() >= DECIDED]
    knees = found.front.loc[found.front["knee"].astype(bool), "trial"]
    knee = agreement(found.labels[int(knees.iloc[0])]) if len(knees) else 0.0
    return knee, max(map(agreement, decided), default=np.nan)


def _described(image, pipelines, subpixel, **finder):
    columns = ferrotune.locate_columns(image, **finder)
    cells = ferrotune.measure_cells(columns)
    return ferrotune.describe_sites(image, columns, cells, pipelines, subpixel=subpixel), len(columns.yx)


def judge_film(film):
    """Facts (dict) of a film; NaN where the authors' settings end in an error."""
    with threadpool_limits(1):
        made = ferrotune.simulate(Specimen(**film.specimen), film.seed, film.polarization)
        image = ferrotune.prepare_image(made.image, pixel_size_pm=made.pixel_size_pm)
        truths, facts = _variants(film, made.cells), {"film": film.name, "true_columns": len(made.columns_yx)}
        default = ferrotune.default_pipelines()["patch_gmm"]
        described, facts["columns"] = _described(image, {"patch_gmm": default}, True)
        known = (truths, made.cells, float(described.cells.attrs["cell_px"]))
        facts["knee"], facts["best"] = _knee_and_best(
            ferrotune.run_search(described, "patch_gmm", GUIDED, rewards=[]), *known
        )
        raw = {**AUTHORS["pipelines"]["patch_gmm_raw"]}
        raw["space"] = raw["space"] | {"w1": [WINDOW], "w2": [WINDOW]}
        pipelines = {"pca": AUTHORS["pipelines"]["patch_gmm_pca"], "raw": raw}
        finder = {"finder": "blob_log", "settings": AUTHORS["columns"]["blob_log"]}
        try:
            described, facts["authors_columns"] = _described(image, pipelines, False, **finder)
            for name, search in (("pca", EVEN), ("raw", {"trials": 1, "batch": 1, "startup": 1})):
                search = search | {"seed": AUTHORS["search"]["seed"], "mode": "tpe"}
                found = ferrotune.run_search(described, name, search, mode="paper", rewards=[])
                facts[f"{name}_knee"], facts[f"{name}_best"] = _knee_and_best(found, *known)
        except InputError as error:
            facts["error"] = str(error)
    return facts


def measure():
    """Rows: the mean share that the knee has of the best agreement, by the default and by the authors' settings."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = []
    for film in films():
        rows.append(judge_film(film))
        table = pd.DataFrame(rows)
        table.to_csv(RESULTS / "films.tsv", sep="\t", index=False, float_format="%.3f", na_rep="nan")
    share, theirs = (table[knee] / table[best] for knee, best in (("knee", "best"), ("pca_knee", "pca_best")))
    found = [Row(NAME, share.mean(), "share", "authors, 2 components", theirs.mean(), share.mean() / theirs.mean())]
    for name in ("knee", "best"):
        for theirs in ("pca", "raw"):
            peer = float(table[f"{theirs}_{name}"].mean())
            found.append(Row(f"{NAME}[ARI of the {name}]", table[name].mean(), "", f"authors, {theirs}", peer))
    return found
