"""Which setting makes the first map of an image: the one that serves, or the best of a first look."""

from ferrotune.errors import InputError
from ferrotune.live.first_map import apply_setting, described
from ferrotune.live.serving import Serving, best_of, first_pipeline, first_settings
from ferrotune.segmentation.statuses import FAILED


def _first_look(measured, name, series, threads):
    """The best of a few settings on an image: Serving, SettingOnImage, Outcome."""
    config, pipeline = series.config, first_pipeline(series.entries)
    if pipeline is None:
        raise InputError("config: pipelines: all of them train a model; let one be there that does not, as cell_gmm")
    own, settings = first_settings(series.entries[pipeline], config["objectives"], config["search"]["seed"])
    with described(measured, own, settings, config, threads) as store:
        tried = [apply_setting(measured, store, own, setting, config) for setting in settings]
    outcomes = [on_image.outcome() for on_image in tried]
    best = best_of(outcomes)
    if best is None:
        raise InputError(f"no setting of {pipeline} finds domains: {outcomes[0].reason or outcomes[0].status}")
    return Serving(pipeline, own, settings[best], f"first look at {name}"), tried[best], outcomes[best]


def first_outcome(measured, name, series, serving=None, threads=1):
    """Segment an image by the setting that serves; where none does, or it fails, by the best of a first look.

    Parameters
    ----------
    measured : ferrotune.live.measuring.MeasuredImage
    name : str, of the image
    series : ferrotune.live.series.LiveSeries
    serving : ferrotune.live.serving.Serving, optional
    threads : int

    Returns
    -------
    Serving
        The one that was given, or that of the first look.
    ferrotune.live.first_map.SettingOnImage
    ferrotune.search.outcomes.Outcome

    Raises
    ------
    InputError
        Where no setting gives a label to any site.
    """
    if serving is not None:
        with described(measured, serving.own, [serving.setting], series.config, threads) as store:
            on_image = apply_setting(measured, store, serving.own, serving.setting, series.config)
        outcome = on_image.outcome()
        if outcome.status != FAILED:
            return serving, on_image, outcome
    return _first_look(measured, name, series, threads)
