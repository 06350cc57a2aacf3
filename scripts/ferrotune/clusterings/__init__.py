"""Clusterings: from scores (site, r) to labels. One file is one clustering.

A clustering's module has

PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter
cluster(scores, setting, seed) : (site,) int labels, in any order, none negative; a ValueError if there can be none
SINGLE_PRECISION : optional; True if raw patches, which are float32, may stay so; else all scores are float64
on_grid(grid, labels, scores, setting) : optional; labels (site,) again, when their places on the SiteGrid are known
"""
