"""The paper's Algorithm 1 as a plain notebook has it: raw patches, scikit-learn, Canny, Hough; the peer of a trial."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from skimage.feature import canny
from skimage.transform import probabilistic_hough_line
from sklearn.mixture import GaussianMixture

from ferrotune.workflow.jobs import KEEPS_MEMORY


def raw_patches(image, yx, window):
    """Patches (n, height * width) float64 at the nearest pixels."""
    height, width = window
    corners = np.rint(yx).astype(int) - [height // 2, width // 2]
    return np.stack([image[y : y + height, x : x + width].ravel() for y, x in corners]).astype(float)


def trial(image, yx, window, components, covariance, seed):
    """Labels (n,) of one trial, its walls drawn over the whole image's pixels, and the two rewards' raw material.

    Returns
    -------
    labels : (n,) int
    lines : list of ((x, y), (x, y)), of the probabilistic Hough transform of the labels' edges
    length : float, px, their mean length
    """
    mixture = GaussianMixture(components, covariance_type=covariance, random_state=seed)
    labels = mixture.fit_predict(raw_patches(image, yx, window))
    pixels = np.stack(np.meshgrid(*map(np.arange, image.shape), indexing="ij"), axis=-1).reshape(-1, 2)
    drawn = labels[cKDTree(yx).query(pixels)[1]].reshape(image.shape)
    lines = probabilistic_hough_line(canny(drawn.astype(float)), threshold=10, line_length=50, line_gap=10, rng=seed)
    return labels, lines, float(np.mean([np.hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in lines] or [0.0]))


def seconds_alone(image, yx, **settings):
    """Seconds of one `trial` in a process of its own, as plain as a notebook's: it keeps no memory as our jobs do."""
    plain = {name: value for name, value in os.environ.items() if name not in KEEPS_MEMORY}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder, "image.npz"), image=image, yx=yx)
        command = [sys.executable, "-m", "benchmarks.notebook", folder, json.dumps(settings)]
        return float(subprocess.run(command, env=plain, stdout=subprocess.PIPE, text=True, check=True).stdout)


def main(folder, settings):
    """Print the seconds of one trial of the image and sites in a folder."""
    with np.load(Path(folder, "image.npz")) as given:
        image, yx = given["image"], given["yx"]
    start = time.perf_counter()
    trial(image, yx, **json.loads(settings))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
