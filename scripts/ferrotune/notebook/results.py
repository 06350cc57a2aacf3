"""Results of a run, opened for reading: a series, its images, and the pipelines of each image."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from ferrotune.errors import InputError
from ferrotune.notebook.labelled import open_store, ordered_walls


def _listed(names):
    return ", ".join(names) if names else "none"


def _store(folder, name):
    """Dataset of a store in a folder; InputError where it is not there."""
    path = folder / f"{name}.zarr"
    if not path.is_dir():
        raise InputError(f"results {folder}: there is no {name}.zarr: the run is not finished, or has none")
    return open_store(path)


def _table(path):
    """Table (DataFrame) of a file; InputError where it is not there."""
    if not path.is_file():
        raise InputError(f"results {path.parent}: there is no {path.name}: the run is not finished")
    return pd.read_csv(path, sep="\t")


STORES = ("image.zarr", "spectra.zarr")  # one of them is in the folder of each image


def _folders(folder, *files):
    """Names (list of str) of the folders in a folder that hold one of some files."""
    found = (path for path in folder.iterdir() if any((path / name).exists() for name in files))
    return sorted(path.name for path in found)


class PipelineResults:
    """Results of the search of one pipeline on one image.

    Attributes
    ----------
    name : str
    folder : pathlib.Path
    trials : pandas.DataFrame
        A row a trial: number, round, parameters, rewards, number of walls, status, seconds, agreement with the
        reference (ari, nmi, correlation, wall_f1, ...).
    front : pandas.DataFrame
        The trials that no other trial dominates; the column `knee` marks the knee.
    domains, wall_table, importance : pandas.DataFrame
        Domains and walls in physical units; which parameter matters for each reward.
    selected : xarray.Dataset
        Labels, walls and confidence of the selected segmentation.
    components, latents : xarray.Dataset
        Scores that the selected trial clustered; latent variables of a variational autoencoder.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name

    def __repr__(self):
        held = [f"{name} (table)" for name in ("trials", "front") if (self.folder / f"{name}.tsv").is_file()]
        held += [n for n in ("selected", "components", "latents") if (self.folder / f"{n}.zarr").is_dir()]
        return f"<results of pipeline {self.name}: {_listed(held)}>"

    @cached_property
    def trials(self):
        """Table of all trials (pandas.DataFrame)."""
        return _table(self.folder / "trials.tsv")

    @cached_property
    def front(self):
        """Table of the trials on the Pareto front (pandas.DataFrame)."""
        return _table(self.folder / "front.tsv")

    @cached_property
    def domains(self):
        """Table of the selected domains (pandas.DataFrame): variant, area, polarization."""
        return _table(self.folder / "domains.tsv")

    @cached_property
    def wall_table(self):
        """Table of the selected walls (pandas.DataFrame): variants, width, direction, type, bound charge."""
        return _table(self.folder / "walls.tsv")

    @cached_property
    def importance(self):
        """Table of the parameters that matter for each reward (pandas.DataFrame)."""
        return _table(self.folder / "importance.tsv")

    @cached_property
    def selected(self):
        """The selected segmentation (xarray.Dataset)."""
        return _store(self.folder, "selected")

    @cached_property
    def components(self):
        """Scores that the selected trial clustered (xarray.Dataset)."""
        return _store(self.folder, "components")

    @cached_property
    def latents(self):
        """Latent variables of the selected trial's variational autoencoder (xarray.Dataset)."""
        return _store(self.folder, "latents")

    @cached_property
    def mechanisms(self):
        """Mean spectra of the selected segmentation's mechanisms (xarray.Dataset)."""
        return _store(self.folder, "mechanisms")

    def walls(self, unit="cell"):
        """Domain walls of the selected segmentation as ordered paths.

        Parameters
        ----------
        unit : {"cell", "px"}
            Unit cells from the image's first pixel, or pixels.

        Returns
        -------
        list of (n, 2) float arrays, (y, x)
        """
        return ordered_walls(self.selected, unit)


