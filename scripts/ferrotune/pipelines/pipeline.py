"""Pipelines: a descriptor, a reduction and a clustering by name, and the space of their settings."""

from dataclasses import dataclass

from ferrotune.pipelines import parts
from ferrotune.pipelines.space import Space
from ferrotune.pipelines.space_union import SpaceUnion


@dataclass(frozen=True)
class Pipeline:
    """A pipeline of the config: names of its parts, and its space."""

    descriptor: str
    reduction: str
    clustering: str
    space: Space

    @classmethod
    def from_config(cls, config, where="pipeline"):
        """Of the config's entry (dict); InputError where the space is not one (`where` is named)."""
        return cls(*(config[kind] for kind in parts.KINDS), Space.from_config(config["space"], f"{where}.space"))

    def part(self, kind):
        """The module of one of its parts."""
        return parts.part(kind, getattr(self, kind))

    def descriptor_key(self, setting):
        """What of a setting chooses its descriptors, as text: trials that agree in it share their reduction."""
        return tuple(str(setting[name]) for name in self.part("descriptor").PARAMETERS)

    @property
    def largest_rank(self):
        """Most numbers that a reduction of the space keeps; None where none is reduced."""
        ranks = self.space.values("rank") if "rank" in self.space.names else ()
        return max((rank for rank in ranks if rank is not None), default=None)

    @property
    def use(self):
        """What of it shapes the descriptor's store, as `ferrotune.descriptors` says."""
        hangs_on = [*self.part("descriptor").PARAMETERS, "rank"]
        return {
            "reduction": self.reduction,
            "space": {name: self.space.values(name) for name in hangs_on if name in self.space.names},
        }


def members_of(config):
    """Pipelines (dict by name) of a config's entry: itself, by an empty name, or those that it chooses among."""
    if "choice" in config:
        return {name: Pipeline.from_config(member) for name, member in config["choice"].items()}
    return {"": Pipeline.from_config(config)}


def space_of(config):
    """Space (or union of spaces) of a config's entry, which is a pipeline or a choice among some."""
    members = members_of(config)
    return SpaceUnion({name: m.space for name, m in members.items()}) if "choice" in config else members[""].space


def parameters_of(config):
    """Parameters (dict of name to `Parameter`) that a config's pipeline takes from its parts."""
    return {name: p for kind in parts.KINDS for name, p in parts.part(kind, config[kind]).PARAMETERS.items()}


def trains(config):
    """Whether a config's entry, or one that it chooses among, trains what reduces its descriptors."""
    return any(hasattr(member.part("reduction"), "train") for member in members_of(config).values())


def begins_with_earlier(config):
    """Whether trials of a config's entry may begin with what earlier ones trained (`warm_start`)."""
    spaces = [member.space for member in members_of(config).values()]
    return any(any(space.values("warm_start")) for space in spaces if "warm_start" in space.names)


def module_names(config):
    """Names (list) of the modules that are the parts of a config's entry."""
    members = members_of(config).values()
    return sorted({parts.module_name(kind, getattr(member, kind)) for member in members for kind in parts.KINDS})
