"""A series as a Workflow Run RO-Crate: what was computed from what, by which code, and who chose the trials.

Profile: Provenance Run Crate 0.5 (https://w3id.org/ro/wfrun/provenance/0.5), which rests on RO-Crate 1.1.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ferrotune import __version__
from ferrotune.exports.crate_entities import WORKFLOW, CrateEntities

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
_PYPI = "https://pypi.org/project"
_DONE = "http://schema.org/CompletedActionStatus"
_USED = (("cpu_time", "s"), ("max_rss", "MB"))  # of a job, with units
_UNITS = {"s": "https://qudt.org/vocab/unit/SEC", "MB": "https://qudt.org/vocab/unit/MegaBYTE"}


@dataclass(frozen=True)
class Choice:
    """Which trial is shown of an image and pipeline, and by what.

    Attributes
    ----------
    image, pipeline : str
    trial : int
    by : {"knee", "config", "evidence"}, as in selected.zarr
    front, selected : str, paths of the tables that were chosen from, and of the store of the chosen
    time : float, s since the epoch
    """

    image: str
    pipeline: str
    trial: int
    by: str
    front: str
    selected: str
    time: float


@dataclass(frozen=True)
class SeriesRun:
    """What a crate tells of a series.

    Attributes
    ----------
    name : str, of the series
    folder : Path, in which the workflow ran
    code : Path of a copy of the workflow: Snakefile, rules, scripts, config, envs
    jobs : list, each with rule, of, inputs, outputs, logs, start, end and used (`ferrotune.workflow.run_jobs.Job`)
    choices : list of Choice
    digests : dict of path -> SHA-256 of each file and folder that the jobs read or wrote and that is there
    left_out : function of a path (str), whether its content is left out of the crate
    config, results : list of str, paths of the run's config and of what a reader opens first
    machines : list of dict, each once
    packages : dict of name -> version, those that ferrotune asks for
    tools : dict of rule -> (file name of its script, what it does)
    person : (name, address of an ORCID record or None), or None: who ran the workflow and chose by the config
    license : str
    """

    name: str
    folder: Path
    code: Path
    jobs: list
    choices: list
    digests: dict
    left_out: object
    config: list
    results: list
    machines: list
    packages: dict
    tools: dict
    person: tuple | None
    license: str


def _when(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _workflow(made, engine):
    """The workflow, its steps (dict by rule) and tools (dict by rule)."""
    run, crate = made.run, made.crate
    kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    about = {"@type": kinds, "name": "ferrotune", "version": __version__, "encodingFormat": "text/x-snakemake"}
    workflow = crate.add_workflow(
        str(run.code / "Snakefile"), f"{WORKFLOW}Snakefile", main=True, lang="snakemake", properties=about
    )
    python = made.about("https://www.python.org/", "ComputerLanguage", name="Python", url="https://www.python.org/")
    steps, tools = {}, {}
    for rule in dict.fromkeys(job.rule for job in run.jobs):
        script, does = run.tools[rule]
        path = f"scripts/{script}"
        if path not in made.known:
            kind = ["File", "SoftwareSourceCode"]
            made.known[path] = made.code(path, kind, description=does, version=__version__, programmingLanguage=python)
        tools[rule] = made.known[path]
        step = {"name": rule, "position": str(len(steps)), "workExample": tools[rule]}
        steps[rule] = made.about(f"{workflow.id}#{rule}", "HowToStep", **step)
    for path in ("rules/", "scripts/ferrotune/", "config/", "envs/"):
        made.code(path)
    packages = []
    for name, version in run.packages.items():
        about = {"name": name, "softwareVersion": version, "url": f"{_PYPI}/{name}/"}
        packages.append(made.about(f"{_PYPI}/{name}/{version}/", "SoftwareApplication", **about))
    workflow["hasPart"] = list(dict.fromkeys(tools.values()))
    workflow["step"] = list(steps.values())
    workflow["softwareRequirements"] = [engine, *packages]
    return workflow, steps, tools


def _job_actions(made, steps, tools, agent):
    """Actions of all jobs: of the tools that ran (list), and of the engine that started them (list)."""
    actions, controls = [], []
    for number, job in enumerate(made.run.jobs):
        used = [
            made.about(f"#job/{number}/{name}", "PropertyValue", name=name, value=str(value), unitCode=_UNITS[unit],
                       propertyID=f"https://snakemake.readthedocs.io/en/stable/snakefiles/rules.html#{name}")
            for (name, unit), value in ((key, job.used[key[0]]) for key in _USED if key[0] in job.used)
        ]  # fmt: skip
        action = made.about(
            f"#job/{number}",
            "CreateAction",
            name=f"{job.rule}: {job.of}" if job.of else job.rule,
            description=made.run.tools[job.rule][1],
            instrument=tools[job.rule],
            agent=agent,
            object=[made.data(path) for path in job.inputs],
            result=[made.data(path) for path in job.outputs],
            startTime=_when(job.start),
            endTime=_when(job.end),
            actionStatus=_DONE,
            resourceUsage=used,
            subjectOf=[made.data(path) for path in job.logs if path in made.run.digests],
        )
        actions.append(action)
        controls.append(made.about(f"#control/{number}", "ControlAction", instrument=steps[job.rule], object=action,
                                   name=f"start of {action['name']}", startTime=action["startTime"]))  # fmt: skip
    return actions, controls


def _choices(made, person, workflow):
    """Actions of whoever chose the trials that are shown."""
    why = {
        "config": "named in the config's select",
        "knee": "the knee of the Pareto front, taken by the workflow",
        "evidence": "the trial with most evidence, taken by the workflow since no trial is on the front",
    }
    return [
        made.about(
            f"#choice/{one.image}/{one.pipeline}",
            "ChooseAction",
            name=f"choice of trial {one.trial} of {one.pipeline} on {one.image}",
            description=why.get(one.by, str(one.by)),
            agent=person if one.by == "config" else workflow,
            object=made.data(one.front),
            result=made.data(one.selected),
            endTime=_when(one.time),
        )
        for one in made.run.choices
    ]


def _parameters(made, workflow, given, shown):
    """Formal parameters of the workflow: what it was given, and what it shows."""
    for key, role, entities in (("input", "given", given), ("output", "shown", shown)):
        found = []
        for entity in entities:
            kind = "Dataset" if "Dataset" in entity.type else "File"
            name = f"{workflow.id}#{role}/{Path(entity.id).name}"
            parameter = made.about(name, "FormalParameter", name=Path(entity.id).name, additionalType=kind,
                                   workExample=entity)  # fmt: skip
            entity["exampleOfWork"] = parameter
            found.append(parameter)
        if found:  # of an unfinished series nothing is shown yet
            workflow[key] = found if len(found) > 1 else found[0]


def _person(made):
    """Who ran the workflow: a person, of whom perhaps nothing is known."""
    name, orcid = made.run.person or (None, None)
    return made.about(orcid or "#person", "Person", name=name or "not named: make crate BY=\"First Last\"")  # fmt: skip


def make_crate(run, path):
    """Write the crate of a series.

    Parameters
    ----------
    run : SeriesRun
    path : path of the zip to write; one that is there is replaced

    Returns
    -------
    dict of str -> int
        Numbers of jobs, files (files and stores that are in the crate) and choices.
    """
    made = CrateEntities(run)
    crate = made.crate
    crate.name = f"ferrotune: series {run.name}"
    crate.description = (
        f"Domains and domain walls of the images of the series {run.name}, found by ferrotune {__version__}: all jobs "
        "of the workflow, with what each read and wrote, and who chose the trial that is shown."
    )
    crate.license = made.about("#license", "CreativeWork", name=run.license, description=run.license)
    crate.root_dataset["conformsTo"] = [
        made.about(address, "CreativeWork", name=name, version=version) for address, (name, version) in PROFILES.items()
    ]
    person = _person(made)
    crate.root_dataset["author"] = person
    engine = made.about("https://snakemake.github.io", "SoftwareApplication", name="Snakemake",
                        url="https://snakemake.github.io", softwareVersion=run.packages.get("snakemake"))  # fmt: skip
    workflow, steps, tools = _workflow(made, engine)
    actions, controls = _job_actions(made, steps, tools, person)
    choices = _choices(made, person, workflow)
    written = {path for job in run.jobs for path in job.outputs}
    given = [path for job in run.jobs for path in job.inputs if path not in written and path in run.digests]
    given = [made.data(path) for path in dict.fromkeys([*run.config, *given])]
    given = [entity for entity in given if not entity.id.startswith("#")]
    shown = [made.data(path) for path in run.results]
    _parameters(made, workflow, given, shown)
    machines = [
        made.about(f"#machine/{number}/{key}", "PropertyValue", name=key, value=value, propertyID=key)
        for number, machine in enumerate(run.machines)
        for key, value in machine.items()
    ]
    first, last = min(job.start for job in run.jobs), max(job.end for job in run.jobs)
    times = {"startTime": _when(first), "endTime": _when(last), "actionStatus": _DONE, "agent": person}
    about = {"name": f"run of ferrotune on the series {run.name}", "description": crate.description}
    whole = made.about("#run", "CreateAction", instrument=workflow, object=given, result=shown,
                       additionalProperty=machines, **about, **times)  # fmt: skip
    engine_run = made.about("#engine", "OrganizeAction", name=f"run of Snakemake on the series {run.name}",
                            instrument=engine, object=controls, result=whole, **times)  # fmt: skip
    crate.root_dataset["mentions"] = [whole, engine_run, *actions, *choices]
    made.write(path)
    files = sum(not entity.id.startswith(("#", WORKFLOW)) for entity in crate.data_entities)
    return {"jobs": len(actions), "files": files, "choices": len(choices)}
