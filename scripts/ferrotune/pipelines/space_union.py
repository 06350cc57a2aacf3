"""The space of a search over several pipelines: each has parameters of its own, which only it uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from ferrotune.errors import InputError
from ferrotune.pipelines.space import Space

CHOICE = "pipeline"  # the parameter that says which pipeline a setting is of


@dataclass(frozen=True)
class SpaceUnion:
    """Settings of several spaces, each with the name of its own under `pipeline`; used as a `Space` is.

    Settings are numbered space by space. A parameter of a member is called member.parameter.
    """

    members: Mapping[str, Space]

    @property
    def names(self):
        """The choice of the member, then all members' parameters."""
        return (CHOICE, *(f"{m}.{name}" for m, space in self.members.items() for name in space.names))

    @property
    def size(self):
        """The number of distinct settings."""
        return sum(space.size for space in self.members.values())

    def _owner(self, name):
        member = next(m for m in self.members if name.startswith(f"{m}."))
        return self.members[member], name.removeprefix(f"{member}.")

    def values(self, name):
        """The values of one parameter, in order."""
        if name == CHOICE:
            return tuple(self.members)
        space, own = self._owner(name)
        return space.values(own)

    def ordered(self, name):
        """Whether a parameter is an ordered range, not a choice."""
        if name == CHOICE:
            return False
        space, own = self._owner(name)
        return space.ordered(own)

    def active(self, member):
        """Names of the parameters that count for a member (str): its own."""
        return tuple(f"{member}.{name}" for name in self.members[member].names)

    def encode(self, setting):
        """Each parameter's index into its values, -1 for those of other members."""
        if setting.get(CHOICE) not in self.members:
            raise InputError(f"setting {dict(setting)}: its pipeline is not one of {list(self.members)}; start afresh")
        own = {name: value for name, value in setting.items() if name != CHOICE}
        chosen = setting[CHOICE]
        found = [self.values(CHOICE).index(chosen)]
        for member, space in self.members.items():
            found += space.encode(own) if member == chosen else [-1] * len(space.names)
        return tuple(found)

    def decode(self, indices):
        """The setting of one index per parameter; those of members that are not chosen do not count."""
        chosen = self.values(CHOICE)[int(indices[0])]
        by_name = dict(zip(self.names, indices, strict=True))
        return {CHOICE: chosen, **self.members[chosen].decode([by_name[name] for name in self.active(chosen)])}

    def setting(self, index):
        """Setting number `index` of 0 ... size - 1; IndexError outside."""
        rest = index
        for member, space in self.members.items():
            if 0 <= rest < space.size:
                return {CHOICE: member, **space.setting(rest)}
            rest -= space.size
        raise IndexError(f"setting {index} of a space of {self.size}")

    def index(self, setting):
        """The number of a setting (the inverse of `setting`)."""
        before = 0
        for member, space in self.members.items():
            if member == setting[CHOICE]:
                return before + space.index({name: value for name, value in setting.items() if name != CHOICE})
            before += space.size
        raise InputError(f"setting {dict(setting)}: its pipeline is not one of {list(self.members)}; start afresh")

    def __iter__(self):
        """All settings, in order of their numbers."""
        return chain.from_iterable(
            ({CHOICE: member, **setting} for setting in space) for member, space in self.members.items()
        )
