"""What became of the faults of one kind: a row of the table in docs/faults.md."""

import sys
from dataclasses import dataclass, field

from faults.series import as_json


@dataclass
class Fault:
    """Faults of one kind.

    name, seen : str, what was done, and what the user sees
    tried, runs : int, faults, and runs that were compared with the undisturbed one
    lost : list of str, files that differed from it
    failures : list of str, what did not happen as it should
    schedules : list of str, what was done and when, as JSON
    """

    name: str
    seen: str = ""
    tried: int = 0
    runs: int = 0
    lost: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    schedules: list = field(default_factory=list)

    def schedule(self, what):
        """Note what will be done, so that it can be done again."""
        self.schedules.append(as_json(what))

    def check(self, held, said):
        """Note what went wrong (str, its end is kept) where something did not hold."""
        if not held:
            self.failures.append(said[-3000:])
            print(f"faults: {self.name}: FAILED\n{said[-3000:]}", file=sys.stderr, flush=True)

    def row(self):
        """Fault, times tried, data lost, what the user sees (tuple of str)."""
        lost = "none" if not self.lost else f"{len(self.lost)} files"
        if self.failures:
            lost += f"; {len(self.failures)} times not as it should be"
        return self.name, str(self.tried), lost, self.seen
