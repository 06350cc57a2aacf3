"""make same-bytes: a tiny series on one and two cores, and as on other processors; what differs, and by how much.

Other processors are those that libraries can be told to take this one for: BLAS (OPENBLAS_CORETYPE), numpy's own loops
(NPY_DISABLE_CPU_FEATURES), torch (ATEN_CPU_CAPABILITY, MKL_ENABLE_INSTRUCTIONS), and numba (NUMBA_CPU_NAME). Writes
results/same_bytes/same_bytes.tsv (a row for each of them) and arrays.tsv (a row for each array that differs), and
prints the table of docs/reproducibility.md. ONLY="haswell" tries this one only.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import zarr

from faults.series import contents, differences
from helpers.case import Case

OUTPUT = Path(__file__).parents[2] / "results" / "same_bytes"
TRAINED = {
    "flatten": [1],
    "denoise": ["gaussian 1"],
    "w1": [1.0, 1.25],
    "w2": [1.25],
    "latent": [2],
    "invariance": ["none", "r"],
    "beta": [1],
    "learning_rate": [0.003],
    "epochs": [12],
    "hidden": [32],
    "batch": [50],
    "variable": [1],
    "warm_start": [True],
}
PIPELINES = {
    "patch_gmm": {"space": Case.space},
    "cell_gmm": {"search": {"trials": 2}},
    "fft_svd": {"search": {"trials": 2}},
    "trained": {"descriptor": "patches_ab", "reduction": "rvae", "clustering": "kde_peaks", "space": TRAINED},
}
FILM = {"default": {"shape": [320, 320]}, "images": {"stripes": {"geometry": "walls_109"}}}
LABELS = ("label", "labels", "sublattice", "status", "wall_stands")  # arrays of kinds, of which a share differs
NO_512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
NO_512 |= {"ATEN_CPU_CAPABILITY": "avx2"}
# Name of a way to run: cores, and variables of its jobs.
WAYS = {
    "one core": (1, {}),
    "another hash seed, time zone and locale": (2, {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}),
    "BLAS as on Haswell (AVX2)": (2, {"OPENBLAS_CORETYPE": "Haswell"}),
    "BLAS as on Prescott (SSE3)": (2, {"OPENBLAS_CORETYPE": "Prescott"}),
    "numpy without AVX-512": (2, {"NPY_DISABLE_CPU_FEATURES": NO_512["NPY_DISABLE_CPU_FEATURES"]}),
    "torch without AVX-512": (2, {name: NO_512[name] for name in ("ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS")}),
    "numba as on Haswell": (2, {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"}),
    "all as on Haswell": (
        2,
        NO_512 | {"OPENBLAS_CORETYPE": "Haswell", "NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"},
    ),
}
HEAD = ("how", "files the same", "largest difference", "labels that differ", "answers")


def case_in(folder):
    """The series: one film, and four pipelines of all kinds (patches, unit cells, spectra, trained)."""
    case = Case(folder, rows="stripes\t0\tsimulated\t\t\t\n")
    config = {"series": "tiny", "images": "images.tsv", "pipelines": PIPELINES, "simulation": FILM}
    case.write(config | {"search": {"trials": 2, "batch": 2, "startup": 2}, "judge": {"twins": False}})
    return case


def targets():
    """Files to make: all numbers, and neither figures nor pages."""
    return [f"results/tiny/stripes/{name}/{file}" for name in PIPELINES for file in ("front.tsv", "selected.zarr")]


def results_of(folder, cores, variables):
    """Folder of the results of a new series in a folder, run on some cores with some variables."""
    case = case_in(folder)
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        ended = case.run(*targets(), cores=cores)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    if ended.returncode:
        raise SystemExit(f"same-bytes: {variables} failed:\n{ended.stdout[-3000:]}")
    return case.results()


def _arrays(folder):
    """Arrays (path, array) of all stores below a folder, without the seconds of trials."""
    for path in sorted(folder.rglob("*.zarr")):
        for name, array in sorted(zarr.open_group(str(path), mode="r").members(max_depth=None)):
            if isinstance(array, zarr.Array) and name != "seconds":
                yield f"{path.relative_to(folder)}/{name}", array[...]


def difference(one, other):
    """How two arrays differ: (kind, amount).

    The amount is the share of values that differ for `labels` and other whole numbers, the largest difference over the
    standard deviation of all values for `numbers`; kind `shape` (amount 1) where there are more values in one of them.
    """
    if one.shape != other.shape:
        return "shape", 1.0
    if one.dtype.kind != "f":
        return "labels", float((one != other).mean()) if one.size else 0.0
    if not np.array_equal(np.isfinite(one), np.isfinite(other)):
        return "shape", 1.0
    finite = np.isfinite(one)
    apart = np.abs(one.astype(float) - other)[finite]
    scale = one[finite].astype(float).std() if finite.any() else 0.0
    return "numbers", float(apart.max(initial=0.0) / (scale or 1.0))


def compared(one, other):
    """Rows (array, kind, amount) of the arrays that differ between two folders of results."""
    first, second = dict(_arrays(one)), dict(_arrays(other))
    rows = [(name, "missing", 1.0) for name in sorted(first.keys() ^ second.keys())]
    for name in sorted(first.keys() & second.keys()):
        if first[name].tobytes() != second[name].tobytes():
            rows.append((name, *difference(first[name], second[name])))
    return rows


def _answers(folder):
    """Answer, selected trial and number of standing walls (dict) of each pipeline."""
    found = {}
    for name in PIPELINES:
        selected = zarr.open_group(str(folder / "stripes" / name / "selected.zarr"), mode="r")
        found[name] = selected.attrs["answer"], selected.attrs["trial"], int(selected["wall_stands"][...].sum())
    return found


def row_of(how, one, other):
    """Row of the table (tuple of str), and the arrays that differ."""
    first, second = contents(one), contents(other)
    apart, rows = differences(first, second), compared(one, other)
    numbers = [(amount, name) for name, kind, amount in rows if kind == "numbers"]
    selected = [(amount, name) for name, kind, amount in rows if name.endswith("selected.zarr/label")]
    largest = "none" if not numbers else "{:.1g} standard deviations, of {}".format(*max(numbers))
    labels = ", ".join(f"{100 * amount:.2g} % in {name.split('/')[1]}" for amount, name in selected) or "none"
    changed = [name for name, of in _answers(one).items() if _answers(other)[name] != of]
    answers = ", ".join(f"{name}: {_answers(one)[name]}, {_answers(other)[name]}" for name in changed) or "the same"
    return (how, f"{len(first) - len(apart)} of {len(first)}", largest, labels, answers), rows


def main(only):
    """Run the series in each way, and compare it with two cores of this processor."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    table, arrays = [], []
    with tempfile.TemporaryDirectory() as folder:
        plain = results_of(Path(folder, "plain"), 2, {})
        print(f"| {' | '.join(HEAD)} |", flush=True)
        for how, (cores, variables) in WAYS.items():
            if only and not any(word.lower() in how.lower() for word in only):
                continue
            numba = {"NUMBA_CACHE_DIR": str(Path(folder, "numba"))} if "NUMBA_CPU_NAME" in variables else {}
            other = results_of(Path(folder, "other"), cores, variables | numba)
            row, apart = row_of(how, plain, other)
            table.append(row)
            arrays += [(how, *one) for one in apart]
            print(f"| {' | '.join(row)} |", flush=True)
            shutil.rmtree(Path(folder, "other"))
            pd.DataFrame(table, columns=HEAD).to_csv(OUTPUT / "same_bytes.tsv", sep="\t", index=False)
            head = ("how", "array", "kind", "amount")
            pd.DataFrame(arrays, columns=head).to_csv(OUTPUT / "arrays.tsv", sep="\t", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
