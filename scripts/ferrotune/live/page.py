"""The page of the images at the instrument: one file for the browser, and a small one that it reads again and again."""

import json
import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGE, STATE = "live.html", "live/state.js"
CALL = "show("  # the state is a call of the page's function: a page that is opened as a file may load no data


def write_page(folder, series):
    """Write the page into the folder of a series; it never changes.

    Parameters
    ----------
    folder : path of the results of the series
    series : str, its name

    Returns
    -------
    Path
    """
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    page = Path(folder, PAGE)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(environment.get_template("live.html.j2").render(series=series, state=STATE), encoding="utf-8")
    return page


def write_state(folder, state):
    """Write what the page shows, as a whole: a reader sees the old state or the new one.

    Parameters
    ----------
    folder : path of the results of the series
    state : dict of JSON values: images (list, the newest first), problems (list of str), search (str)
    """
    path = Path(folder, STATE)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(f"{CALL}{json.dumps(state)});\n", encoding="utf-8")
    os.replace(beside, path)


def read_state(folder):
    """What the page of a series shows (dict), or None where there is no page."""
    path = Path(folder, STATE)
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8").strip()
    try:
        return json.loads(text.removeprefix(CALL).removesuffix(");"))
    except ValueError:
        return None
