"""Fuzzing that is guided by which lines of our readers and of their libraries an input reaches, by atheris.

atheris is no requirement: `pip install --target FOLDER --no-deps atheris`, and then

    export PYTHONPATH=scripts:tests:FOLDER
    .venv/bin/python tests/fuzz/peers/guided.py image -max_total_time=600 -rss_limit_mb=2048 -timeout=10

The word is the kind of input (image, mask, sheet, reference, config); the rest goes to libFuzzer. It begins with the
seeds of `make fuzz`, and ends at the first input that ends in anything but a result or an InputError.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ferrotune", "rsciio", "tifffile", "openpyxl"]):
    from fuzz.seeds import write_seeds
    from fuzz.targets import read


def main(kind, options):
    """Fuzz one kind of input."""
    scratch = Path(tempfile.mkdtemp())
    seeds = write_seeds(scratch / "seeds")[kind]
    corpus = scratch / "corpus"
    corpus.mkdir()
    for path in seeds:  # the first byte says which name, and so which ending, the input has
        (corpus / path.name).write_bytes(bytes([seeds.index(path)]) + path.read_bytes())

    def one(data):
        path = scratch / (seeds[data[0] % len(seeds)].name if data else seeds[0].name)
        path.write_bytes(data[1:])
        read(kind, path)

    atheris.Setup([sys.argv[0], *options, f"-max_len={60_000}", str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
