"""pyroVED's trainings of patches, from its own environment, for the benchmarks that compare."""

import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SCRIPT = Path(__file__).parent / "peers" / "pyroved_train.py"


def pyroved_trainings(patches, **settings):
    """Train pyroVED's conditional rVAE once a seed.

    Parameters
    ----------
    patches : benchmarks.vae_patches.Patches
    settings : classes, latent, batch, epochs, threads (int), learning_rate (float), hidden and seeds (sequences of int)

    Returns
    -------
    seconds : (seed, epoch), of training alone
    elbo : (seed, epoch) of the held-out patches after each epoch, nats a pixel and patch
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, **asdict(patches), **settings)
        ended = subprocess.run([PYTHON, "-I", SCRIPT, source, target], stderr=subprocess.PIPE, text=True)
        if ended.returncode:
            raise RuntimeError(f"pyroVED: {ended.stderr.strip().splitlines()[-1]}")
        result = np.load(target)
        return result["seconds"], result["elbo"]
