"""The search: rounds of proposals and their evaluation, in a fixed chain.

Reads the stores of the descriptors, the unit cells, the config's `search`, `objectives`, `rewards`, `mode` and the
pipelines, each with its own `search`; writes <image>/<pipeline>/rounds/NNN.json (the proposals), NNN.zarr (their
results) and, where a search ends by itself, NNN.standstill.json.
"""


rule suggest:
    """Propose the trials of a round from the results of the rounds before it."""
    input:
        proposals=lambda wildcards: get_records(wildcards, "json"),
        rounds=lambda wildcards: get_records(wildcards, "zarr"),
    output:
        f"{ROUND}.json",
    log:
        f"{PIPELINE}/logs/suggest.{{round}}.log",
    benchmark:
        f"{PIPELINE}/benchmarks/suggest.{{round}}.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        pipeline=get_pipeline,
        objectives=config["objectives"],
        search=lambda wildcards: search_config.round_search(CASE.searches[wildcards.pipeline]),
        code=code_digest("suggest.py"),
    message:
        "Proposing round {wildcards.round} for {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/suggest.py"


rule evaluate:
    """Segment the image with each setting of a round, trace the walls, and compute the rewards."""
    input:
        proposals=f"{ROUND}.json",
        descriptors=get_descriptors,
        halves=get_halves,
        earlier_proposals=lambda wildcards: get_earlier(wildcards, "json"),
        earlier=lambda wildcards: get_earlier(wildcards, "zarr"),
        cells=STORES["cells"],
    output:
        directory(f"{ROUND}.zarr"),
    log:
        f"{PIPELINE}/logs/evaluate.{{round}}.log",
    benchmark:
        f"{PIPELINE}/benchmarks/evaluate.{{round}}.tsv"
    priority: SEARCH_FIRST
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        pipeline=get_pipeline,
        rewards=reward_names(config),
        rate=false_discovery_rate(config),
        seed=lambda wildcards: CASE.searches[wildcards.pipeline]["seed"],
        keep_up=lambda wildcards: CASE.keep_up(wildcards.pipeline),
        code=lambda wildcards: code_digest("evaluate.py", *module_names(get_pipeline(wildcards))),
    message:
        "Evaluating round {wildcards.round} of {wildcards.image}, {wildcards.pipeline}"
    script:
        "../scripts/evaluate.py"


checkpoint standstill:
    """Judge after a round whether the front stands still, so that the search ends (`search.trials: auto`)."""
    input:
        proposals=lambda wildcards: [*get_records(wildcards, "json"), f"{ROUND}.json"],
        rounds=lambda wildcards: [*get_records(wildcards, "zarr"), f"{ROUND}.zarr"],
    output:
        f"{ROUND}.standstill.json",
    log:
        f"{PIPELINE}/logs/standstill.{{round}}.log",
    benchmark:
        f"{PIPELINE}/benchmarks/standstill.{{round}}.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        objectives=config["objectives"],
        startup=lambda wildcards: CASE.searches[wildcards.pipeline]["startup"],
        code=code_digest("standstill.py"),
    message:
        "Judging the front of {wildcards.image}, {wildcards.pipeline}, after round {wildcards.round}"
    script:
        "../scripts/standstill.py"
