"""raw_trial_seconds: the paper's mixtures of raw patches, beside scikit-learn's, and config/paper.yaml as published.

Seconds of fits and trials are CPU time of one core. scikit-learn's seconds are those of k-means and one step of each
form, times the steps that the fit takes: all of them would take an hour.
"""

import multiprocessing
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import yaml
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from benchmarks.full_size import SPECIMEN, stores
from benchmarks.rows import Row, peak_memory_gb
from benchmarks.run import make_case
from benchmarks.running import run_workflow
from benchmarks.stages import SEED, describe_sites, described, evaluate_settings, patch_gmm
from ferrotune.clusterings._large_mixture import STEPS, fit_from, kmeans_start
from ferrotune.clusterings.gmm import COVARIANCES, REGULARISATION
from ferrotune.descriptors._patch_stack import PatchStack

ROOT = Path(__file__).parents[2]
NAME = "raw_trial_seconds"
COMPONENTS = 5
WINDOW = {"w1": 1.25, "w2": 1.875}  # cells: 33 x 49 px, the window for which the paper's case was first timed
MOST_SECONDS = {"spherical": 2.0, "diag": 2.0, "tied": 2.0, "full": 40.0}  # of a trial, on two cores
MOST_GB, MOST_MINUTES, LEAST_ARI = 4.0, 15.0, 0.99
SMALLER = {**SPECIMEN, "shape": (2200, 2200)}
# Windows (cells) of 9, 33 and 65 px whose labels are compared, with the components and the most steps: of the largest,
# scikit-learn takes a minute for each step.
COMPARED = ((0.35, 5, STEPS), (1.3, 5, 20), (2.55, 2, 2))


class Started(GaussianMixture):
    """scikit-learn's mixture from given labels."""

    def started(self, labels):
        """Itself, to start from labels (n,)."""
        self._labels = labels
        return self

    def _initialize_parameters(self, X, random_state, xp=None):
        self._initialize(X, np.eye(self.n_components)[self._labels])


def _space(windows):
    """A space (dict) of raw patches, whose largest window is the largest of `windows` (cells)."""
    fixed = {"flatten": [0], "denoise": ["none"], "rank": [None], "components": [COMPONENTS]}
    return fixed | {"w1": list(windows), "w2": list(windows), "covariance": list(COVARIANCES)}


def _values(store, setting):
    """Patches (n, d) float32 of a store (path), scaled as a trial scales them."""
    values = PatchStack.open(store, 0, "none").features(setting)
    return values / np.float32(np.sqrt(values.var(axis=0, dtype=float).mean()))


def _seconds(work, *given):
    """What a function returns, and the CPU time that it took."""
    start = time.process_time()
    found = work(*given)
    return found, time.process_time() - start


def _fit(store, covariance):
    """Seconds of a fit and of its k-means, its steps, sites and numbers, and the peak memory of this process."""
    values = _values(store, WINDOW)
    start, of_start = _seconds(kmeans_start, values, COMPONENTS, SEED)
    (_, bounds), seconds = _seconds(fit_from, values, start, covariance, REGULARISATION)
    return of_start + seconds, of_start, len(bounds) - 1, values.shape, peak_memory_gb()


