"""make same-bytes: a small film analysed as on other processors; what differs, and by how much.

Other processors are those that libraries can be told to take this one for: BLAS (OPENBLAS_CORETYPE), numpy's own loops
(NPY_DISABLE_CPU_FEATURES), torch (ATEN_CPU_CAPABILITY, MKL_ENABLE_INSTRUCTIONS), and numba (NUMBA_CPU_NAME). Each is a
process of its own, which reads the same image. Writes results/same_bytes/same_bytes.tsv (a row for each of them) and
arrays.tsv (a row for each array that differs), and prints the table of docs/reproducibility.md. ONLY="haswell" tries
this one only. What a whole run gives on one core and on two is compared by `make faults`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

OUTPUT = Path(__file__).parents[2] / "results" / "same_bytes"
PIXEL_PM = 15.6
PATCHES = {"flatten": 1, "denoise": "none", "w1": 1.5, "w2": 1.5, "components": 3}
SPECTRA = {"flatten": 1, "denoise": "none", "window": 3, "stride": 1, "taper": "hann", "scale": "log", "rank": 6}
TRAINED = {"flatten": 1, "denoise": "none", "w1": 1.25, "w2": 1.25, "latent": 2, "invariance": "r", "beta": 1}
TRAINED |= {"learning_rate": 0.003, "epochs": 12, "hidden": 32, "batch": 50, "variable": 1, "warm_start": False}
# Name of a pipeline: its parts, and one setting.
SETTINGS = {
    "patches, PCA": ("patches", "pca", "gmm_field", PATCHES | {"rank": 8, "covariance": "full", "field": 1}),
    "patches, NMF": ("patches", "nmf", "gmm_field", PATCHES | {"rank": 4, "covariance": "tied", "field": 0}),
    "unit cells": (
        "cells",
        "none",
        "gmm_field",
        {"features": "displacement", "flatten": 0, "radius": 0.5, "components": 3, "covariance": "full", "field": 1},
    ),
    "spectra, SVD": ("fft", "svd", "gmm", SPECTRA | {"components": 3, "covariance": "tied"}),
    "autoencoder": ("patches_ab", "rvae", "kde_peaks", TRAINED),
}
NO_512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
TORCH = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
NUMBA = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"}
# Name of a way to run: threads, and variables of its process.
WAYS = {
    "two threads": (2, {}),
    "another hash seed, time zone and locale": (1, {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}),
    "BLAS as on Haswell (AVX2)": (1, {"OPENBLAS_CORETYPE": "Haswell"}),
    "BLAS as on Prescott (SSE3)": (1, {"OPENBLAS_CORETYPE": "Prescott"}),
    "numpy without AVX-512": (1, NO_512),
    "torch without AVX-512": (1, TORCH),
    "numba as on Haswell": (1, NUMBA),
    "all as on Haswell": (1, NO_512 | TORCH | NUMBA | {"OPENBLAS_CORETYPE": "Haswell"}),
}
HEAD = ("how", "arrays the same", "columns, px", "polarization, px", "descriptors", "labels that differ", "rewards")


def analyse(film, output, threads):
    """Analyse the image in a file (npy) from the columns to the labels of SETTINGS, and keep all arrays (npz)."""
    import ferrotune

    image = ferrotune.prepare_image(np.load(film), pixel_size_pm=PIXEL_PM)
    columns = ferrotune.locate_columns(image, threads=threads)
    cells = ferrotune.measure_cells(columns)
    found = {}
    for stage, dataset in (("image", image), ("columns", columns), ("cells", cells)):
        found |= {f"{stage}/{name}": array.to_numpy() for name, array in dataset.data_vars.items()}
    for name, (descriptor, reduction, clustering, setting) in SETTINGS.items():
        space = {key: [value] for key, value in setting.items()}
        entry = {"descriptor": descriptor, "reduction": reduction, "clustering": clustering, "space": space}
        described = ferrotune.describe_sites(image, columns, cells, {"one": entry}, threads=threads)
        if reduction != "rvae":
            found[f"{name}/features"] = described.features("one", setting).features.to_numpy()
        outcome = ferrotune.evaluate_setting(described, "one", setting)
        found |= {f"{name}/labels": outcome.labels, f"{name}/rewards": np.array(list(outcome.rewards.values()), float)}
        found[f"{name}/walls"] = outcome.wall_verdicts.stands
        found |= {f"{name}/model.{key}": array for key, array in (outcome.checkpoint or ({},))[0].items()}
    np.savez(output, **{key.replace("/", "|"): array for key, array in found.items()})


def arrays_of(film, folder, threads, variables):
    """Arrays (dict) of an analysis in a process of its own, with some variables."""
    output = Path(folder, "found.npz")
    numba = {"NUMBA_CACHE_DIR": str(Path(folder, "numba"))} if "NUMBA_CPU_NAME" in variables else {}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.same_bytes", str(film), str(output), str(threads)]
    subprocess.run(command, env=os.environ | variables | numba, check=True)
    with np.load(output) as found:
        return {key.replace("|", "/"): found[key] for key in found.files}


def share_that_differs(one, other):
    """Share (float) of the values of two arrays that differ; 1 where their shapes do."""
    if one.shape != other.shape:
        return 1.0
    return float((one != other).mean()) if one.size else 0.0


def largest_difference(one, other):
    """Largest difference (float) of the finite values of two arrays; inf where others are finite, or shapes differ."""
    if one.shape != other.shape or not np.array_equal(np.isfinite(one), np.isfinite(other)):
        return np.inf
    finite = np.isfinite(one)
    return float(np.abs(one.astype(float) - other)[finite].max(initial=0.0))


def in_order_of(one, other):
    """The arrays (dict) of `other`, with its columns in the order of those of `one`: their order is that of y."""
    first, second = one["columns/yx"], other["columns/yx"]
    if first.shape != second.shape:
        return other
    order = cKDTree(second).query(first)[1]
    of_columns = {name for name in one if name.startswith("columns/") and len(one[name]) == len(first)}
    return {name: array[order] if name in of_columns else array for name, array in other.items()}


def compared(one, other):
    """Rows (array, kind, amount) of the arrays that differ: `share` of the values, or largest `difference`."""
    rows = []
    for name in sorted(one.keys() | other.keys()):
        first, second = (of.get(name, np.zeros(0)) for of in (one, other))
        if first.tobytes() == second.tobytes() and first.shape == second.shape:
            continue
        of_numbers = first.dtype.kind == "f"
        measure = largest_difference if of_numbers else share_that_differs
        rows.append((name, "difference" if of_numbers else "share", measure(first, second)))
    return rows


def _largest(one, rows, ending, relative=False):
    """Largest difference (str) of arrays with an ending, if `relative` over the standard deviation of each array."""
    scale = {name: np.nanstd(one[name]) or 1.0 for name, _, _ in rows if relative and name.endswith(ending)}
    found = [amount / scale.get(name, 1.0) for name, _, amount in rows if name.endswith(ending)]
    return f"{max(found):.0e}" if found else "0"


def row_of(how, one, other):
    """Row of the table (tuple of str), and the arrays that differ."""
    rows = compared(one, other)
    amounts = {name: amount for name, _, amount in rows}
    px = [f"{amounts.get(name, 0.0):.0e}" if name in amounts else "0" for name in ("columns/yx", "cells/polarization")]
    sites = [f"{name}: {amounts[f'{name}/labels'] * 100:.2g} %" for name in SETTINGS if f"{name}/labels" in amounts]
    same = f"{len(one) - len(rows)} of {len(one)}"
    features, rewards = _largest(one, rows, "/features", relative=True), _largest(one, rows, "/rewards")
    return (how, same, *px, features, ", ".join(sites) or "none", rewards), rows


def main(only):
    """Analyse the film in each way, and compare it with one thread of this processor as it is."""
    import ferrotune

    OUTPUT.mkdir(parents=True, exist_ok=True)
    table, arrays = [], []
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "film.npy")
        np.save(film, ferrotune.simulate(ferrotune.Specimen(shape=(400, 420), geometry="walls_109"), seed=1).image)
        plain = arrays_of(film, folder, 1, {})
        print(f"| {' | '.join(HEAD)} |", flush=True)
        for how, (threads, variables) in {"a second time": (1, {}), **WAYS}.items():
            if only and not any(word.lower() in how.lower() for word in only):
                continue
            row, apart = row_of(how, plain, in_order_of(plain, arrays_of(film, folder, threads, variables)))
            table.append(row)
            arrays += [(how, *one) for one in apart]
            print(f"| {' | '.join(row)} |", flush=True)
            pd.DataFrame(table, columns=HEAD).to_csv(OUTPUT / "same_bytes.tsv", sep="\t", index=False)
            head = ("how", "array", "kind", "amount")
            pd.DataFrame(arrays, columns=head).to_csv(OUTPUT / "arrays.tsv", sep="\t", index=False)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1].endswith(".npy"):
        analyse(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main(sys.argv[1:])
