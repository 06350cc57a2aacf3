"""No reduction: the descriptors themselves."""

PARAMETERS = {}
NESTED = True


def reduce(described, setting, rank):
    """Descriptors (site, p), unchanged."""
    return described.features(setting).astype(float)
