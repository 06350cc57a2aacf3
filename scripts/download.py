"""Download a file by its DOI or its address into the cache, and link it into the results."""

import shutil
from pathlib import Path

from ferrotune.files.downloads import cached_file
from ferrotune.workflow.folders import download_cache
from ferrotune.workflow.jobs import job


def main(url, output, options, log_path):
    """Link `output` to the file at `url` in the cache; `options` are the config's `download`."""
    with job(log_path, f"download {url}") as log:
        cache = download_cache(options["cache"])
        file, output = cached_file(url, cache, options["base"], options["checksums"], log=log).absolute(), Path(output)
        output.unlink(missing_ok=True)
        try:
            output.symlink_to(file)
        except OSError:  # a file system without links
            shutil.copy2(file, output)
        log.info("%d bytes", output.stat().st_size)


if __name__ == "__main__":
    main(
        url=snakemake.params.url,
        output=snakemake.output[0],
        options=snakemake.config["download"],
        log_path=snakemake.log[0],
    )
