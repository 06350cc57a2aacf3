"""make truth: what the default search answers on films of known truth, beside the best trial and the ten-line peer.

Writes results/truth/films.tsv (a row for each film and pipeline), answers.tsv (a row for each kind) and truth.png. The
search is that of the default configuration with fewer trials. Agreement is the adjusted Rand index over the decided
sites, with the variants of the true polarization: on films from maps, measured or of a model, the best of k-means with
2 to 5 clusters. The best trial is the best one that decides four of five sites.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

import ferrotune
from benchmarks.truth_figure import truth_figure
from benchmarks.truth_films import drawn_films, map_films, model_films, new_films, null_films, part_films
from ferrotune.cells.polarization_variants import peer_labels
from ferrotune.figures.style import save
from ferrotune.reference.scores import labels_at
from ferrotune.segmentation.agreement import ari
from ferrotune.simulation.specimen import Specimen

RESULTS = Path(__file__).parents[2] / "results" / "truth"
PIPELINES = ("patch_gmm", "cell_gmm")
TRIALS, NULL_TRIALS, NULL_FILMS = 24, 12, 20
PROCESSES = 2
DECIDED = 0.8  # share of the sites that a trial must decide to be the best


def _variants(film, cells):
    """Labels of the true cells (list of (cell,)): those drawn, or k-means of the true polarization."""
    if film.polarization is not None and film.answer == "walls":
        return [KMeans(k, n_init=4, random_state=0).fit_predict(cells["displacement"]) for k in range(2, 6)]
    return [np.asarray(cells["domain"], int)] if film.answer == "walls" else []


def _true_jump(film, cells):
    """Length of the step of the true polarization between two variants, px, outside walls; NaN if there are not two."""
    if film.variants != 2:
        return np.nan
    one, other = (cells["displacement"][cells["domain"] == k] for k in np.unique(cells["domain"]))
    way = np.median(other, axis=0) - np.median(one, axis=0)
    way /= np.hypot(*way)
    return float(np.quantile(other @ way, 0.95) - np.quantile(one @ way, 0.05))


def _agreement(labels, yx, truths, cells_yx, cell_px):
    """Best adjusted Rand index with any of the true variants; NaN without walls."""
    return max([ari(labels, labels_at(yx, cells_yx, truth, cell_px)) for truth in truths], default=np.nan)


def _row(film, name, found, truths, true, cells):
    """Facts (dict) of the answer of one pipeline."""
    selected, cell_px = found.selected, float(cells.cell_px)
    yx, stands = selected.yx.to_numpy(), selected.wall_stands.to_numpy()
    decided = [labels for labels in np.asarray(found.labels) if (labels >= 0).mean() >= DECIDED]
    agreements = [_agreement(labels, yx, truths, true["yx"], cell_px) for labels in decided]
    own = _agreement(selected.label.to_numpy(), yx, truths, true["yx"], cell_px)
    peer = peer_labels(cells.polarization.to_numpy(), cells.ab.to_numpy())
    width, jump = (selected[name].to_numpy()[stands] for name in ("wall_width", "wall_jump_px"))
    return {
        "film": film.name,
        "kind": film.kind,
        "pipeline": name,
        "chosen_on": film.chosen_on,
        "answer": selected.attrs["answer"],
        "right": film.answer,
        "selected": own,
        "best": max(agreements, default=np.nan),
        "peer": _agreement(peer, cells.yx.to_numpy(), truths, true["yx"], cell_px),
        "decided": float((selected.label.to_numpy() >= 0).mean()),
        "variants": len(np.unique(selected.label.to_numpy()[selected.label.to_numpy() >= 0])),
        "true_variants": film.variants,
        "walls": int(stands.sum()),
        "width": float(np.median(width)) if len(width) else np.nan,
        "true_width": film.width,
        "jump": float(np.median(jump)) if len(jump) else np.nan,
        "true_jump": _true_jump(film, true),
    }


def judge_film(film, trials):
    """Rows (list of dict) of all pipelines on one film."""
    with threadpool_limits(1):
        made = ferrotune.simulate(Specimen(**film.specimen), film.seed, film.polarization)
        image = ferrotune.prepare_image(made.image, pixel_size_pm=made.pixel_size_pm)
        columns = ferrotune.locate_columns(image)
        cells = ferrotune.measure_cells(columns)
        default = ferrotune.default_pipelines()
        described = ferrotune.describe_sites(image, columns, cells, {name: default[name] for name in PIPELINES})
        search = {"trials": trials, "batch": 12, "startup": 12}
        truths, rows = _variants(film, made.cells), []
        for name in PIPELINES:
            found = ferrotune.run_search(described, name, search, rewards=[])
            rows.append(_row(film, name, found, truths, made.cells, cells))
    return rows


def answers(table):
    """Summary of the films (DataFrame), a row for each kind and pipeline."""
    rows = []
    for (kind, pipeline), films in table.groupby(["kind", "pipeline"], sort=False):
        share = films["selected"] / films["best"]
        rows.append(
            {
                "kind": kind,
                "pipeline": pipeline,
                "films": len(films),
                "right_answers": int((films["answer"] == films["right"]).sum()),
                "films_with_walls": int((films["walls"] > 0).sum()),
                "selected": films["selected"].mean(),
                "best": films["best"].mean(),
                "peer": films["peer"].mean(),
                "share_of_best": share.mean(),
                "at_least_peer": int((films["selected"] >= films["peer"] - 0.005).sum()),
                "width_error": (films["width"] - films["true_width"]).abs().mean(),
                "jump_error": (films["jump"] / films["true_jump"] - 1).abs().mean(),
            }
        )
    return pd.DataFrame(rows)


def _write(rows, folder):
    """Write the tables of the films so far (list of dict), and return their summary."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows)
    summary = answers(table)
    for name, of in (("films", table), ("answers", summary)):
        of.to_csv(folder / f"{name}.tsv", sep="\t", index=False, float_format="%.3f", na_rep="nan")
    return summary


def main(seed=None):
    """Judge all films, or new ones of some seed, and write the tables and the figure."""
    folder = RESULTS if seed is None else RESULTS.with_name(f"{RESULTS.name}_{seed}")
    if seed is None:
        films = [(film, TRIALS) for film in (*map_films(), *part_films(), *model_films(), *drawn_films())]
        films += [(film, NULL_TRIALS) for film in null_films(NULL_FILMS)]
    else:
        films = [(film, TRIALS) for film in new_films(seed)]
    with Parallel(n_jobs=PROCESSES, return_as="generator") as parallel:
        rows = []
        for of_film in parallel(delayed(judge_film)(*film) for film in films):
            rows += of_film
            _write(rows, folder)
            print(*(f"{row['film']}, {row['pipeline']}: {row['answer']}" for row in of_film), sep="; ", file=sys.stderr)
    if seed is None:
        save(truth_figure(pd.DataFrame(rows)), [folder / "truth.png"])
    print(_write(rows, folder).to_string(float_format="%.2f"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seed", nargs="?", type=int, help="of new films; without it, the films of docs/truth.md")
    main(parser.parse_args().seed)
