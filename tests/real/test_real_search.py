"""The whole workflow, as a user runs it, on a real image whose domains are known from its column spacings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr

from helpers.case import Case
from helpers.spacing_ratio import spacing_domains

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real images: {DATA} is missing")


def test_the_selected_variants_of_a_junction_are_its_two_spacing_ratios(tmp_path):
    """Default search; the two published rewards favour the segmentation that leaves the narrow wedge out (0.72)."""
    published = np.loadtxt(DATA / "pto_junction_columns.csv", delimiter=",", skiprows=1)
    reference = pd.DataFrame(published, columns=["y_px", "x_px"]).assign(label=spacing_domains(published))
    reference.to_csv(tmp_path / "reference.csv", index=False)
    row = f"junction\t\t{DATA / 'pto_junction.tif'}\t39.0\t{tmp_path / 'reference.csv'}\tbox 775 30 825 255\n"
    case = Case(tmp_path / "case", rows=row)
    case.write({"series": "tiny", "images": "images.tsv"})
    process = case.run("results/tiny/junction/patch_gmm/selected.zarr")
    assert process.returncode == 0, process.stdout[-4000:]
    trials = pd.read_csv(case.results("junction", "patch_gmm", "trials.tsv"), sep="\t").set_index("trial")
    selected = zarr.open_group(case.results("junction", "patch_gmm", "selected.zarr"), mode="r").attrs["trial"]
    assert trials.loc[selected, "status"] == "ok"
    assert trials.loc[selected, "ari"] >= 0.7  # 0.81; five clusters, which explain more, have 0.50 to 0.53
