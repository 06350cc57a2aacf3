"""Spectra: what was measured at a site along an axis, such as the loop of a switching spectroscopy."""

from ferrotune.pipelines.parameters import Parameter, choice, one_of

NEEDS = ("spectra",)
POLAR = False  # there is no polarization to judge by
PARAMETERS = {
    "channel": Parameter(one_of({"type": "string", "minLength": 1}), "{}"),
    "form": Parameter(choice("raw", "normalised", "derivative", "parameters"), "{}"),
}


def write(output, stores, uses, options, threads, log):
    """Write the store: the spectra and, where a space has the form `parameters`, those of the loop function."""
    from ferrotune.descriptors._spectra_table import write_table

    write_table(output, stores["spectra"], uses, log)


def open(store, setting):
    """Open the store as a ferrotune.descriptors._spectra_table.SpectraTable of all sites."""
    from ferrotune.descriptors._spectra_table import SpectraTable

    return SpectraTable.open(store)
