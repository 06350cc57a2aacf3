"""The rewards that a config asks for, checked against the registry."""

from ferrotune.errors import InputError
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import members_of
from ferrotune.rewards import REWARDS, cheap

CHEAP = "cheap"  # in the config's list of rewards: all that cost next to nothing
# Where the config names none: what the judge finds beyond null maps (docs/rewards.md), and the paper's pair.
PAIRS = {
    "guarded": {"boundary_evidence": "maximise", "label_evidence": "maximise"},
    "paper": {"curvature": "minimise", "length": "maximise"},
}


def with_objectives(config):
    """The config with its objectives, or those of its mode where it names none."""
    if config.get("objectives"):
        return config
    # Compared, not looked up: a mode that is a list by mistake is refused later, in one line.
    return config | {"objectives": next((pair for mode, pair in PAIRS.items() if mode == config["mode"]), {})}


def false_discovery_rate(config):
    """Rate of walls that may be false in a segmentation; None in mode paper, where walls are not judged."""
    return config["judge"]["false_discovery_rate"] if config["mode"] == "guarded" else None


def check_rewards(config, entries):
    """Refuse (InputError) rewards that there are not, directions against their physics, and what cannot be had.

    Parameters
    ----------
    config : dict with `objectives` and `rewards`
    entries : dict of the config's pipelines by name, choices with what they choose among
    """
    for key, further in (("objectives", ()), ("rewards", (CHEAP,))):
        for name in config[key]:
            if name not in (*REWARDS, *further):
                raise InputError(f"config: {key}: {name!r} is not allowed; allowed are {', '.join(REWARDS)}")
    for name, direction in config["objectives"].items():
        if direction != REWARDS[name].direction:
            raise InputError(
                f"config: objectives.{name}: {direction!r} is against its physics; it is to {REWARDS[name].direction}"
            )
        for pipeline, entry in entries.items():
            whole = {member.descriptor for member in members_of(entry).values()} - set(halved_descriptors(entry))
            if "halves" in REWARDS[name].needs and whole:
                raise InputError(
                    f"config: objectives.{name}: pipelines.{pipeline} has descriptors ({', '.join(sorted(whole))}) "
                    "that are not taken from the image, and only images have halves"
                )


def reward_names(config):
    """Names (list) of the rewards that each trial is given: the objectives, and what the key `rewards` adds."""
    further = [known for name in config["rewards"] for known in (cheap() if name == CHEAP else [name])]
    return list(dict.fromkeys([*config["objectives"], *further]))


def halved_descriptors(entry):
    """Descriptors (list of str) of a pipeline's entry that are taken from the image, so that halves of it have them."""
    names = dict.fromkeys(member.descriptor for member in members_of(entry).values())
    return [name for name in names if "image" in parts.part("descriptor", name).NEEDS]


def asks_for_halves(config):
    """Whether a reward of the config needs the two images of half the dose."""
    return any("halves" in REWARDS[name].needs for name in reward_names(config))
