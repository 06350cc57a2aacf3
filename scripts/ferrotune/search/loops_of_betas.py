"""Loops that models generate at several betas: one amortised model, or trials that differ in beta alone."""

import numpy as np

from ferrotune.loops.generated import along_scores

ROWS = 5  # betas at most. Ours
COLUMNS = 4  # latent variables at most, those that say most. Ours


def models_of_betas(own, selected, settings):
    """Trials whose models differ from that of the selected one in beta alone.

    Parameters
    ----------
    own : Pipeline of the selected trial
    selected : int, its number
    settings : dict of trial -> setting (dict), of trials of this pipeline

    Returns
    -------
    dict of beta -> trial, in the order of beta; the first trial of each, for its own beta the selected one
    """
    names = [name for name in own.part("reduction").PARAMETERS if name in own.space.names and name != "beta"]
    names += [name for name in own.part("descriptor").PARAMETERS if name in own.space.names]
    same = {t: s for t, s in settings.items() if all(s[name] == settings[selected][name] for name in names)}
    found = {}
    for trial in sorted(same, key=lambda trial: (trial != selected, trial)):
        found.setdefault(same[trial]["beta"], trial)
    return dict(sorted(found.items()))


def some_of(values, kept):
    """At most ROWS of sorted values (list), evenly, with the one that is to be kept.

    Examples
    --------
    >>> some_of([1, 2, 3, 4, 5, 6, 7, 8, 9], 4)
    [1, 4, 5, 7, 9]
    """
    if len(values) <= ROWS:
        return values
    places = np.linspace(0, len(values) - 1, ROWS).round().astype(int)
    own = values.index(kept)
    places[np.abs(places - own).argmin()] = own
    return [values[place] for place in places]


def betas_of(amortised, known, own):
    """Betas (list of float) to show: of an amortised model those that it serves, else the known ones (sorted).

    own : float, of the selected trial; it is among them.
    """
    from ferrotune.loop_vae.architecture import BETAS

    if not amortised:
        return some_of(known, own)
    spread = np.geomspace(*BETAS, ROWS - 1)
    return sorted({own, *(beta for beta in spread.tolist() if not np.isclose(beta, own))})


def _along(checkpoint, latents, beta):
    """Loops (latent, point, step) along each latent variable, over the range of the sites."""
    from ferrotune.loop_vae.encoding import decode_loops

    at = along_scores(latents.z.astype(float))
    return decode_loops(checkpoint, at.reshape(-1, at.shape[-1]), beta).reshape(*at.shape[:2], -1)


def _turned(loops, first):
    """Loops (point, step), from the other end if they change against `first` (point, step): a sign has no meaning."""
    return loops[::-1] if ((loops[-1] - loops[0]) * (first[-1] - first[0])).sum() < 0 else loops


def loops_of_betas(models, loops, amortised, own):
    """Loops along the leading latent variables at each beta.

    Parameters
    ----------
    models : dict of beta -> checkpoint (arrays, attributes); of an amortised model, the same for each beta
    loops : (site, step) float32, in the units that the models were trained on
    amortised : bool
        The columns are then the same variables at all betas, ordered by what they say at the beta of the selected
        trial; otherwise each model has its own, ordered by what they say there, and turned as in the first row.
    own : float, the beta of the selected trial

    Returns
    -------
    dict of array
        beta (beta,); loss (beta, 3): total loss, mean squared error, divergence (nats); variable (beta, column) int,
        the number of the latent variable; divergence (beta, column) nats, 0 for one that says nothing; traversal
        (beta, column, point, step), from the 2nd to the 98th percentile of the sites.
    """
    from ferrotune.loop_vae.encoding import encode_loops, loss_of_loops

    latents = {beta: encode_loops(checkpoint, loops, beta) for beta, checkpoint in models.items()}
    says = {beta: of.divergence for beta, of in latents.items()}
    order = {beta: np.argsort(-says[own if amortised else beta], kind="stable")[:COLUMNS] for beta in models}
    shown = max(1, *(int(latents[beta].used[order[beta]].sum()) for beta in models))  # others never say anything
    found = {name: [] for name in ("loss", "variable", "divergence", "traversal")}
    for beta, checkpoint in models.items():
        columns = order[beta][:shown]
        along = _along(checkpoint, latents[beta], beta)[columns]
        if found["traversal"] and not amortised:
            along = np.stack([_turned(*pair) for pair in zip(along, found["traversal"][0], strict=True)])
        found["loss"].append(loss_of_loops(checkpoint, loops, beta))
        found["variable"].append(columns)
        found["divergence"].append(says[beta][columns])
        found["traversal"].append(along)
    return {"beta": np.array(list(models), float)} | {name: np.stack(of) for name, of in found.items()}
