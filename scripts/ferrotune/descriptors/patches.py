"""Patches: the image around each site, as in the paper's Algorithm 1."""

from ferrotune.pipelines.parameters import PREPROCESSING, WINDOW, Parameter

NEEDS = ("image", "columns")
POLAR = True
PARAMETERS = {**PREPROCESSING, "w1": Parameter(WINDOW, "height {} cells"), "w2": Parameter(WINDOW, "width {} cells")}


def write(output, stores, uses, options, threads, log):
    """Write the store: the largest window of the spaces around every site; smaller windows are taken from it."""
    from ferrotune.descriptors._patch_store import write_patches

    write_patches(output, stores, uses, options, threads, log)


def open(store, setting):
    """Open the store as a ferrotune.descriptors._patch_stack.PatchStack, for the preprocessing of a setting."""
    from ferrotune.descriptors._patch_stack import PatchStack
    from ferrotune.descriptors._removed_stack import with_stack

    return PatchStack.open(with_stack(store), setting["flatten"], setting["denoise"])
