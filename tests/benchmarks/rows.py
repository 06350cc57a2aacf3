"""What a benchmark measures: one row a figure, its peer's value beside it, and the memory it took."""

import resource
from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Row:
    """A figure. `ratio` says how it stands to its peer or limit; each module says which way round."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float = nan
    ratio: float = nan


def peak_memory_gb():
    """Largest resident memory (GB) of this process so far, plus that of its largest finished descendant."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(part).ru_maxrss for part in who) * 1024 / 1e9  # Linux counts in KiB
