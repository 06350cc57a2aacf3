"""A case to run the workflow on; by default a tiny one: two small simulated images, four trials in two rounds."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from helpers.recorded import RECORDER

ROOT = Path(__file__).parents[2]
SHEET = "image\tsm_percent\tpath\tpixel_size_pm\treference\tmask\n"
CASE = {
    "series": "tiny",
    "images": "images.tsv",
    "pipelines": {
        "patch_gmm": {
            "space": {
                "flatten": [1],
                "denoise": ["gaussian 1"],
                "w1": [1.0, 1.5],
                "w2": [1.0, 1.5],
                "rank": [4, 6],
                "components": [2, 3],
                "covariance": ["tied", "full"],
                "field": [0],
            }
        },
        "cell_gmm": None,
    },
    "search": {"trials": 4, "batch": 2, "startup": 2},
    "simulation": {
        "default": {"shape": [460, 480]},
        "images": {"stripes": {"geometry": "walls_109"}, "diagonal": {"geometry": "diagonal_180"}},
    },
}


class Case:
    """A folder with a config and a sheet, and the means to run the workflow in it."""

    space = CASE["pipelines"]["patch_gmm"]["space"]

    def __init__(self, folder, rows="stripes\t0\tsimulated\t\t\t\ndiagonal\t7\tsimulated\t\t\t\n", **changes):
        self.folder, self.recorded = folder, folder / "recorded"
        folder.mkdir(exist_ok=True)
        (folder / "images.tsv").write_text(SHEET + rows)
        self.configure(**changes)

    def configure(self, **changes):
        case = {**CASE, **{key: value for key, value in changes.items() if key not in CASE}}
        for key in CASE.keys() & changes.keys():
            value = changes[key]
            case[key] = {**CASE[key], **value} if isinstance(value, dict) else value
        self.write(case)

    def write(self, config):
        """Make `config` the overlay; of config/config.yaml's pipelines those that it names stay, patch_gmm if none."""
        default = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
        named = config.get("pipelines") or {"patch_gmm": default["patch_gmm"]}
        config = config | {"pipelines": dict.fromkeys(default) | named}
        (self.folder / "case.yaml").write_text(yaml.safe_dump(config))

    def command(self, *options, cores=2):
        return [
            *(sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--directory", str(self.folder)),
            *("--configfile", str(self.folder / "case.yaml"), "--cores", str(cores), *options),
        ]

    def run(self, *options, cores=2, record=False):
        """Run the workflow; the finished process holds both streams. `record`: for `helpers.recorded.missed`."""
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        if record:
            self.recorded.mkdir(exist_ok=True)
            path = os.pathsep.join([str(RECORDER), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
            environment |= {"RECORDED": str(self.recorded), "PYTHONPATH": path}
        return subprocess.run(
            self.command(*options, cores=cores),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=environment,
        )

    def results(self, *parts):
        return self.folder.joinpath("results", "tiny", *parts)
