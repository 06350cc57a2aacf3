"""Clusterings: from scores (site, r) to labels. One file is one clustering.

A clustering's module has

PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter
cluster(scores, setting, seed) : (site,) int labels, in any order, none negative; a ValueError if there can be none
"""
