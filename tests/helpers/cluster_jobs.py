"""The jobs of a cluster that a run would submit, counted in what its dry run says."""

import re

LOCAL = {"all", "check_sheet", "download"}  # run where Snakemake runs


def counted(said, groups):
    """Jobs of the workflow, and jobs of the cluster, of a dry run.

    Parameters
    ----------
    said : str, what `snakemake -n` printed
    groups : dict of rule -> group, of the profile

    Returns
    -------
    (int, int)
    """
    rules = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", said, re.MULTILINE)}
    total = rules.pop("total")
    apart = sum(count for rule, count in rules.items() if rule not in groups.keys() | LOCAL)
    return total, apart + len(re.findall(r"Group job \w+ \(jobs", said))
