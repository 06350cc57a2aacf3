"""Pipelines: a descriptor, a reduction and a clustering by name, and the space of their settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from ferrotune import parts
from ferrotune.space import Space


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

    def descriptor_key(self, setting: Mapping):
        """What of a setting chooses its descriptors: trials that agree in it share their reduction."""
        return tuple(setting[name] for name in self.part("descriptor").PARAMETERS)

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


def parameters_of(config):
    """Parameters (dict of name to ferrotune.parameters.Parameter) that a config's pipeline takes from its parts."""
    return {name: p for kind in parts.KINDS for name, p in parts.part(kind, config[kind]).PARAMETERS.items()}


def module_names(config):
    """Names (list) of the modules that are a config's pipeline's parts."""
    return [parts.module_name(kind, config[kind]) for kind in parts.KINDS]
