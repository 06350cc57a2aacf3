"""Which results are the counterparts of the figures of Barakati et al., arXiv 2411.12612."""

from ferrotune.errors import InputError

# Which films the paper's figures show is not known to us: the films are our choice. Sm_0 has two variants, which one
# latent variable can separate; Sm_10 has four; the domains of Sm_13 are small, so that the size of the window matters.
COUNTERPARTS = {
    "fig_1": "figures/images",
    "fig_2": "Sm_13/patch_gmm_window/figures/polarization_maps",
    "fig_3": "Sm_13/patch_gmm_window/figures/segmentations",
    "fig_4": "Sm_10/patch_gmm/figures/front",
    "fig_5_A-H": "Sm_0/crvae/figures/latent_space",
    "fig_5_I-L": "Sm_0/crvae/figures/latent_uncertainty",
    "fig_6": "Sm_0/crvae/figures/latent_density",
    "fig_7": "Sm_0/crvae/figures/front",
    "fig_S1": "Sm_0/patch_gmm_mixture/figures/maps",
    "fig_S2": "Sm_7/patch_gmm_mixture/figures/maps",
    "fig_S3": "Sm_10/patch_gmm_mixture/figures/maps",
    "fig_S4": "Sm_13/patch_gmm_mixture/figures/maps",
    "fig_S5": "Sm_20/patch_gmm_mixture/figures/maps",
    "fig_S6": "Sm_13/patch_gmm_window/figures/maps",
    "fig_S7": "Sm_10/patch_gmm_mixture/figures/segmentations",
    "fig_S8": "Sm_10/patch_gmm/figures/confidence",
}
# image and pipeline of each counterpart of one search, once
SEARCHES = list(dict.fromkeys(tuple(path.split("/")[:2]) for path in COUNTERPARTS.values() if path.count("/") > 1))


def counterparts(results, images, pipelines, suffix):
    """Paths of the results that are the counterparts of the paper's figures.

    Parameters
    ----------
    results : str, folder of the series
    images, pipelines : names of the series' own
    suffix : str, such as "png"

    Returns
    -------
    list of str, in the order of COUNTERPARTS

    Raises
    ------
    InputError
        If the series lacks an image or a pipeline that they need.

    Examples
    --------
    >>> counterparts("results/demo", ["Sm_0"], ["patch_gmm"], "png")
    Traceback (most recent call last):
    ferrotune.errors.InputError: the paper's figures need image ..., ...; run make paper-figures
    """
    for kind, place, known in (("image", 0, images), ("pipeline", 1, pipelines)):
        lacking = [name for name in dict.fromkeys(search[place] for search in SEARCHES) if name not in known]
        if lacking:
            others = ", ..." if len(lacking) > 1 else ""
            raise InputError(f"the paper's figures need {kind} {lacking[0]}{others}; run make paper-figures")
    return [f"{results}/{path}.{suffix}" for path in COUNTERPARTS.values()]
