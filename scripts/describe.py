"""Describe the sites of an image: the store of one descriptor, for all pipelines that use it."""

from ferrotune.files.stores import read_store
from ferrotune.pipelines.parts import part
from ferrotune.workflow.jobs import job, warn


def main(descriptor, stores, output, uses, options, image, threads, log_path, pipelines=()):
    """Write descriptors/<descriptor>.zarr; `stores` are paths by the names that the descriptor needs."""
    with job(log_path, f"image {image}, {descriptor}") as log:
        part("descriptor", descriptor).write(output, stores, uses, options, threads, log)
        if lacking := read_store(output, "yx")[1].get("lacking"):
            warn(f"image {image}, {', '.join(pipelines)}", lacking)


if __name__ == "__main__":
    main(
        descriptor=snakemake.wildcards.descriptor,
        stores=dict(snakemake.input.items()),
        output=snakemake.output[0],
        uses=snakemake.params.uses,
        options=snakemake.params.options,
        image=snakemake.wildcards.image,
        threads=snakemake.threads,
        log_path=snakemake.log[0],
        pipelines=snakemake.params.pipelines,
    )
