"""The text of a figure, for tests of figures."""


def written(figure):
    """All text of a figure, in one line."""
    return " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))
