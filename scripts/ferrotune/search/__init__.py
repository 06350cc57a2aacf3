"""Proposals of trials, and their evaluation."""
