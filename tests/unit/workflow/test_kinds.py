"""Kinds of series: pipelines must fit what the files hold, and the error says so in one line."""

import pytest
import yaml

from ferrotune.errors import InputError
from ferrotune.workflow.case import read_case
from ferrotune.workflow.kinds import kind_of, loop_specimen, stores_of
from helpers.case import ROOT


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Read a case with rows and pipelines of the default or the spectral config."""
    monkeypatch.chdir(tmp_path)
    plain, loops = (yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) for name in ("config", "spectra"))

    def read(rows, pipelines):
        (tmp_path / "sheet.tsv").write_text("image\tkind\tpath\n" + "".join(f"{row}\n" for row in rows))
        known = plain["pipelines"] | loops["pipelines"]
        chosen = {
            "images": "sheet.tsv",
            "pipelines": {name: known[name] or plain["pipelines"][name] for name in pipelines},
        }
        return read_case(plain | chosen, ROOT / "config" / "schemas")

    return read


def test_a_sheet_without_the_column_is_of_images(config):
    assert config(["a\t\tsimulated"], ["patch_gmm"]).kind == "image"
    assert config(["a\timage\tsimulated", "b\t\tsimulated"], ["patch_gmm"]).kind == "image"


def test_spectra_have_their_own_pipelines(config):
    assert config(["a\tspectra\tsimulated"], ["loops_pca", "loops_kmeans"]).kind == "spectra"


@pytest.mark.parametrize(
    ("rows", "pipelines", "said"),
    [
        (
            ["a\tspectra\tx.npz"],
            ["loops_pca", "patch_gmm"],
            "pipelines.patch_gmm: the descriptor patches needs an image",
        ),
        (["a\tspectra\tx.npz"], ["fft_svd"], "pipelines.fft_svd: the descriptor fft needs an image"),
        (["a\t\tx.tif"], ["patch_gmm", "loops_pca"], "pipelines.loops_pca: the descriptor spectra needs spectra"),
        (["a\t\tx.tif", "b\tspectra\tx.npz"], ["loops_pca"], "a is an image and b is spectra"),
        (["a\tspectrum\tx.tif"], ["patch_gmm"], "kind: 'spectrum' is not allowed; allowed are image, spectra"),
    ],
)
def test_what_does_not_fit_is_one_line(config, rows, pipelines, said):
    with pytest.raises(InputError, match=said) as error:
        config(rows, pipelines)
    assert "\n" not in str(error.value)


def test_stores_that_a_kind_lacks_are_empty():
    assert stores_of("spectra", "r/a")["cells"] == [] and stores_of("spectra", "r/a")["image"] == "r/a/spectra.zarr"
    assert stores_of("image", "r/a")["cells"] == "r/a/cells.zarr"
    assert kind_of({}) == "image"


def test_a_toy_set_may_have_a_seed_of_its_own():
    simulation = {"seed": 1, "default": {"shape": [8, 8]}, "images": {"b": {"seed": 5, "noise": 0.2}}}
    assert loop_specimen(simulation, "a") == ({"shape": [8, 8]}, 1)
    assert loop_specimen(simulation, "b") == ({"shape": [8, 8], "noise": 0.2}, 5)
    assert simulation["images"]["b"]["seed"] == 5
