"""Descriptors: numbers that describe each site. One file is one descriptor; the config names it by the file's name.

Files whose names begin with an underscore hold what the descriptors consist of: `_patch_cutting` cuts patches,
`_patch_stack` reads them, `_patch_store` writes their store; `_spectra` has Fourier transforms of windows,
`_window_grid` their places, `_fft_store` their store; `_cell_store` has the descriptors of refined columns.
`_removed_stack` removes large arrays when a run is over, and makes them again: an `open` that reads arrays which its
`write` adds by `ferrotune.files.stores.add_array` opens `with_stack(store)`.

A descriptor's module has

NEEDS : tuple of str, the stores of the image that it reads ("image", "columns", "cells")
POLAR : bool, whether it changes with the sign of the polarization, which then judges the trials
PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter, those that its values depend on
write(output, stores, uses, options, threads, log) : writes one store for all pipelines that use the descriptor
    stores: dict of paths by the names in NEEDS; uses: list of dict with `reduction`, its name, and `space`, the
    values (tuple) of the descriptor's parameters and of `rank`; options: dict with `sites` and `subpixel`.
    The store holds the sites: yx (site, 2) px, the arrays of `ferrotune.sites.sites.Sites`; attributes cell_px,
    pixel_size_pm and sites_per_cell, how many sites a unit cell has.
open(store, setting) : gives an object for all trials with the same parameters of the descriptor, with the method
    features(setting), the descriptors (site, p); and, where this is faster than from the features,
    principal_components(setting, rank), (site, rank).
"""
