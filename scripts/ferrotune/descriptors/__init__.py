"""Descriptors: numbers about each site. One file is one descriptor, named in the config by the file's name.

A descriptor's module has

NEEDS : tuple of str, the stores of the image that it reads ("image", "columns", "cells")
PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter, those of the space that it hangs on
write(output, stores, uses, options, threads, log) : writes its store for all pipelines that use it
    stores: dict of paths by the names in NEEDS; uses: list of dict with `reduction`, its name, and `space`, the
    values (tuple) of the descriptor's parameters and of `rank`; options: dict with `sites` and `subpixel`.
    The store holds the sites: yx (site, 2) px, the arrays of `ferrotune.sites.sites.Sites`; attributes cell_px,
    pixel_size_pm and sites_per_cell, how many sites a unit cell has.
open(store, setting) : what trials that agree in the descriptor's parameters share, with a method
    features(setting), the descriptors (site, p), and, where there is a faster way to them than from the
    features, principal_components(setting, rank), (site, rank). It may say where the guards must be stricter:
    shared(setting), whether neighbours share the noise of their descriptors; they then look further; and limits, a
    ferrotune.segmentation.guards.Limits.
"""
