"""Validate a crate with roc-validator, without a network: `python validate_crate.py CRATE [RECOMMENDED]`.

It is run by the Python of an environment of its own (requirements.txt beside it): roc-validator asks for an older rich
than `make watch`. It also fetches the JSON-LD context of RO-Crate from the web. Here it is given that of the package
rocrate, which is of RO-Crate 1.3, with the terms that are other ones in 1.1, the version of the profile.
"""

import importlib.resources
import json
import sys
import tempfile
from pathlib import Path

import requests
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils.http import HttpRequester

WORKFLOW = "https://bioschemas.org/ComputationalWorkflow"
OF_1_1 = {
    "ComputationalWorkflow": WORKFLOW,
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": f"{WORKFLOW}#input",
    "output": f"{WORKFLOW}#output",
}


def _context(_requester, url, **_):
    """What the web answers: the context, whatever is asked for."""
    known = json.loads(importlib.resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8"))
    answer = requests.Response()
    answer.url, answer.status_code, answer.encoding = url, 200, "utf-8"
    answer.headers["Content-Type"] = "application/ld+json"
    answer._content = json.dumps(known | {"@context": known["@context"] | OF_1_1}).encode()
    return answer


def problems(crate, severity):
    """What a crate (path of a folder or zip) lacks of what the profile wants up to a severity: lines (list of str)."""
    HttpRequester.get = _context
    with tempfile.TemporaryDirectory() as scratch:
        settings = ValidationSettings(
            rocrate_uri=str(crate),
            profile_identifier="provenance-run-crate",
            requirement_severity=severity,
            offline=True,
            cache_path=Path(scratch, "cache"),
        )
        found = services.validate(settings).get_issues(severity)
    return sorted({f"{one.severity.name}: {one.message} ({one.violatingEntity})" for one in found})


if __name__ == "__main__":
    lines = problems(sys.argv[1], Severity[sys.argv[2] if len(sys.argv) > 2 else "REQUIRED"])
    print("\n".join(lines) or "valid: Provenance Run Crate 0.5")
    sys.exit(bool(lines))