class ImageResults:
    """Results of one image: its stages as datasets, and its pipelines by name.

    Attributes
    ----------
    name : str
    folder : pathlib.Path
    pipelines : list of str
    image : xarray.Dataset, the normalised image and its mask
    spectra : xarray.Dataset, of a grid of spectra: the spectra of its sites, instead of image, columns and cells
    columns : xarray.Dataset, the refined atomic columns
    cells : xarray.Dataset, the unit cells with polarization and lattice parameters
    reference : xarray.Dataset, the labels that trials are compared with
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name

    def __repr__(self):
        known = ("image", "spectra", "columns", "cells", "reference")
        held = [name for name in known if (self.folder / f"{name}.zarr").is_dir()]
        return f"<results of image {self.name}: {_listed(held)}; pipelines: {_listed(self.pipelines)}>"

    @cached_property
    def pipelines(self):
        """Names (list of str) of the pipelines that were searched."""
        return _folders(self.folder, "trials.tsv", "selected.zarr")

    @cached_property
    def image(self):
        """The normalised image and its mask (xarray.Dataset)."""
        return _store(self.folder, "image")

    @cached_property
    def spectra(self):
        """The spectra of a grid, and what they were measured at (xarray.Dataset)."""
        return _store(self.folder, "spectra")

    @cached_property
    def columns(self):
        """The refined atomic columns (xarray.Dataset)."""
        return _store(self.folder, "columns")

    @cached_property
    def cells(self):
        """The unit cells with polarization and lattice parameters (xarray.Dataset)."""
        return _store(self.folder, "cells")

    @cached_property
    def reference(self):
        """The labels that trials are compared with (xarray.Dataset)."""
        return _store(self.folder, "reference")

    def __getitem__(self, pipeline):
        if pipeline not in self.pipelines:
            raise InputError(
                f"results {self.folder}: there is no pipeline {pipeline!r}; there are: {_listed(self.pipelines)}"
            )
        return PipelineResults(self.folder / pipeline)

    def __iter__(self):
        return iter(self.pipelines)

    def __len__(self):
        return len(self.pipelines)


class Results:
    """Results of a series: its images by name, and the summary table.

    Attributes
    ----------
    folder : pathlib.Path
    images : list of str
    summary : pandas.DataFrame
        A row for each image and pipeline.

    Examples
    --------
    ``results["Sm_0"].cells`` are the unit cells of an image, ``results["Sm_0"]["patch_gmm"].selected`` is the
    selected segmentation of a pipeline.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def __repr__(self):
        return f"<results of series {self.folder.name}: images: {_listed(self.images)}>"

    @cached_property
    def images(self):
        """Names (list of str) of the images."""
        return _folders(self.folder, *STORES)

    @cached_property
    def summary(self):
        """Table (pandas.DataFrame) with a row for each image and pipeline."""
        return _table(self.folder / "summary.tsv")

    def __getitem__(self, image):
        if image not in self.images:
            raise InputError(f"results {self.folder}: there is no image {image!r}; there are: {_listed(self.images)}")
        return ImageResults(self.folder / image)

    def __iter__(self):
        return iter(self.images)

    def __len__(self):
        return len(self.images)


def open_results(folder):
    """Open the results of a run as labelled datasets.

    Parameters
    ----------
    folder : path
        results/<series>, or the folder of one image, results/<series>/<image>.

    Returns
    -------
    Results, or ImageResults for the folder of one image
        Nothing is read before it is used.

    Raises
    ------
    InputError
        If the folder is missing or holds no results.

    Examples
    --------
    Two stores as a run leaves them, in a folder of their own:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from ferrotune.files.stores import write_store
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = write_store(folder / "film/image.zarr", {"image": (("y", "x"), [[0.0, 1.0]])}, {"pixel_size_pm": 15.6})
    >>> _ = write_store(folder / "film/cells.zarr", {"polarization": (("cell", "axis"), [[1.5, -2.0]])})
    >>> results = open_results(folder)
    >>> results.images
    ['film']
    >>> film = results["film"]
    >>> film
    <results of image film: image, cells; pipelines: none>
    >>> film.cells["polarization"].sel(axis="x").values
    array([-2.])
    >>> film.cells["polarization"].units
    'px'
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"results {folder}: no such folder; give results/<series>, or results/<series>/<image>")
    if any((folder / name).is_dir() for name in STORES):
        return ImageResults(folder)
    results = Results(folder)
    if not results.images:
        series = [path.name for path in sorted(folder.iterdir()) if path.is_dir() and _folders(path, *STORES)]
        hint = f"give one of the series in it: {', '.join(series)}" if series else "give results/<series>"
        raise InputError(f"results {folder}: it holds no results of an image; {hint}")
    return results
