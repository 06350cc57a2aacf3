"""The pipelines of the config and their searches: which there are, how many trials, what descriptors must hold."""

from ferrotune.pipelines.pipeline import Pipeline, begins_with_earlier, space_of, trains
from ferrotune.search.standstill import AUTO, MOST_TRIALS, first_judged


def apart(config):
    """The search of each pipeline, taken out of the config.

    Returns
    -------
    config : dict, the same without the pipelines' own `search`: what shapes a trial is what is left of a pipeline
    searches : dict of pipeline -> dict, the common `search`, overridden key by key by the pipeline's own
    """
    plain, searches = {}, {}
    for name, pipeline in config["pipelines"].items():
        plain[name] = {key: value for key, value in pipeline.items() if key != "search"}
        searches[name] = {**config["search"], **pipeline.get("search", {})}
    return {**config, "pipelines": plain}, searches


def map_axes(pipeline, search):
    """The two parameters that a pipeline is a map of.

    A map is every setting of a space in which just two parameters have more than one value: a setting is one trial,
    and nothing is left to be chosen or averaged over.

    Parameters
    ----------
    pipeline : dict, an entry of the config
    search : dict, its search

    Returns
    -------
    dict of str to list
        The values of each, in the config's order; empty where the pipeline is no map.
    """
    if "choice" in pipeline:
        return {}
    values = Pipeline.from_config(pipeline).space.parameters
    varied = {name: list(values[name]) for name in values if len(values[name]) > 1}
    return varied if search["mode"] == "exhaustive" and len(varied) == 2 else {}


def ends_by_itself(search):
    """Whether a search ends where its front stands still (`trials: auto`)."""
    return search["trials"] == AUTO and search["mode"] != "exhaustive"


def trial_count(pipeline, search):
    """Number of trials of a pipeline: its search's, or all of the space where these are fewer or are asked for.

    Of a search that ends by itself it is the most.
    """
    size = space_of(pipeline).size
    if search["mode"] == "exhaustive":
        return size
    return min(MOST_TRIALS if search["trials"] == AUTO else search["trials"], size)


def round_count(trials, search):
    """Number of rounds of so many trials."""
    return -(-trials // search["batch"])


def judged_rounds(trials, search):
    """Rounds (range) after which a search of at most so many trials may end by itself; never after the last one."""
    first = max(round_count(first_judged(search["startup"]), search) - 1, 0)
    return range(first, round_count(trials, search) - 1) if ends_by_itself(search) else range(0)


def round_search(search):
    """What of a search shapes a round's proposals: not the number of trials, nor what guides where nothing does."""
    idle = ("trials", "give_up", *(("startup", "seed") if search["mode"] == "exhaustive" else ()))
    return {key: value for key, value in search.items() if key not in idle}


def gives_up(entry, search):
    """Whether trials of a config's entry are given up while they are trained, where earlier rounds did better."""
    return search.get("give_up", False) and trains(entry)


def looks_back(entry, search):
    """Whether the evaluation of a config's entry needs the rounds before: to start from their models, or to give up."""
    return begins_with_earlier(entry) or gives_up(entry, search)


def startup_count(search):
    """Trials of a search before its history guides; 0 where nothing does."""
    return search["startup"] if search["mode"] == "tpe" else 0


def descriptor_uses(pipelines, descriptor):
    """What the pipelines of the config that use a descriptor need of its store, as `ferrotune.descriptors` says."""
    return [Pipeline.from_config(p).use for p in pipelines.values() if p.get("descriptor") == descriptor]


def users_of(pipelines, descriptor):
    """Names (list) of the pipelines of the config that use a descriptor."""
    return [name for name, pipeline in pipelines.items() if pipeline.get("descriptor") == descriptor]


def pipeline_entry(pipelines, name):
    """A pipeline's entry in the config; of a choice the entries that it names stand in it."""
    entry = pipelines[name]
    return {"choice": {member: pipelines[member] for member in entry["choice"]}} if "choice" in entry else entry


def searched(pipelines):
    """Names (list) of the pipelines that are searched: all but those that are there for a choice only."""
    return [name for name, pipeline in pipelines.items() if pipeline.get("alone", True)]
