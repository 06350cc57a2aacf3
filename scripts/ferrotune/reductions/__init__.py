"""Reductions: from descriptors (site, p) to a few numbers (site, rank). One file is one reduction.

A reduction's module has

PARAMETERS : dict of str to ferrotune.pipelines.parameters.Parameter; `rank` is how many numbers are kept
NESTED : bool, whether the first r numbers of a larger rank are those of rank r; trials then share the largest rank
reduce(described, setting, rank) : (site, rank) float64; described is the object that a descriptor's `open` gives.
    Its random start is fixed, so that the result of a trial does not depend on the other trials of its batch.

A reduction that is trained for each trial has two functions in place of `reduce`:

train(described, setting, seed, progress, finished) : checkpoint (arrays by name, attributes), which is kept in the
    store of the round. progress wraps the iterable of epochs. finished has the trials of earlier rounds that left a
    checkpoint: trial number to (setting, function that reads the checkpoint).
reduce_by(checkpoint, described, setting) : (site, r) float64
SHARED : bool, optional: trials with the same setting of the reduction share a model, and the seed of its training
"""
