"""The page as one file: its template, its scripts, the plotting library BokehJS, and the packed arrays."""

import base64
import json
from pathlib import Path

from bokeh.resources import Resources
from jinja2 import Environment, StrictUndefined
from matplotlib import colormaps
from matplotlib.colors import to_hex

from ferrotune.figures.palette import domain_colour
from ferrotune.figures.wording import TIMES, number

SCRIPT = "page.mjs"  # starts the page; it imports the others
COLOURS = {"sequential": "cividis", "diverging": "PuOr_r", "significance": "plasma_r"}
STEPS = 128  # of a colour map
MOST_DOMAINS = 24  # colours of domains; after that they repeat


def library():
    """Text of BokehJS with its interface for plots, as the package `bokeh` carries it."""
    return "\n".join(
        Resources(mode="inline", components=["bokeh", "bokeh-api"], minified=True, log_level="warn").js_raw
    )


def import_map(scripts):
    """Import map (JSON) of the page's scripts: `import ... from "page/NAME"` then needs no other file.

    Parameters
    ----------
    scripts : dict of file name -> text
    """
    uris = {}
    for name, text in scripts.items():
        named = f"{text}\n//# sourceURL=page/{name}\n"  # so that an error names the file
        uris[f"page/{name}"] = "data:text/javascript;base64," + base64.b64encode(named.encode()).decode()
    return json.dumps({"imports": uris})


def palettes():
    """Colours of the page's maps by kind, and of the domains by number: hexadecimal."""
    maps = {kind: [to_hex(c) for c in colormaps[name].resampled(STEPS)(range(STEPS))] for kind, name in COLOURS.items()}
    return maps | {"domains": [to_hex(domain_colour(n)) for n in range(MOST_DOMAINS)]}


def image_facts(attributes, shape, columns, cells):
    """List the facts on the image at the top of the page.

    Parameters
    ----------
    attributes : dict with sm_percent and pixel_size_pm (None if not known), cell_px, reference (where it comes from)
    shape : (rows, columns) px
    columns, cells : int, how many there are

    Returns
    -------
    list of (name, value), str
    """
    pm, cell_px = attributes["pixel_size_pm"], attributes["cell_px"]
    size, cell = f"{shape[0]} {TIMES} {shape[1]} px", f"{cell_px:.1f} px"
    if pm:
        size += f" ({shape[0] * pm / 1000:.1f} {TIMES} {shape[1] * pm / 1000:.1f} nm)"
        cell += f" ({cell_px * pm / 1000:.3f} nm)"
    facts = [("size", size), ("pixel", f"{number(pm)} pm" if pm else "size unknown"), ("unit cell", cell)]
    facts += [("columns", str(columns)), ("unit cells", str(cells)), ("reference", attributes["reference"])]
    known = attributes["sm_percent"] is not None
    return [("Sm", f"{number(attributes['sm_percent'])} %"), *facts] if known else facts


def render_page(folder, page, pack):
    """Fill the template: the page is one file that needs no other, and no network.

    Parameters
    ----------
    folder : path of the folder with the template `page.html.j2`, the style `page.css`, and the scripts, `*.mjs`
    page : dict of JSON values, see `scripts/explorer.py`
    pack : Pack

    Returns
    -------
    str, HTML
    """
    folder = Path(folder)
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.mjs"))}
    jinja = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    jinja.policies["json.dumps_kwargs"] = {"sort_keys": False, "allow_nan": False, "separators": (",", ":")}
    return jinja.from_string((folder / "page.html.j2").read_text(encoding="utf-8")).render(
        page=page | {"arrays": pack.header, "palettes": palettes()},
        style=(folder / "page.css").read_text(encoding="utf-8"),
        library=library(),
        imports=import_map(texts),
        start=f'import "page/{SCRIPT}";',
        packed=pack.text(),
    )
