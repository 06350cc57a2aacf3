"""Tables of each pipeline: domains and walls of the selected segmentation, and the parameters that matter.

Reads selected.zarr, trials.tsv, front.tsv, the rounds, the descriptors, the unit cells, and the config's `search`;
writes <image>/<pipeline>/domains.tsv, walls.tsv, importance.tsv, centroids.zarr.
"""


rule tables:
    """Measure the selected domains and walls, find which parameters matter, and average the patches of each cluster.

    One job, as to start another takes longer than each of the three.
    """
    input:
        trials=f"{PIPELINE}/trials.tsv",
        front=f"{PIPELINE}/front.tsv",
        selected=f"{PIPELINE}/selected.zarr",
        sites=get_sites,
        cells=STORES["cells"],
        descriptors=get_descriptors,
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
    output:
        domains=f"{PIPELINE}/domains.tsv",
        walls=f"{PIPELINE}/walls.tsv",
        importance=f"{PIPELINE}/importance.tsv",
        centroids=directory(f"{PIPELINE}/centroids.zarr"),
    log:
        f"{PIPELINE}/logs/tables.log",
    benchmark:
        f"{PIPELINE}/benchmarks/tables.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        code=code_digest("tables.py", *PARTS),
    message:
        "Making the tables of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/tables.py"
