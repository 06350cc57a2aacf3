"""A methods paragraph of a series, with its numbers filled in."""

import math
import platform
from importlib.metadata import PackageNotFoundError, version
from textwrap import fill

from ferrotune import __version__
from ferrotune.exports.citations import cited
from ferrotune.figures.style import length_unit
from ferrotune.figures.wording import PARAMETERS, describe
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import members_of, trains
from ferrotune.rewards import REWARDS

WIDTH = 100  # letters in a line
SOFTWARE = ("snakemake", "numpy", "scipy", "scikit-learn", "scikit-image", "hyperopt", "torch", "pyro-ppl")
NAMES = ("Gaussian", "Bayesian")
TRAINS = ("torch", "pyro-ppl")  # named only where a model is trained
SELECTED_BY = {
    "knee": "selected as the knee of the front",
    "config": "selected by hand",
    "evidence": "shown although no trial is on the front, since it has the most evidence",
}


FOUND = {  # by the finder of columns
    "lattice": "located on the lattice of the image and refined together as Gaussians",
    "blob_log": "found in whole pixels as maxima of the Laplacian of Gaussian of the image, with fixed settings",
    "log_rewards": (
        "found in whole pixels as maxima of the Laplacian of Gaussian of the image, whose range of scales, threshold "
        "and overlap were searched on each image by the number and the spacing of the columns (LoG*, Digital Discovery "
        "2024, doi 10.1039/D4DD00132J)"
    ),
}


def _number(value, digits=3):
    return f"{value:.{digits}g}"


def _and(words):
    """Words as a list in a sentence."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _length(px, pixel_size_pm):
    """A length, px, in pm where the pixel size is known."""
    return f"{_number(px)} px" if pixel_size_pm is None else f"{_number(px * pixel_size_pm)} pm"


def _is(value):
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def image_sentences(image):
    """Sentences (str) on an image, its columns and its unit cells.

    Parameters
    ----------
    image : dict
        name, source, shape (px), used (share of the pixels), pixel_size_pm or None, sm_percent or None, dose or None
        (counts at the peak of an A column, of a simulated image), finder (optional), columns (numbers of columns of A,
        B and neither), sigma_px (median standard error, or None), cell_px, mean_p_px, noise_p_px, scan_noise_px.
    """
    size = image["pixel_size_pm"]
    height, width = image["shape"]
    said = f"{image['name']} ({image['source']}"
    said += f", {_number(image['sm_percent'])} % Sm" if _is(image["sm_percent"]) else ""
    said += f", dose {_number(image['dose'])} counts at the peak of an A column" if _is(image["dose"]) else ""
    said += f") has {height} x {width} px"
    said += " of unknown size" if size is None else f" of {_number(size, 4)} pm"
    if size is not None:
        said += f" ({_number(height * size / 1000)} x {_number(width * size / 1000)} nm)"
    said += f", of which {100 * image['used']:.0f} % were analysed. "
    a, b, neither = image["columns"]
    said += f"{a} columns A and {b} columns B were found"
    said += f" ({neither} belong to neither)" if neither else ""
    if _is(image["sigma_px"]):
        said += f", with a median standard error of the position of {_length(image['sigma_px'], size)} along each axis"
    said += f"; the mean unit cell has an edge of {_length(image['cell_px'], size)}. "
    if _is(image["mean_p_px"]):
        said += (
            f"The mean displacement of B from its place among the A columns is {_length(image['mean_p_px'], size)}, "
        )
        said += f"where noise alone would give {_length(image['noise_p_px'], size)}. "
    if _is(image["scan_noise_px"]) and image["scan_noise_px"] > 0:
        said += f"Scan rows were shifted by {_length(image['scan_noise_px'], size)} RMS; these shifts were taken off. "
    return said.strip()


def spectra_sentences(grid):
    """Sentences (str) on a grid of spectra.

    Parameters
    ----------
    grid : dict
        name, source, shape (rows, columns), used (share of the sites), pixel_size_pm or None (the distance of
        neighbouring sites), steps, axis_name, axis_unit, axis (its lowest and its highest value), channels (list of
        str), interpolated (number of points).
    """
    low, high = grid["axis"]
    unit = f" {grid['axis_unit']}" if grid["axis_unit"] else ""
    source = "a simulated toy set" if grid["source"] == "simulated" else grid["source"]
    rows, columns = grid["shape"]
    said = f"{grid['name']} ({source}) has spectra at {rows} x {columns} sites"
    said += f" that are {_number(grid['pixel_size_pm'] / 1000, 4)} nm apart" if _is(grid["pixel_size_pm"]) else ""
    said += (
        f", of which {100 * grid['used']:.0f} % were analysed. Each has {grid['steps']} steps of {grid['axis_name']}"
    )
    said += f" from {_number(low)} to {_number(high)}{unit}, of {_and(grid['channels'])}. "
    count = grid["interpolated"]
    return said + (f"{count} bad points were interpolated." if count else "No point was bad.")


def _part(kind, name):
    """What a part is, in lower case where it is no name: the first words of its file."""
    words = parts.part(kind, name).__doc__.splitlines()[0].partition(":")[0].rstrip(".")
    return words if words.startswith(NAMES) or words[1:2].isupper() else words[0].lower() + words[1:]


def _pipeline_of(entry):
    """What the members of a pipeline's entry do."""
    said = []
    for name, member in members_of(entry).items():
        steps = [_part(kind, getattr(member, kind)) for kind in parts.KINDS]
        said.append(f"{name + ': ' if name else ''}{steps[0]}; {steps[1]}; {steps[2]}")
    return " / ".join(said)


