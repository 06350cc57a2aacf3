"""The search space of a pipeline: a finite grid of settings, each a plain dict that JSON can hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ferrotune.errors import InputError

RANGE_KEYS = ("low", "high", "step")


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_scalar(value):
    return value is None or isinstance(value, str | bool) or _is_number(value)


def _choice_values(key, values):
    if not values:
        raise InputError(f"{key}: the list of values is empty; give at least one value")
    for position, value in enumerate(values):
        if not _is_scalar(value):
            raise InputError(f"{key}: {value!r} is not a finite number, text, true, false or null; replace it")
        # Equal values (1, 1.0 and true are equal) would count one setting twice.
        if value in values[:position]:
            raise InputError(f"{key}: {value!r} equals an earlier value of the list; remove one of the two")
    return tuple(values)


def _range_values(key, entry):
    unknown = sorted(str(name) for name in set(entry) - set(RANGE_KEYS))
    if unknown:
        raise InputError(f"{key}: unknown key {unknown[0]!r}; a range has only low, high and step")
    for name in RANGE_KEYS:
        if not _is_number(entry.get(name)):
            raise InputError(f"{key}: {name} must be a finite number, not {entry.get(name)!r}; set it")
    # Decimals of the printed numbers, so that 1 plus twice 0.1 is 1.2 and not 1.2000000000000002.
    low, high, step = (Decimal(repr(entry[name])) for name in RANGE_KEYS)
    if step <= 0:
        raise InputError(f"{key}: step is {entry['step']}; make it larger than 0")
    if high < low:
        raise InputError(f"{key}: high {entry['high']} is below low {entry['low']}; exchange them")
    if (high - low) % step:
        raise InputError(
            f"{key}: high {entry['high']} is not low {entry['low']} plus whole steps of {entry['step']}; "
            f"set high to {low + (high - low) // step * step}, or change step"
        )
    number = int if all(isinstance(entry[name], int) for name in RANGE_KEYS) else float
    return tuple(number(low + i * step) for i in range(int((high - low) // step) + 1))


@dataclass(frozen=True)
class Space:
    """The settings of a pipeline: each parameter's values, and whether they are ordered.

    Attributes
    ----------
    parameters : dict of str to tuple
        The values of each parameter, in the order of the config. Settings are numbered with the last
        parameter changing fastest.
    ranges : frozenset of str
        The parameters given as a range, whose values are ordered; the others are choices.
    """

    parameters: Mapping[str, tuple[Any, ...]]
    ranges: frozenset[str] = frozenset()

    @classmethod
    def from_config(cls, config, where="space"):
        """Read a space as the config writes it.

        Parameters
        ----------
        config : dict
            Name -> a list of values (a choice; numbers, text, booleans, null) or {low, high, step} (an
            ordered range, both ends included; whole numbers stay whole).
        where : str
            The config key of this space, named in errors, such as ``pipelines.patch_gmm.space``.

        Raises
        ------
        InputError
            Where the config holds no parameter, or one has an empty list, a step that is not positive, high
            below low or off the steps, unknown keys, or values that are no plain scalars or occur twice.
        """
        if not isinstance(config, Mapping) or not config:
            raise InputError(f"{where}: no parameters; name at least one, with a list or low, high and step")
        parameters, ranges = {}, set()
        for name, entry in config.items():
            key = f"{where}.{name}"
            if isinstance(entry, Mapping):
                parameters[name] = _range_values(key, entry)
                ranges.add(name)
            elif isinstance(entry, list | tuple):
                parameters[name] = _choice_values(key, entry)
            else:
                raise InputError(f"{key}: {entry!r} is neither a list nor low, high, step; write [{entry}]")
        return cls(parameters, frozenset(ranges))

    @property
    def names(self):
        """The parameters, in the order of the config."""
        return tuple(self.parameters)

    @property
    def size(self):
        """The number of distinct settings."""
        return math.prod(len(values) for values in self.parameters.values())

    def values(self, name):
        """The values of one parameter, in order."""
        return self.parameters[name]

    def ordered(self, name):
        """Whether a parameter is an ordered range, not a choice."""
        return name in self.ranges

    def encode(self, setting):
        """Each parameter's index into its values; InputError where the setting is not of this space."""
        if set(setting) != set(self.parameters):
            raise InputError(f"setting {dict(setting)}: its parameters are not {list(self.names)}; start afresh")
        indices = []
        for name, values in self.parameters.items():
            if setting[name] not in values:
                raise InputError(f"setting: {name}={setting[name]!r} is not in its space; start afresh")
            indices.append(values.index(setting[name]))
        return tuple(indices)

    def decode(self, indices):
        """The setting of one index per parameter (the inverse of `encode`)."""
        pairs = zip(self.parameters.items(), indices, strict=True)
        return {name: values[int(i)] for (name, values), i in pairs}

    def setting(self, index):
        """Setting number `index` of 0 ... size - 1; IndexError outside."""
        if not 0 <= index < self.size:
            raise IndexError(f"setting {index} of a space of {self.size}")
        indices = []
        for values in reversed(self.parameters.values()):
            index, remainder = divmod(index, len(values))
            indices.append(remainder)
        return self.decode(indices[::-1])

    def index(self, setting):
        """The number of a setting (the inverse of `setting`)."""
        index = 0
        for values, i in zip(self.parameters.values(), self.encode(setting), strict=True):
            index = index * len(values) + i
        return index

    def __iter__(self):
        """All settings, in order of their numbers."""
        return (self.setting(index) for index in range(self.size))
