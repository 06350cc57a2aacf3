"""What a figure says, for tests of figures."""


def written(figure):
    """All text of a figure."""
    return " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))
