"""Kinds of series: of images, or of spectral images. What each of them has, and what its run makes."""

from ferrotune.errors import InputError
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import members_of

IMAGE, SPECTRA = "image", "spectra"
# Stores of an image by the name that rules and descriptors use; a kind that lacks one has none.
STORES = {
    IMAGE: {"image": "image.zarr", "columns": "columns.zarr", "cells": "cells.zarr"},
    SPECTRA: {"image": "spectra.zarr", "spectra": "spectra.zarr"},
}
FILMS = ("twin", "null")  # of known truth that are like an image; each has the stores of an image
# Rules whose outputs are the results of a run; beside those of all kinds.
OF_ALL = ("check_sheet", "summary", "series_figure", "series_page", "pipeline_figures")
OF_ALL += ("components", "explorer", "tables")
OF_KIND = {IMAGE: ("image_figures",), SPECTRA: ("spectra_figures", "mechanisms", "traversals")}
OF_MODELS = {IMAGE: ("latents",), SPECTRA: ("loop_betas",)}  # of pipelines that train a model


def kind_of(images):
    """Kind (str) of a series, from the rows (dict of name -> dict) of its sample sheet.

    Raises
    ------
    InputError
        Where the rows are of several kinds: the unit cells of one have no counterpart in the other.
    """
    kinds = {name: row.get("kind") or IMAGE for name, row in images.items()}
    if len(set(kinds.values())) > 1:
        one, other = (next(name for name in kinds if kinds[name] == kind) for kind in (IMAGE, SPECTRA))
        raise InputError(
            f"sample sheet: {one} is an image and {other} is spectra (column kind); a series is of one kind: "
            "make a sheet for each"
        )
    return next(iter(kinds.values()), IMAGE)


def check_kind(kind, entries):
    """Refuse (InputError) pipelines (dict of name -> config's entry) whose descriptors the kind of series has not."""
    for name, entry in entries.items():
        for member in members_of(entry).values():
            if (SPECTRA in parts.part("descriptor", member.descriptor).NEEDS) == (kind == SPECTRA):
                continue
            if kind == SPECTRA:
                raise InputError(
                    f"config: pipelines.{name}: the descriptor {member.descriptor} needs an image, and the rows of the "
                    f"sample sheet are spectra (column kind); leave the pipeline out ({name}: null), or start from "
                    "config/spectra.yaml"
                )
            raise InputError(
                f"config: pipelines.{name}: the descriptor {member.descriptor} needs spectra, and the rows of the "
                "sample sheet are images; write spectra into their column kind, or take another descriptor"
            )


def stores_of(kind, folder):
    """Paths (dict of name -> path) of the stores of an image in its folder; an empty list where the kind has none."""
    known = {name for names in STORES.values() for name in names}
    return {name: f"{folder}/{STORES[kind][name]}" if name in STORES[kind] else [] for name in sorted(known)}


def film_stores(folder):
    """Paths (dict of FILM_NAME -> path) of the stores of the films that are like an image, in its folder."""
    stores = STORES[IMAGE].items()
    return {f"{film}_{name}": f"{folder}/films/{film}/{store}" for film in FILMS for name, store in stores}


def loop_specimen(simulation, image):
    """Settings (dict) of the toy set to simulate, and its seed (int), from the config's `spectra.simulation`."""
    chosen = simulation["default"] | simulation["images"].get(image, {})
    return chosen, chosen.pop("seed", simulation["seed"])


def target_files(rules, names, expand, **values):
    """Files (list of str) that the named rules (`names`) of a workflow make, each once.

    Parameters
    ----------
    rules : Snakemake's rules
    names : iterable of str
    expand : Snakemake's function
    values : lists of the wildcards' values
    """
    patterns = [str(path) for name in names for path in getattr(rules, name).output]
    return list(dict.fromkeys(path for pattern in patterns for path in expand(pattern, **values)))
