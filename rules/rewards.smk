"""Rewards compared with the truth, for a series of simulated images: a separate target, `make rewards`.

Reads the tables of trials of every image and the config's `rewards`, `objectives`; writes rewards/.
"""


rule judge_rewards:
    """Rank rewards and pairs of rewards by how well the trial that they prefer agrees with the truth."""
    input:
        expand(f"{PIPELINE}/trials.tsv", image=IMAGES, pipeline=PIPELINES[0]),
    output:
        rewards=f"{RESULTS}/rewards/rewards.tsv",
        pairs=f"{RESULTS}/rewards/pairs.tsv",
        held_out=f"{RESULTS}/rewards/held_out.tsv",
        figure=get_reported(f"{RESULTS}/rewards/rewards.png", "rewards"),
        figure_pdf=f"{RESULTS}/rewards/rewards.pdf",
    log:
        f"{RESULTS}/logs/judge_rewards.log",
    benchmark:
        f"{RESULTS}/benchmarks/judge_rewards.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        images=list(IMAGES),
        code=code_digest("judge_rewards.py", "ferrotune.rewards"),
    message:
        "Judging the rewards"
    script:
        "../scripts/judge_rewards.py"
