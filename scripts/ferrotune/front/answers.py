"""The answer for an image and a pipeline: walls, gradual, or uniform, and why."""

from ferrotune.segmentation.statuses import FAILED, VARIES

WALLS, GRADUAL, UNIFORM = "walls", "gradual", "uniform"
FEW_SITES = 200  # our choice: fewer have hardly a boundary that can be compared with others
MOST_DROPPED = 0.5  # share of the sites


def variation_of(table, trial):
    """How much the image varies over a few cells, from the selected trial, else from all; 0 where no trial says."""
    own = table.loc[table["trial"] == trial, "variation"]
    values = own if own.notna().any() else table["variation"]
    return float(values.max()) if values.notna().any() else 0.0


def answer_of(variation, standing):
    """Answer for an image: "walls" if a wall stands, else "gradual" if it varies over a few cells, else "uniform".

    Examples
    --------
    >>> answer_of(0.3, standing=2), answer_of(0.3, standing=0), answer_of(0.01, standing=0)
    ('walls', 'gradual', 'uniform')
    """
    if standing:
        return WALLS
    return GRADUAL if variation > VARIES else UNIFORM


def reason_of(answer, variation, verdict, standing, walls):
    """Tests that decided the answer, each with its value and its limit, as a sentence.

    Parameters
    ----------
    answer : str
    variation : float
    verdict : ferrotune.segmentation.statuses.Verdict of the selected trial, or None without one
    standing, walls : int
        Walls of the selected trial that stand, and all that were traced.
    """
    varies = f"variation over a few cells {variation:.3f}, limit {VARIES:g}"
    if verdict is None:
        return f"no trial has two clusters; {varies}"
    if verdict.status == FAILED:
        return f"the selected trial failed; {varies}"
    if not verdict.judged:
        return f"{walls} wall{'s'[: walls != 1]} traced, none judged" if walls else f"no wall was traced; {varies}"
    test = f"{verdict.test} {verdict.value:.2g}, limit {verdict.limit:g}"
    return f"{standing} of {walls} walls stand: {test}" if answer == WALLS else f"no wall stands: {test}; {varies}"


def caution_of(sites, dropped):
    """Warning (str) where an analysis rests on few sites; empty otherwise.

    sites : int, sites in use. dropped : int, sites left out.
    """
    total = sites + dropped
    if total and dropped > MOST_DROPPED * total:
        return f"rests on {sites} of {total} sites: the others were left out, see the log of `describe`"
    return f"rests on {sites} sites only" if sites < FEW_SITES else ""


def summary_words(answer, trial, standing, judged=True):
    """Answer in a few words, for tables, logs and titles; `judged`: whether walls were judged, not only traced.

    Examples
    --------
    >>> summary_words("walls", 4, 2), summary_words("walls", 4, 2, judged=False)
    ('walls: trial 4, 2 walls', 'walls: trial 4, 2 walls traced')
    """
    if trial is None:
        return answer
    walls = f"{standing} wall{'s'[: standing != 1]}" if answer == WALLS else "no wall" if judged else "no wall traced"
    how = {(True, False): " traced", (False, True): " stands"}.get((answer == WALLS, judged), "")
    return f"{answer}: trial {trial}, {walls}{how}"
