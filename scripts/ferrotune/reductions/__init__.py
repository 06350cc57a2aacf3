"""Reductions: descriptors (site, p) to a few numbers (site, rank). One file is one reduction.

A reduction's module has

PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter; `rank`, the numbers kept, or none
NESTED : bool, whether the first r of more are the same as r alone, so that trials share the largest
reduce(described, setting, rank) : (site, rank) float64; described as `ferrotune.descriptors` says. Its start is
    fixed, so that a trial's result does not hang on which others it is evaluated with.
LIMITS : dict, optional, of ferrotune.segmentation.guards.Limits for what it makes of descriptors

or, where what reduces is trained for each trial, in place of `reduce`

train(described, setting, seed, progress, finished) : checkpoint, (arrays by name, attributes), that the round's store
    keeps; progress wraps the iterable of epochs; finished: by their numbers, the trials of earlier rounds that left
    one, each its setting and a function that reads it
reduce_by(checkpoint, described, setting) : (site, r) float64
"""
