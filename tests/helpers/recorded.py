"""Which code the jobs of a run loaded, and which code their digests hold."""

from pathlib import Path

RECORDER = Path(__file__).parent / "recorder"


def missed(case):
    """Modules that a job of the case loaded and its digest does not hold.

    Returns
    -------
    dict of rule name -> set of str
        An entry for each rule that ran; empty sets where the digests are complete.
    """
    found = {}
    for path in case.recorded.glob("*.loaded"):
        rule, digest, _ = path.name.split(".")
        files = set((case.recorded / f"{digest}.files").read_text().split())
        held = {file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in files}
        found.setdefault(rule, set()).update(set(path.read_text().split()) - held)
    return found
