"""Outcomes of trials, written down by hand."""

from ferrotune.judge.wall_verdicts import WallVerdicts
from ferrotune.search.outcomes import Outcome
from ferrotune.segmentation.statuses import OK, Verdict
from ferrotune.walls import NO_WALLS_AT_ALL

TEST = "probability of its best wall on a null map"


def written_outcome(trial, labels, walls=NO_WALLS_AT_ALL, rewards=None, status=OK, stands=True, **known):
    """Outcome with labels (site,); all of its walls stand or, with stands=False, none."""
    verdicts, verdict = WallVerdicts.unjudged(len(walls.paths), stands), Verdict(status, TEST, 0.01, 0.05)
    return Outcome(
        trial,
        labels,
        walls,
        verdicts,
        rewards or {},
        verdict,
        **{"variation": 0.2, "known_share": 1.0, "seconds": 0.5, **known},
    )
