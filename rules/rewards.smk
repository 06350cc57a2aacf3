"""Rewards compared with the truth, for a series of simulated images: a separate target, `make rewards`.

Reads the tables of trials of every image and the config's `rewards`, `objectives`; writes rewards/.
"""


rule rewards:
    """Judge the rewards for every pipeline."""
    input:
        expand(f"{RESULTS}/rewards/{{pipeline}}/rewards.tsv", pipeline=PIPELINES),


rule judge_rewards:
    """Rank rewards and pairs of rewards by how well the trial that they prefer agrees with the truth."""
    input:
        tables=expand(f"{PIPELINE}/trials.tsv", image=IMAGES, allow_missing=True),
        cells=expand(f"{IMAGE}/cells.zarr", image=IMAGES),
        references=expand(f"{IMAGE}/reference.zarr", image=IMAGES),
    output:
        rewards=f"{RESULTS}/rewards/{{pipeline}}/rewards.tsv",
        pairs=f"{RESULTS}/rewards/{{pipeline}}/pairs.tsv",
        held_out=f"{RESULTS}/rewards/{{pipeline}}/held_out.tsv",
        figure=get_reported(f"{RESULTS}/rewards/{{pipeline}}/rewards.png", "rewards"),
        figure_pdf=f"{RESULTS}/rewards/{{pipeline}}/rewards.pdf",
    log:
        f"{RESULTS}/logs/judge_rewards.{{pipeline}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/judge_rewards.{{pipeline}}.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images=list(IMAGES),
        code=code_digest("judge_rewards.py", "ferrotune.rewards"),
    message:
        "Judging the rewards for {wildcards.pipeline}"
    script:
        "../scripts/judge_rewards.py"
