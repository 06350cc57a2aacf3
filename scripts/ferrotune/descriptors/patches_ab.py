"""Patches around the columns of both sublattices: whatever `sites` the config has for the other descriptors."""

from ferrotune.descriptors import patches
from ferrotune.descriptors.patches import NEEDS as NEEDS
from ferrotune.descriptors.patches import PARAMETERS as PARAMETERS
from ferrotune.descriptors.patches import POLAR as POLAR
from ferrotune.descriptors.patches import open as open


def write(output, stores, uses, options, threads, log):
    """Write the store: the largest window of the spaces around every A and B column."""
    patches.write(output, stores, uses, options | {"sites": "both"}, threads, log)
