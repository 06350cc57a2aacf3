"""Components of linear reductions as loops: what each of them says that a site's response consists of."""

import warnings

import numpy as np

REACH = 2.0  # standard deviations of a component's weight from its mean: a loop that the component says there is


def linear_loops(loops, rank):
    """Loops that linear reductions make of measured ones.

    Parameters
    ----------
    loops : (site, step) float
    rank : int, components of each

    Returns
    -------
    dict of name ("PCA", "NMF", "ICA") to (component, loop, step) float
        Two loops of a component of PCA or ICA: the mean with the component at plus and minus two standard deviations of
        its weight. One loop of a part of NMF: of a site that consists of it alone.
    """
    from sklearn.decomposition import NMF, PCA, FastICA
    from sklearn.exceptions import ConvergenceWarning

    loops = np.asarray(loops, float)
    mean, low = loops.mean(axis=0), np.minimum(loops.min(axis=0), 0)
    pca = PCA(rank, svd_solver="full").fit(loops)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ica = FastICA(rank, whiten="unit-variance", random_state=0).fit(loops)
        nmf = NMF(rank, init="nndsvda", random_state=0)
        weights = nmf.fit_transform(loops - low)
    spread = np.sqrt(pca.explained_variance_)[:, None]
    alone = low + nmf.components_ * weights.sum(axis=1).mean()
    both = np.array([REACH, -REACH])[:, None]
    return {
        "PCA": mean + both * (spread * _upright(pca.components_))[:, None],
        "NMF": alone[:, None],
        "ICA": mean + both * _upright(ica.mixing_.T)[:, None],
    }


def _upright(components):
    """Components (component, step) with the sign that makes their largest value positive: the sign has no meaning."""
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    return components * np.sign(largest)
