"""Atomap's refined positions of a simulated image, from its own environment, for the benchmarks that compare."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SCRIPT = Path(__file__).parent / "peers" / "atomap_refine.py"


def refine(image, a_yx, b_yx):
    """Positions (n, 2) and (m, 2) px refined by Atomap from first guesses, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, image=image, a_yx=a_yx, b_yx=b_yx)
        ended = subprocess.run([PYTHON, "-I", SCRIPT, source, target], stderr=subprocess.PIPE, text=True)
        if ended.returncode:
            raise RuntimeError(f"Atomap: {ended.stderr.strip().splitlines()[-1]}")
        result = np.load(target)
        return result["a_yx"], result["b_yx"], float(result["seconds"])


def rms(found, truth, reach):
    """RMS error (px, one axis) of the true columns (n, 2) with a found one within `reach`, and their share."""
    distance, _ = cKDTree(found).query(truth)
    matched = distance < reach
    return float(np.sqrt((distance[matched] ** 2).mean() / 2)), float(matched.mean())