def search_sentences(pipeline, entry, search, results):
    """Sentences (str) on the search of a pipeline, and on what it selected on each image.

    Parameters
    ----------
    pipeline : str
    entry : dict, the pipeline in the config
    search : dict, its search
    results : dict of image name to dict
        answer, chosen_by, parameters (the selected trial's row, empty without one), cell_px, trials, ok_trials,
        n_walls, wall_width_cells.
    """
    way = "all settings were tried in order"
    if search["mode"] == "tpe":
        way = (
            f"{search['startup']} settings were spread over the space, and further ones proposed by the tree-structured"
        )
        way += " Parzen estimator"
    said = (
        f"Pipeline {pipeline} ({_pipeline_of(entry)}): {way}, in rounds of {search['batch']}, seed {search['seed']}. "
    )
    for image, found in results.items():
        stand = " that stand" if found.get("judged", True) else ""
        said += f"{image}: of {found['trials']} trials {found['ok_trials']} had walls{stand}; answer: "
        said += f"{found['answer']}"
        if found["parameters"]:
            setting = {
                name: value for name, value in found["parameters"].items() if name in PARAMETERS or name in ("w1", "w2")
            }
            words = ", ".join(describe({k: v for k, v in setting.items() if v is not None}, found["cell_px"]))
            said += f"; setting {SELECTED_BY.get(found['chosen_by'], 'selected')}: {words}"
        if found["n_walls"]:
            width, count = found["wall_width_cells"], found["n_walls"]
            said += "; 1 wall" if count == 1 else f"; {count} walls"
            unit = length_unit(found["cell_px"])
            said += f" with a median width of {_number(width, 2)} {unit}" if _is(width) else ""
        said += ". "
    return said.strip()


def judge_sentences(objectives, rate):
    """Sentences (str) on the rewards of the search (dict of name to direction) and on the judge (rate, or None)."""
    goals = [
        f"{name} ({direction[:-1]}ed; {REWARDS[name].function.__doc__.splitlines()[0].rstrip('.')})"
        for name, direction in objectives.items()
    ]
    said = f"Trials were compared by {_and(goals)}; the front holds those that no other trial dominates. "
    if rate is None:
        return said + "Walls were not judged (mode paper)."
    said += "A boundary stands as a wall if the step across it exceeds those on null maps with the same spectrum and no"
    said += f" domains, at a false discovery rate of {_number(rate)}. The selected trial was judged again on null maps"
    return said + " that had no part in its selection."


def versions(trained):
    """Versions (str) of ferrotune and of what it rests on; `trained`: whether models were trained."""
    found = []
    for name in (name for name in SOFTWARE if trained or name not in TRAINS):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"ferrotune {__version__}, Python {platform.python_version()}, {', '.join(found)}"


def methods_text(images, searches, objectives, rate, of_spectra=False):
    """The paragraph, with the numbers of the citations.

    Parameters
    ----------
    images : list of dict, see `image_sentences` or, `of_spectra`, `spectra_sentences`
    searches : list of (pipeline, entry, search, results), see `search_sentences`
    objectives, rate : as in `judge_sentences`

    Returns
    -------
    text : str
    keys : list of str, what is cited: keys of `ferrotune.exports.citations.CITATIONS`
    """
    keys = cited([entry for _, entry, _, _ in searches], [search for _, _, search, _ in searches], rate)
    if of_spectra:
        blocks = ["Spectra", *map(spectra_sentences, images)]
        first = "Sites are the points of the grid."
    else:
        blocks = ["Images", *map(image_sentences, images)]
        first = f"Atomic columns were {FOUND[images[0].get('finder', 'lattice')]}."
    first += " Descriptors of sites were reduced and clustered; boundaries of clusters were traced"
    first += "." if rate is None else " and judged."
    blocks += ["Segmentation", first, judge_sentences(objectives, rate)]
    blocks += [search_sentences(*search) for search in searches]
    trained = any(trains(entry) for _, entry, _, _ in searches)
    blocks += ["Software", f"{versions(trained)}.", f"Cite: {', '.join(keys)} (citations.bib)."]
    return "\n\n".join(
        fill(block, WIDTH, break_long_words=False, break_on_hyphens=False) for block in blocks
    ) + "\n", keys
