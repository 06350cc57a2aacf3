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
    "Domains are uniform inside: labels explain more of the polarization than on a map that changes gradually.",
    "after Tibshirani, Walther and Hastie, J. R. Stat. Soc. B 63, 411 (2001), with null maps as the reference",
    needs=("judgement",),
)
def label_evidence(segmentation):
    """Share of the variance of the polarization (else the descriptor) that labels explain, less that on null maps.

    Where it is not more: agreement with k-means of the polarization, less 1. See `ferrotune.judge.explained`.
    """
    return segmentation.judgement.explained
