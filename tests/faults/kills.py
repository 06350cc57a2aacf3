"""Kills: of jobs and of Snakemake, at a chosen write and at random moments; each schedule follows from its seed."""

import os
import random
import signal
import time

from faults.outcome import Fault
from faults.processes import jobs_in, working_in
from faults.series import as_json, contents, differences, said_to_user

SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT")
WAIT = 5.0  # s in which the jobs of a killed Snakemake have to end


def _compared(fault, series, reference):
    fault.runs += 1
    fault.lost += differences(contents(series.results()), reference)
    return fault


def jobs_killed_at_writes(series, reference, injection, seed, runs):
    """SIGKILL to the first attempt of each rule's job at one of its writes, as an out-of-memory kill does."""
    rng, counts = random.Random(seed), injection.counts()
    fault = Fault("SIGKILL to a job at one of its writes (`--retries 1`)", "the run goes on; Snakemake names the job")
    for _ in range(runs):
        series.again()
        plan = {rule: (rng.randrange(count), "kill") for rule, count in sorted(counts.items()) if rule != "main"}
        fault.schedule(plan)
        before = len(injection.happened())
        injection.plan(plan)
        status, said = series.done("--retries", "1", environment=injection.environment())
        fault.tried += len(injection.happened()) - before
        fault.check(status == 0, said)
        _compared(fault, series, reference)
    return fault


def jobs_killed_at_moments(series, reference, seed, kills):
    """SIGKILL to a running job every few seconds."""
    rng = random.Random(seed)
    fault = Fault("SIGKILL to a running job at random moments (`--retries 40`)", "as above")
    while fault.tried < kills:
        series.again()
        process, done = series.start("--retries", "40"), []
        while process.poll() is None:
            after = rng.uniform(0.3, 3)
            time.sleep(after)
            if len(done) < 40 and (jobs := jobs_in(series.folder)):
                rule, job = rng.choice(jobs)
                os.kill(job, signal.SIGKILL)
                done.append((round(after, 2), rule))
        status, said = series.finish(process)
        fault.schedule(done)
        fault.tried += len(done)
        fault.check(status == 0, said)
        _compared(fault, series, reference)
    return fault


def snakemake_killed_at_writes(series, reference, injection, seed, kills):
    """SIGKILL to Snakemake alone at one of its own writes (marks, metadata, results); its jobs have to end too."""
    rng = random.Random(seed)
    fault = Fault(
        "SIGKILL to Snakemake alone at one of its writes",
        "its jobs end within half a second; the next run says that the folder is locked: `--unlock`, and run again",
    )
    series.again()
    while fault.tried < kills:
        number = rng.randrange(60)
        fault.schedule({"main": number})
        before = len(injection.happened())
        injection.plan({"main": (number, "kill")})
        status, said = series.mended(environment=injection.environment())
        if len(injection.happened()) == before:  # the run came to its end first
            fault.check(status == 0, said)
            _compared(fault, series, reference)
            series.again()
            continue
        fault.tried += 1
        _no_job_is_left(fault, series)
    return _finished(fault, series, reference)


def _no_job_is_left(fault, series):
    deadline = time.monotonic() + WAIT
    while (left := working_in(series.folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    fault.check(not left, f"processes {left} went on")


def _finished(fault, series, reference):
    status, said = series.mended()
    fault.check(status == 0, said)
    return _compared(fault, series, reference)


def snakemake_interrupted_at_moments(series, reference, seed, kills, longest):
    """SIGKILL, SIGTERM or SIGINT to Snakemake or to its whole process group, within the first `longest` seconds."""
    rng = random.Random(seed)
    fault = Fault(
        "SIGKILL, SIGTERM or SIGINT to Snakemake, alone or with its jobs, at random moments",
        "SIGTERM: the running jobs are finished; SIGINT: they are ended; SIGKILL: as above",
    )
    series.again()
    while fault.tried < kills:
        after, name, whole = round(rng.uniform(1, longest), 2), rng.choice(SIGNALS), rng.random() < 0.5
        fault.schedule([after, name, "group" if whole else "alone"])
        if series.is_locked():
            fault.check(series.done("--unlock")[0] == 0, "it could not be unlocked")
        process = series.start()
        if not series.interrupted(process, after, getattr(signal, name), whole):
            status, said = series.finish(process)
            fault.check(status == 0, said)
            _compared(fault, series, reference)
            series.again()
            continue
        status, said = series.finish(process)
        fault.tried += 1
        _no_job_is_left(fault, series)
        errors, _ = said_to_user(said)
        fault.check(not errors, f"{as_json(errors)}")
    return _finished(fault, series, reference)
