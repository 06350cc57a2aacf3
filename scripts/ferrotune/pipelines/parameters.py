"""What a parameter of a pipeline may be: the JSON schema of its entry in the config, and what it is called.

Snakemake reads the parts' parameters at the start of every job: nothing that is slow to import may be imported here,
nor at the top of a part's file.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """A parameter of a part.

    Attributes
    ----------
    schema : dict, JSON schema of its entry: a list of values, or a range {low, high, step} with both ends
    said : str, how figures say a value: "rank {}"
    unset : str, how they say that there is none (null, 0 or "none"); empty: as any other value
    default : what holds where the config leaves it out; None: it may not
    """

    schema: dict
    said: str
    unset: str = ""
    default: float | str | bool | None = None


def one_of(*schemas):
    """Entry: a list of values, each of one of some kinds."""
    items = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"type": "array", "minItems": 1, "items": items}


def _number(low=None, high=None, kind="number", null=False, above=None):
    """Entry: a list of numbers or a range of them, within limits."""
    limits = {"minimum": low, "maximum": high, "exclusiveMinimum": above}
    limits = {key: value for key, value in limits.items() if value is not None}
    listed = {"type": [kind, "null"] if null else kind, **limits}
    step = {"type": kind, "exclusiveMinimum": 0}
    ends = {"low": {"type": kind, **limits}, "high": {"type": kind, **limits}, "step": step}
    ranged = {"type": "object", "additionalProperties": False, "required": list(ends), "properties": ends}
    return {"anyOf": [one_of(listed), ranged]}


def choice(*names):
    """Entry: a list of some names."""
    return one_of({"enum": list(names)})


NOT_NEGATIVE = _number(low=0)
WINDOW = _number(low=0.1, high=20)  # cells; below half a cell a patch shows the column alone
SPECTRAL_WINDOW = _number(low=1, high=8)  # cells; the frequencies of a larger one would be thousands
STRIDE = _number(low=0.25, high=8)  # cells
RANKED = "rank {}", "raw (no reduction)"  # how ranks are said
RANK = _number(low=1, kind="integer")
RANK_OR_NONE = _number(low=1, kind="integer", null=True)
COUNT = _number(low=1, high=20, kind="integer")
MANY = _number(low=1, kind="integer")
POSITIVE = _number(above=0)
SHARE = _number(low=0, high=1)
YES_OR_NO = one_of({"type": "boolean"})

DENOISERS = ("gaussian", "median", "non_local_means", "total_variation")  # of ferrotune.images.preprocessing
_DENOISED = {
    "type": "string",
    "pattern": f"^(none|({'|'.join(DENOISERS)}) [0-9]+([.][0-9]+)?)$",
    "unfit": f"no denoiser; write none, or a name and a strength ('gaussian 1'): {', '.join(DENOISERS)}",
}
PREPROCESSING = {
    "flatten": Parameter(NOT_NEGATIVE, "background {} cells", unset="background left"),
    "denoise": Parameter(one_of(_DENOISED), "{}", unset="not smoothed"),
}
# Which quantities of ferrotune.cells.neighbourhoods a choice of `features` of the descriptor `cells` holds.
FEATURES = {
    "displacement": ("displacement",),
    "lattice": ("lengths", "angle"),
    "vectors": ("vectors",),
    "geometry": ("displacement", "vectors", "lengths", "angle"),
    "all": ("displacement", "vectors", "lengths", "angle", "intensity"),
}
