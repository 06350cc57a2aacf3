"""Sliding-window FFT: magnitudes of the Fourier transform of windows on a grid, the paper's second descriptor."""

from ferrotune.pipelines.parameters import PREPROCESSING, SPECTRAL_WINDOW, STRIDE, Parameter, choice

NEEDS = ("image", "columns")
POLAR = False  # magnitudes do not change when a pattern is mirrored
PARAMETERS = {
    **PREPROCESSING,
    "window": Parameter(SPECTRAL_WINDOW, "FFT window {} cells"),
    "stride": Parameter(STRIDE, "every {} cells"),
    "taper": Parameter(choice("hann", "none"), "taper {}", unset="no taper"),
    "scale": Parameter(choice("log", "linear"), "{} magnitude"),
}


def write(output, stores, uses, options, threads, log):
    """Write the store: preprocessed images and the grid of the smallest stride; each trial computes its spectra."""
    from ferrotune.descriptors._fft_store import write_spectra

    write_spectra(output, stores, uses, options, threads, log)


def open(store, setting):
    """Open the store as a ferrotune.descriptors._fft_store.WindowSpectra, for the preprocessing of a setting."""
    from ferrotune.descriptors._fft_store import WindowSpectra
    from ferrotune.descriptors._removed_stack import with_stack

    return WindowSpectra.open(with_stack(store), setting["flatten"], setting["denoise"])
