"""Counterparts of the figures of Barakati et al. (arXiv 2411.12612): a separate target, `make paper-figures`.

Reads figures, tables and stores of the series of config/paper_figures.yaml; writes figures/images, the segmentations
of hyperparameter maps, and paper/ of the series.
"""

from ferrotune.workflow.paper_figures import COUNTERPARTS, SEARCHES, counterparts

PAPER = f"{RESULTS}/paper"


rule series_images:
    """Draw the images of the series and their polarization over composition."""
    input:
        image=expand(f"{IMAGE}/image.zarr", image=IMAGES),
        cells=expand(f"{IMAGE}/cells.zarr", image=IMAGES),
    output:
        f"{RESULTS}/figures/images.png",
        f"{RESULTS}/figures/images.pdf",
    log:
        f"{RESULTS}/logs/series_images.log",
    benchmark:
        f"{RESULTS}/benchmarks/series_images.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images=list(IMAGES),
        series=config["series"],
        code=code_digest("series_images.py", *PARTS),
    message:
        "Drawing the images of the series"
    script:
        "../scripts/series_images.py"


rule segmentation_grid:
    """Draw the segmentation of every setting of a hyperparameter map."""
    input:
        table=f"{PIPELINE}/maps.tsv",
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
        sites=get_sites,
        reference=f"{IMAGE}/reference.zarr",
        image=f"{IMAGE}/image.zarr",
    output:
        f"{PIPELINE}/figures/segmentations.png",
        f"{PIPELINE}/figures/segmentations.pdf",
    log:
        f"{PIPELINE}/logs/segmentation_grid.log",
    benchmark:
        f"{PIPELINE}/benchmarks/segmentation_grid.tsv"
    wildcard_constraints:
        pipeline="|".join(map(re.escape, MAPS)) or "(?!)",
    conda:
        "../envs/ferrotune.yaml"
    params:
        axes=lambda wildcards: CASE.axes(wildcards.pipeline),
        code=code_digest("segmentation_grid.py", *PARTS),
    message:
        "Drawing the segmentations of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/segmentation_grid.py"


rule paper_figures:
    """Gather the counterparts of the paper's figures, with a line on each."""
    input:
        template=f"{workflow.basedir}/scripts/templates/paper_figures.md.j2",
        png=lambda wildcards: counterparts(RESULTS, IMAGES, PIPELINES, "png"),
        pdf=lambda wildcards: counterparts(RESULTS, IMAGES, PIPELINES, "pdf"),
        trials=[f"{RESULTS}/{image}/{pipeline}/trials.tsv" for image, pipeline in SEARCHES],
        selected=[f"{RESULTS}/{image}/{pipeline}/selected.zarr" for image, pipeline in SEARCHES],
    output:
        lines=f"{PAPER}/README.md",
        png=[f"{PAPER}/{name}.png" for name in COUNTERPARTS],
        pdf=[f"{PAPER}/{name}.pdf" for name in COUNTERPARTS],
    log:
        f"{RESULTS}/logs/paper_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/paper_figures.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        searches=SEARCHES,
        series=config["series"],
        code=code_digest("paper_figures.py", *PARTS),
    message:
        "Gathering the counterparts of the paper's figures"
    script:
        "../scripts/paper_figures.py"
