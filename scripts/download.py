"""Download a file by its DOI (with its repository's checksum) or its address."""

from pathlib import Path

import pooch
import requests

from ferrotune.errors import InputError
from ferrotune.workflow.jobs import job


def fetch(url, folder, name):
    """Download `url` to folder/name; a DOI reads doi:10.5281/zenodo.4555979/FILE."""
    if not url.startswith("doi:"):
        return pooch.retrieve(url, known_hash=None, fname=name, path=folder)
    record = pooch.create(path=folder, base_url=url.rpartition("/")[0] + "/")
    record.load_registry_from_doi()
    if name not in record.registry:
        raise InputError(f"{url}: the record has no file {name}; it has {', '.join(sorted(record.registry)[:30])}")
    return record.fetch(name)


def main(url, output, log_path):
    """Write the file at `url` to `output`."""
    with job(log_path, f"download {url}") as log:
        output = Path(output)
        try:
            fetch(url, output.parent, output.name)
        except (OSError, ValueError, requests.RequestException) as error:
            if isinstance(error, InputError):
                raise
            reason = str(error).splitlines()[0]
            raise InputError(f"could not be downloaded ({reason}); check the network and the address") from None
        log.info("%d bytes", output.stat().st_size)


if __name__ == "__main__":
    main(url=snakemake.params.url, output=snakemake.output[0], log_path=snakemake.log[0])
