"""Rewards of the judge: what the boundaries and the labels show beyond null maps of the same image."""

from ferrotune.rewards.registry import reward


@reward(
    "maximise",
    "1",
    "At a wall the descriptor steps from one domain to the next; on a map without walls it changes gradually.",
    "ours; null maps: Prichard and Theiler, Phys. Rev. Lett. 73, 951 (1994)",
    needs=("judgement",),
)
def boundary_evidence(segmentation):
    """Share of variance that a step explains beyond a trend, mean over boundaries, less that on null maps."""
    return segmentation.judgement.evidence


@reward(
    "maximise",
    "1",
    "Halves of the film have the same domains, and labels explain more of the polarization than on a gradual map.",
    "after Ben-Hur et al., Pac. Symp. Biocomput. 7, 6 (2002), and Tibshirani et al., J. R. Stat. Soc. B 63, 411 (2001)",
    needs=("judgement",),
)
def label_evidence(segmentation):
    """What speaks for labels in the polarization (else the descriptor), 0 to 1, see `ferrotune.judge.explained`.

    They agree with k-means of halves of the film, and explain more of the variance than on null maps.
    """
    return segmentation.judgement.explained
