"""What the arrays of stores are: unit and meaning of each, by its name, and the names of vector components."""

# Labels of dimensions that hold components: `.sel(axis="y")`.
LABELS = {
    "axis": ("y", "x"),
    "vector": ("a", "b"),
    "index": ("a", "b"),
    "end": ("first", "last"),
}
STRAIN = ("a", "b", "shear")  # the dimension `component` of this array; others have it, too

# Unit and meaning. Where one name has two meanings, the first dimension stands before it. Lengths called "cell" are
# unit cells from the image's first pixel; "1" is a number without a unit. Errors are standard errors.
_IMAGE = {
    "image": ("1", "normalised intensity"),
    "mask": ("1", "whether the pixel is used"),
    "whole": ("1", "normalised intensity of all crystals"),
    "crystals": ("1", "crystal of the pixel: 1 is the largest, 0 none, -1 masked before"),
}
_COLUMNS = {
    "yx": ("px", "position"),
    "sigma_yx": ("px", "standard error of the position"),
    "amplitude": ("1", "normalised intensity of the column above the background"),
    "background": ("1", "normalised intensity of the background"),
    "width": ("px", "Gaussian sigma of the column"),
    "significance": ("1", "amplitude over its standard error"),
    "sublattice": ("1", "sublattice: 0 is A, 1 is B, -1 is neither"),
    "gaussian_yx": ("px", "position if the column is fitted as a Gaussian without a tail"),
    "spacing_error": ("1", "how far the neighbours are from where the lattice has them, share of the distance"),
    "asymmetry": ("1", "how far the intensity of an A column leans to one side"),
    "row_shift": ("px", "shift of the scan row that is taken off positions and patches"),
    "lattice": ("px", "lattice vector"),
}
_CELLS = {
    "polarization": ("px", "displacement of the B column from its mean place among the A columns"),
    "a": ("px", "lattice parameter a"),
    "b": ("px", "lattice parameter b"),
    "alpha": ("degrees", "angle between a and b"),
    "volume": ("px^2", "area of the unit cell"),
    "ab": ("1", "lattice index of the unit cell"),
    "b_over_a": ("1", "tetragonality in the plane"),
    "rotation": ("degrees", "rotation from the mean cell, +y towards +x"),
    "strain": ("1", "strain along a and b, and shear, from the mean cell"),
    "polarization_sigma": ("px", "standard error of the polarization"),
    "tilt_shift": ("px", "apparent displacement of B by mis-tilt, from the asymmetry of A"),
    "tilt_shift_sigma": ("px", "standard error of the shift by mis-tilt"),
    "a_sigma": ("px", "standard error of a"),
    "b_sigma": ("px", "standard error of b"),
    "alpha_sigma": ("degrees", "standard error of alpha"),
    "rotation_sigma": ("degrees", "standard error of the rotation"),
    "b_over_a_sigma": ("1", "standard error of b / a"),
    "cluster:mean": ("px", "mean polarization of the cluster"),
}
_DESCRIPTORS = {
    "column": ("1", "row of the site's column in columns.zarr"),
    "site_raster": ("1", "nearest site of each sample, -1 where there is none"),
    "edges": ("1", "pairs of neighbouring sites"),
    "across": ("1", "pairs of sites on the two sides of a possible wall"),
    "patches": ("1", "preprocessed intensity around the site"),
    "mean": ("1", "mean patch"),
    "covariance": ("1", "covariance of the pixels of the patches"),
    "images": ("1", "preprocessed intensity, binned"),
    "rows": ("px", "row of the grid's windows in the binned image"),
    "columns": ("px", "column of the grid's windows in the binned image"),
    "place": ("1", "row and column of the window on the grid"),
    "displacement": ("px", "displacement of the column from the middle of the other sublattice's columns"),
    "vectors": ("px", "vectors to the neighbours"),
    "lengths": ("px", "lengths of the vectors to the neighbours"),
    "angle": ("degrees", "angle between the lattice vectors at the site"),
    "intensity": ("1", "amplitude of the column and of its neighbours"),
    "variance": ("px^2", "variance of a displacement by the errors of the columns"),
}
_SPECTRA = {
    "spectra": ("1", "response at each step, in the unit of its channel"),
    "axis_values": ("1", "what was varied, in the order in which it was applied; the attribute axis_unit has its unit"),
    "parameters": ("1", "parameters of the loop function; the attribute parameters names them"),
    "mean_spectrum": ("1", "mean spectrum of the mechanism, in the unit of its channel"),
    "spectrum_deviation": ("1", "standard deviation of the spectra of the mechanism"),
    "mechanism": ("1", "number of the mechanism, from 0, as in figures and tables"),
}
_SEGMENTATIONS = {
    "label": ("1", "variant, -1 where undecided or unknown"),
    "labels": ("1", "variant, -1 where undecided"),
    "trial": ("1", "number of the trial"),
    "rewards": ("1", "value of the reward, in the reward's own unit; the attribute rewards names them"),
    "status": ("1", "index of the status in the attribute statuses"),
    "seconds": ("s", "time of the trial"),
    "value": ("1", "value of the test that decided the status"),
    "limit": ("1", "limit of this test"),
    "variation": ("1", "share of the variance that sites a few cells apart have in common"),
    "known_share": ("1", "share of the sites whose polarization was measured, and judges"),
    "segments": ("cell", "ends of the straight stretches of walls"),
    "segment_trial": ("1", "trial of the segment"),
    "path_points": ("cell", "points along the walls, in order"),
    "point_trial": ("1", "trial of the point"),
    "point_wall": ("1", "wall of the point"),
    "wall_trial": ("1", "trial of the wall"),
    "wall_closed": ("1", "whether the wall is a ring"),
    "wall_stands": ("1", "whether the boundary stands as a wall"),
    "wall_width": ("cell", "full width of the step across the wall"),
    "wall_width_error": ("cell", "standard error of the width"),
    "wall_jump": ("1", "step of the descriptor; 1 is the difference of the two clusters"),
    "wall_jump_px": ("px", "height of the fitted step of the polarization"),
    "wall_significance": ("1", "probability of such a boundary on null maps"),
    "wall_map": ("1", "whether a neighbouring sample has another label"),
    "confidence": ("1", "share of the near trials that agree with the label"),
    "path_confidence": ("1", "share of the near trials that have this point of the wall"),
    "wall_confidence": ("1", "share of the near trials that have this wall"),
    "near_trial": ("1", "trials near the front that the selected one is compared with"),
    "count": ("1", "number of sites of the cluster"),
    "trial:count": ("1", "number of columns that the trial found"),
    "setting": ("1", "parameters of the trial; the attribute parameters names them"),
    "on_front": ("1", "whether the trial is on the Pareto front"),
    "cluster:patches": ("1", "mean patch of the cluster minus that of all sites"),
    "mean_trial": ("1", "trial of the mean patch of all sites"),
    "window": ("px", "height and width of the trial's window"),
    "scores": ("1", "components of the descriptors that were clustered"),
}
_LATENTS = {
    "z": ("1", "latent variable"),
    "z_sigma": ("1", "standard deviation of the latent variable's posterior"),
    "z_dropout": ("1", "standard deviation of the latent variable over dropout samples"),
    "angle_sigma": ("degrees", "standard deviation of the angle's posterior"),
    "angle_dropout": ("degrees", "standard deviation of the angle over dropout samples"),
    "shift": ("px", "shift of the patch"),
    "shift_sigma": ("px", "standard deviation of the shift's posterior"),
    "state": ("1", "probability of the discrete latent state"),
    "training_elbo": ("1", "evidence lower bound of the training sites"),
    "heldout_elbo": ("1", "evidence lower bound of sites that were held out"),
    "manifold": ("1", "decoded patch"),
    "manifold_first": ("1", "place of the decoded patches along the first principal axis of z"),
    "manifold_second": ("1", "place of the decoded patches along the second principal axis of z"),
    "manifold_z": ("1", "latent variables of the decoded patches"),
    "density": ("1", "density of the latent variable over all sites"),
    "density_z": ("1", "latent variable at which the density is given"),
    "peak": ("1", "whether the density has a peak there"),
}
UNITS = _IMAGE | _COLUMNS | _CELLS | _DESCRIPTORS | _SPECTRA | _SEGMENTATIONS | _LATENTS


def meaning_of(name, dimensions):
    """Attributes `units` and `long_name` (dict) of an array with dimensions (str, ...); empty for an unknown name.

    Examples
    --------
    >>> meaning_of("wall_width", ("wall",))
    {'units': 'cell', 'long_name': 'full width of the step across the wall'}
    """
    first = f"{dimensions[0]}:{name}" if len(dimensions) else name
    found = UNITS.get(first, UNITS.get(name))
    return {} if found is None else dict(zip(("units", "long_name"), found, strict=True))


def component_labels(names, sizes):
    """Labels of the dimensions that hold components.

    Parameters
    ----------
    names : collection of str, the arrays of a store
    sizes : dict of dimension name to int

    Returns
    -------
    dict of dimension name to tuple of str
    """
    known = LABELS | ({"component": STRAIN} if "strain" in names else {})
    return {name: labels for name, labels in known.items() if sizes.get(name) == len(labels)}
