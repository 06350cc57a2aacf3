"""Fit of all columns of an image together: model, priors, normal equations, steps and their schedule."""
