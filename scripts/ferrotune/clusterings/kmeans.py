"""k-means: the sites nearest to each of k means."""

from ferrotune.pipelines.parameters import COUNT, Parameter

PARAMETERS = {"components": Parameter(COUNT, "k = {}")}
STARTS = 4  # the best of so many


def cluster(scores, setting, seed):
    """Labels (site,) of the nearest mean."""
    from sklearn.cluster import KMeans

    return KMeans(setting["components"], n_init=STARTS, random_state=seed).fit_predict(scores)
