"""All numbers of the columns' fit that are choices, with their units and reasons."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """Choices of the fit. One "cell" is the length of a unit cell in px; one "width" is a Gaussian's sigma.

    All are ours; no publication gives them. They are the same for all images. Where data are named, the value was
    found on them. The others were set by hand, and the tests of `tests/unit/columns` on simulated films hold them:
    errors of positions within 10 % of the Cramer-Rao bound at 20 to 200 counts and 26 px a cell, and at least 98 % of
    the columns found with 6 to 26 px a cell, and with saturated, filtered, wide, narrow and elongated columns.
    """

    # --- How far a column reaches
    window_widths: float = 3.4  # widths; radius of a column's window; the Gaussian beyond is below half a per cent
    widest_cells: float = 0.86  # cells; the largest radius of a window: limits time and memory
    # Columns closer than this are solved for together, cells.
    coupled_cells: float = 1.2
    # Columns of a typical width beyond `wide_cells` (cells) overlap further, and are coupled up to
    # `wide_coupled_cells` (cells). Without this coupling the normal matrix is not positive, and steps have any
    # length. With it some steps are still hardly determined; `wide_damping` (share of the diagonal) holds them.
    # Found on simulated films with columns of 0.27 cells: eigenvalues down to -0.007 without, none below 0 with.
    wide_cells: float = 0.21
    wide_coupled_cells: float = 1.75
    wide_damping: float = 0.01

    # --- How far a column may move, and how bright it may be
    reach_cells: float = 0.2  # cells, from the first guess; A and B are 0.71 cells apart
    step_cells: float = 0.1  # cells, in one step
    room_cells: float = 0.8  # cells; how far outside the image a column may stand
    brightest: float = 3.0  # amplitude over the 95th percentile of amplitudes; no column is brighter
    intensity_share: float = 0.5  # change of an amplitude in one step, as a share of itself or of the median

    # --- Background
    node_cells: float = 4.0  # cells; spacing of the background's nodes; coarser than columns, finer than thickness
    faint_node: float = 1e-3  # weight under a node, share of the mean; below it, the node's level is not changed

    # --- Priors
    # A column that is hardly visible stays where it is: this share of what its reach alone would hold it with.
    unseen: float = 1e-4
    # A column outside the mask shows only its tail. It stays within this many cells of its first guess, and its
    # amplitude within this share of the columns' amplitude: it is fitted for its neighbours only.
    outside_cells: float = 0.003
    outside_share: float = 0.1
    whole_cells: float = 0.5  # cells; a column with signal this far on all four sides shows its shape

    # --- Widths
    start_cells: float = 0.19  # cells; before any is fitted; HAADF columns have 0.15 to 0.22
    bounds_cells: tuple[float, float] = (0.06, 0.34)  # cells; typical width; nearest columns stand 0.7 cells apart
    width_range: tuple[float, float] = (0.7, 1.4)  # a column's width over the typical width of the image
    # Typical width of dim columns over that of bright ones: a bright column's tail may look like a dim column.
    dim_range: tuple[float, float] = (0.9, 1.1)
    # Standard deviation of the columns' widths about the typical width, as a share of it: at first, and its limits.
    scatter: float = 0.02
    scatter_range: tuple[float, float] = (0.002, 0.1)
    slow: float = 0.05  # standard deviation of the typical width over the image, share; thickness changes slowly
    fixed: float = 1e-3  # the same where widths are not fitted; not 0, so that the equations stay regular
    slowest: float = 0.15  # largest deviation of the typical width over the image, share
    longest_width_step: float = 0.1  # change of a typical width in one step, share; the model is not linear beyond
    # How much of what a column says about its own width belongs to the common width; amplitudes and neighbours take
    # the rest. Found by trial on simulated columns of 5 to 60 standard errors.
    common_share: float = 0.3

    # --- Tails, where they are asked for
    # Width of the wider Gaussian over that of the column: expected, standard deviation, and limits. A narrower one is
    # hardly distinguished from a wide column, a wider one from the background: on a lattice of columns of 0.17 cells,
    # Gaussians of 2.5 widths sum to a level with ripples of 6 %.
    tail_ratio: tuple[float, float] = (2.0, 0.3)
    tail_ratio_range: tuple[float, float] = (1.4, 2.5)
    longest_tail_cells: float = 1.4  # cells; how far a tail is drawn
    tail_passes: int = 3  # pass that the fit goes back to when it gets tails: noise and normal matrix are renewed
    tail_steps: int = 8  # Gauss-Newton steps in which tails are measured
    tail_widths: tuple[float, float] = (0.7, 1.1)  # widths of columns with tails over those without
    start_tail: float = 0.1  # amplitude of a wider Gaussian before any is measured, share
    most_tail: float = 0.3  # the largest
    square_cells: float = 4.0  # cells; side of the squares in which they are measured
    square_border_cells: float = 0.5  # cells; columns further outside a square are not fitted with it
    # What a square expects of its columns, standard deviations: place (cells), amplitude (share)
    square_place: float = 0.02
    square_amplitude: float = 0.2
    most_squares: int = 20

    # --- Elongations
    elongation_scatter: float = 0.1  # standard deviation over the image, share
    most_elongation: float = 0.5  # the largest that is followed
    # Share of a step of elongation that is taken. Each column counts for several nodes and in its neighbours' tails,
    # so that whole steps are too long; half steps are not.
    elongation_step: float = 0.5

    # --- Damping of single columns
    swing: float = 0.5  # a step back by more than this share of the last step is a swing
    harder: float = 3.0  # factor of the damping after a swing or an uphill step (and 1 is added)
    softer: float = 0.3  # factor of the damping after any other step
    stale: float = 3.0  # smallest damping of a column that has left the place where the normal matrix was calculated
    moving_cells: float = 0.01  # cells; a column that moves further in one step has left its place

    # --- Steps that lead uphill
    uphill: float = 1.01  # growth of the squares; from here on a step is halved; weights change a little each time
    most_halvings: int = 4

    # --- Schedule, in passes
    still_passes: int = 2  # widths are not fitted before this pass: misplaced columns look wide
    weighing_passes: tuple[int, ...] = (1, 2, 3)  # the noise is measured in these; weights must come to rest
    judged_passes: tuple[int, ...] = (3, 5)  # after these the caller says which candidates are columns
    curved_passes: int = 6  # the normal matrix is calculated in the first passes; later it hardly changes
    least_passes: int = 6
    most_passes: int = 12
    most_held: int = 6  # shortened passes that do not count: widths may begin far from the truth
    resting_px: float = 0.01  # px; the fit ends when 99 of 100 columns move less
    # Tolerance of the solution, in standard errors: later steps correct early ones.
    coarse: float = 0.05
    fine: float = 0.007
    most_solver_steps: int = 60  # of conjugate gradients
    # Width (px) of a Gaussian whose sum over pixels is its integral, to a thousandth: of wider columns the normal
    # matrix is calculated from every second pixel or fewer.
    smooth_px: float = 2.2

    # --- Error bars
    faint: float = 3.0  # significance below which a position's error bar grows no further
    chi_pixels: int = 200  # pixels; weight of the noise of the whole image beside that of a column's own window


CHOICES = Choices()
