"""Variables of stores that do not say what they are."""

import warnings
from pathlib import Path

import xarray


def unexplained(folder):
    """Names (list of str) of variables in the stores of a folder that lack units, meaning, or labels of y and x."""
    found = []
    for group in sorted(Path(folder).rglob("zarr.json")):
        if '"node_type": "group"' not in group.read_text() or group.parent.name == "checkpoints":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = xarray.open_zarr(group.parent, consolidated=False)
        for name, variable in dataset.variables.items():
            if not {"units", "long_name"} <= variable.attrs.keys():
                found.append(f"{group.parent}: {name}")
        if "axis" in dataset.dims and dataset.sel(axis="y").sizes.get("axis"):
            found.append(f"{group.parent}: axis")
    return found