def _plain(values, start, covariance, components, steps):
    """scikit-learn's labels (n,) from given labels."""
    mixture = Started(components, covariance_type=covariance, reg_covar=REGULARISATION, max_iter=steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.started(start).fit_predict(values)


def _plain_seconds(store, covariance, steps):
    """Seconds that scikit-learn takes for so many steps, from those that it takes for one."""
    values = _values(store, WINDOW).astype(float)
    start, of_start = _seconds(kmeans_start, values, COMPONENTS, SEED)
    _, two = _seconds(_plain, values, start, covariance, COMPONENTS, 1)  # the step, and the labels after it
    return of_start + two / 2 * (steps + 1)


def _alone(work, *given):
    """What a function returns in a process of its own, so that its memory can be measured."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _of_fits():
    """Rows: seconds of a fit beside scikit-learn's, and of a whole trial; the largest memory."""
    rows, peaks, space = [], [], _space(sorted(WINDOW.values()))
    with stores(SPECIMEN) as folder:
        describe_sites(folder, patch_gmm(space), threads=2, subpixel=False)
        store = described(folder, patch_gmm(space))
        for covariance in COVARIANCES:
            seconds, of_start, steps, shape, peak = _alone(_fit, store, covariance)
            plain = _alone(_plain_seconds, store, covariance, steps)
            peaks.append(peak)
            name = f"{NAME}[{covariance}, %d sites x %d, %d steps]" % (*shape, steps)
            rows.append(Row(name, seconds, "s", "scikit-learn, from one step", plain, plain / seconds))
            rows.append(Row(f"{NAME}[{covariance}, of it k-means]", of_start, "s"))
            setting = {**WINDOW, "flatten": 0, "denoise": "none", "rank": None, "components": COMPONENTS}
            trial = {**setting, "covariance": covariance}
            _, whole = _seconds(evaluate_settings, folder, patch_gmm(space), [trial], 1, 1, None)
            most = MOST_SECONDS[covariance]
            rows.append(Row(f"{NAME}[{covariance}, whole trial]", whole / 2, "s", "at most", most, whole / 2 / most))
    return [*rows, Row(f"{NAME}[peak memory]", max(peaks), "GB", "at most", MOST_GB, max(peaks) / MOST_GB)]


def _of_labels():
    """Rows: the lowest agreement of the labels with scikit-learn's from the same start, over 12 settings."""
    agreement, numbers = [], []
    with stores(SMALLER) as folder:
        space = _space([window for window, _, _ in COMPARED])
        describe_sites(folder, patch_gmm(space), threads=2, subpixel=False)
        for window, components, steps in COMPARED:
            values = _values(described(folder, patch_gmm(space)), {"w1": window, "w2": window})
            start = kmeans_start(values, components, SEED)
            numbers.append(values.shape[1])
            for covariance in COVARIANCES:
                labels, _ = fit_from(values, start, covariance, REGULARISATION, steps)
                plain = _plain(values.astype(float), start, covariance, components, steps)
                agreement.append(adjusted_rand_score(plain, labels))
    name = "raw_labels_match[%d settings, %d to %d numbers, %d sites]"
    name %= len(agreement), min(numbers), max(numbers), len(values)
    return [Row(name, min(agreement), "ARI", "at least", LEAST_ARI, min(agreement) / LEAST_ARI)]


def _of_the_paper():
    """Rows: minutes and memory of config/paper.yaml as it is, for `patch_gmm`, on one full-size image."""
    paper = yaml.safe_load((ROOT / "config" / "paper.yaml").read_text())
    own = {"patch_gmm": paper["pipelines"]["patch_gmm"]}
    kept = {key: paper[key] for key in ("mode", "patches")}
    case = make_case(ROOT / "results" / "bench" / "raw", SPECIMEN, own, paper["search"], **kept)
    front = run_workflow(case.command("results/bench/full/patch_gmm/front.tsv"), case.folder)
    rest = run_workflow(case.command(), case.folder)
    minutes, whole = front.seconds / 60, (front.seconds + rest.seconds) / 60
    name, peak = "raw_run_minutes", max(front.peak_gb, rest.peak_gb)
    return [
        Row(name, minutes, "min", "at most", MOST_MINUTES, minutes / MOST_MINUTES),
        Row(f"{name}[with figures, page and twin]", whole, "min"),
        Row(f"{name}[peak memory of all processes]", peak, "GB"),
    ]


def measure():
    """Rows of the fits, of their labels, and of the paper's case through Snakemake."""
    return [*_of_fits(), *_of_labels(), *_of_the_paper()]
