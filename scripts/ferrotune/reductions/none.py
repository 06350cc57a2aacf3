"""No reduction: the descriptors themselves."""

PARAMETERS = {}
NESTED = True


def reduce(described, setting, rank):
    """Descriptors (site, p) as they are."""
    return described.features(setting).astype(float)
