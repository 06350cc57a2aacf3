"""Schedule of the columns' fit: the work of each pass, and the end of the fit."""

from ferrotune.columns.fit.choices import CHOICES


def widths_wait(passes):
    """Whether widths are not fitted yet."""
    return passes < CHOICES.still_passes


def noise_is_measured(passes):
    """Whether the noise, and with it the weights, is measured in this pass."""
    return passes in CHOICES.weighing_passes


def matrix_is_renewed(passes):
    """Whether the normal matrix is calculated in this pass."""
    return passes < CHOICES.curved_passes


def matrix_is_kept(passes):
    """Whether all later passes use the normal matrix of this one."""
    return passes >= CHOICES.curved_passes - 1


def tolerance(passes):
    """Tolerance of the solution in this pass, in standard errors."""
    return CHOICES.fine if matrix_is_kept(passes) else CHOICES.coarse


def is_judged(passes):
    """Whether the caller says now which candidates are columns."""
    return passes in CHOICES.judged_passes


def was_judged(passes):
    """Whether the amplitudes of columns outside the mask come from the caller by now."""
    return passes >= CHOICES.judged_passes[0]


def goes_on(passes, moved):
    """Whether the fit needs another pass; moved: px, 99th percentile of the columns' last steps."""
    return passes < CHOICES.least_passes or (passes < CHOICES.most_passes and moved > CHOICES.resting_px)
