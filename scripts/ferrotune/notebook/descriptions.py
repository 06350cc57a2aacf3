"""The sites of an image described in memory, for the pipelines that are to segment it."""

import logging
import shutil
import tempfile
import weakref
from pathlib import Path

from threadpoolctl import threadpool_limits

from ferrotune.errors import InputError
from ferrotune.files.stores import read_store, write_store
from ferrotune.notebook.labelled import dataset_of, plain_arrays
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import Pipeline, members_of
from ferrotune.search.search_config import descriptor_uses, pipeline_entry


class Description:
    """Sites of an image, described for some pipelines.

    The descriptors stand in a temporary folder, which is deleted with this object.

    Attributes
    ----------
    pipelines : dict of str to dict, entries of the config
    image, cells : xarray.Dataset
    """

    def __init__(self, image, cells, pipelines):
        self.image, self.cells, self.pipelines = image, cells, pipelines
        self.folder = Path(tempfile.mkdtemp(prefix="ferrotune-"))
        self._delete = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def __repr__(self):
        return f"<sites described for pipelines: {', '.join(self.pipelines)}>"

    def entry(self, pipeline):
        """Entry (dict) of a pipeline by its name; of a choice the entries that it names stand in it."""
        if pipeline not in self.pipelines:
            raise InputError(f"there is no pipeline {pipeline!r}; described are: {', '.join(self.pipelines)}")
        return pipeline_entry(self.pipelines, pipeline)

    def stores(self, pipeline):
        """Paths (list) of the stores of a pipeline's descriptors."""
        members = members_of(self.entry(pipeline)).values()
        return [self.folder / f"{name}.zarr" for name in dict.fromkeys(member.descriptor for member in members)]

    def sites(self, pipeline):
        """Sites that a pipeline labels: xarray.Dataset with yx (site, axis) px."""
        arrays, attributes = read_store(self.stores(pipeline)[0], "yx")
        return dataset_of({"yx": (("site", "axis"), arrays["yx"])}, {"cell_px": attributes["cell_px"]})

    def features(self, pipeline, setting):
        """Descriptors for one setting: xarray.Dataset with yx (site, axis) px and features (site, feature)."""
        own = Pipeline.from_config(self.entry(pipeline), f"pipelines.{pipeline}")
        own.space.encode(setting)
        with threadpool_limits(1):
            found = own.part("descriptor").open(self.stores(pipeline)[0], setting).features(setting)
        return self.sites(pipeline).assign(features=(("site", "feature"), found))


def _checked(pipelines):
    """Descriptors (list of str) of some pipelines; InputError where a part of one is unknown."""
    for name, entry in pipelines.items():
        for kind in () if "choice" in entry else parts.KINDS:
            if entry.get(kind) not in parts.names(kind):
                raise InputError(
                    f"pipelines.{name}: {kind} {entry.get(kind)!r} is unknown; there are {', '.join(parts.names(kind))}"
                )
    return list(dict.fromkeys(entry["descriptor"] for entry in pipelines.values() if "choice" not in entry))


def describe_sites(image, columns, cells, pipelines, sites="A", subpixel=True, threads=1):
    """Describe the sites of an image for some pipelines.

    Parameters
    ----------
    image, columns, cells : xarray.Dataset
        From `prepare_image`, `locate_columns` and `measure_cells`, or from opened results.
    pipelines : dict of str to dict
        Entries as in the config, for example some of `default_pipelines`. As in the workflow, a descriptor is made for
        all pipelines that use it: the largest of their windows decides which sites near the edge are left out.
    sites : {"A", "B", "both"}
        Sublattices that the descriptors are centred on.
    subpixel : bool
        Whether patches are centred on the refined columns.
    threads : int

    Returns
    -------
    Description

    Raises
    ------
    InputError
        If a part of a pipeline is unknown, or no site can be described.

    Examples
    --------
    >>> import ferrotune
    >>> film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320)), seed=1)
    >>> image = ferrotune.prepare_image(film.image)
    >>> columns = ferrotune.locate_columns(image)
    >>> cells = ferrotune.measure_cells(columns)
    >>> pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    >>> described = ferrotune.describe_sites(image, columns, cells, pipelines)
    >>> setting = {"features": "displacement", "flatten": 0, "radius": 0.5, "components": 2}
    >>> setting |= {"covariance": "full", "field": 0}
    >>> described.features("cell_gmm", setting).features.sizes["feature"]
    2
    """
    descriptors, described = _checked(pipelines), Description(image, cells, pipelines)
    stores = {name: described.folder / "stages" / f"{name}.zarr" for name in ("image", "columns", "cells")}
    for path, dataset in zip(stores.values(), (image, columns, cells), strict=True):
        write_store(path, *plain_arrays(dataset))
    options, log = {"sites": sites, "subpixel": subpixel}, logging.getLogger("ferrotune")
    with threadpool_limits(1):
        for name in descriptors:
            module = parts.part("descriptor", name)
            needed = {need: stores[need] for need in module.NEEDS}
            uses = descriptor_uses(pipelines, name)
            module.write(described.folder / f"{name}.zarr", needed, uses, options, threads, log)
    return described
