"""make fuzz: mutated inputs for the importers, in processes with 2 GB of memory and 10 s for each input.

Every input that ends in anything but a result or an InputError is a finding: it is kept, with what happened, in the
folder of findings, and printed. `--number` runs one input again, in this process, with its traceback.
"""

import argparse
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

MEMORY = 2 * 2**30  # bytes of address space
SECONDS = 10  # of processor time for an input: on a busy machine an input may take longer
PATIENCE = 300  # s, after which a process that waits, or does not answer to the alarm, is ended
LONGEST = 4000  # letters of a line that a user sees


class TooLong(BaseException):
    """An input took more than SECONDS. No reader of a foreign format catches it."""


def _alarm(*_):
    raise TooLong


def _memory_was_short(error):
    """Whether an error, or one that it follows from, is that of memory."""
    while error is not None:
        if isinstance(error, MemoryError) or "allocate" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _one(kind, path):
    """What an input does wrong: (kind of finding, words), or None; and whether it was taken."""
    from ferrotune.errors import InputError
    from fuzz.guard import Forbidden
    from fuzz.targets import READERS

    try:
        READERS[kind](path)
    except InputError as error:
        if _memory_was_short(error):
            return ("memory", traceback.format_exc()), False
        if len(str(error)) > LONGEST:
            return ("long line", str(error)[:300]), False
        return None, False
    except TooLong:
        return ("hang", traceback.format_exc()), False
    except Forbidden as error:
        return ("forbidden", f"{error}\n{traceback.format_exc()}"), False
    except BaseException:
        return ("traceback", traceback.format_exc()), False
    return None, True


def _read_seeds(folder):
    from fuzz.seeds import write_seeds

    return {kind: [(p.name, p.read_bytes()) for p in paths] for kind, paths in write_seeds(folder).items()}


def _worker(numbers, seed, written, at, taken):
    """Run inputs; `at` (shared) tells the parent which one and since when, `taken` counts those that were read."""
    from fuzz.guard import set_guard
    from fuzz.mutations import case

    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries complain to the terminal
    with tempfile.TemporaryDirectory() as scratch, open(written, "a") as findings:
        folder = Path(scratch)
        seeds = read_seeds(folder / "seeds")
        (folder / "run").mkdir()
        os.chdir(folder / "run")
        for name, data in seeds["sheet"]:
            Path("my.tsv" if name == "sheet.tsv" else name).write_bytes(data)
        for kind, of in seeds.items():  # what is loaded, and cached, when it is first used
            for name, data in of:
                (folder / "run" / name).write_bytes(data)
                _one(kind, folder / "run" / name)
        signal.signal(signal.SIGPROF, _alarm)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        set_guard(folder)
        parent = os.getppid()
        for number in numbers:
            if os.getppid() != parent:  # the campaign was stopped
                return
            kind, name, data = case(seeds, number, seed)
            path = folder / "run" / name
            path.write_bytes(data)
            at[0], at[1] = number, time.monotonic()
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            found, was_taken = _one(kind, path)
            signal.setitimer(signal.ITIMER_PROF, 0)
            taken.value += was_taken
            if found:
                findings.write(json.dumps([number, kind, name, *found]) + "\n")
                findings.flush()
        at[0] = -1


def _watched(process, at, numbers):
    """Wait for a process; the number of the input on which it ended or stood still, and how; None at its end."""
    while process.is_alive():
        process.join(0.2)
        if at[0] >= 0 and time.monotonic() - at[1] > PATIENCE:
            process.kill()
            process.join()
            return int(at[0]), "hang", f"no answer in {PATIENCE} s, not even to the alarm"
    if at[0] == -1:
        return None
    number = int(at[0]) if at[0] >= 0 else numbers[0]
    return number, "crash", f"the process ended with {process.exitcode}"


def run(first, count, seed, folder):
    """Run inputs one after another.

    Parameters
    ----------
    first, count : int, numbers of the inputs
    seed : int, of the campaign
    folder : Path, for the findings

    Returns
    -------
    findings : list of (number, kind of input, name of its seed, kind of finding, words)
    taken : int, inputs that were read without an error
    """
    context = multiprocessing.get_context("spawn")
    folder.mkdir(parents=True, exist_ok=True)
    written, begin, end, taken = folder / "findings.jsonl", first, first + count, context.Value("q", 0)
    written.write_text("")
    while begin < end:
        numbers, at = range(begin, end), context.Array("d", [-2.0, 0.0])
        process = context.Process(target=_worker, args=(numbers, seed, written, at, taken))
        process.start()
        stopped = _watched(process, at, numbers)
        if stopped is None:
            break
        with written.open("a") as file:
            file.write(json.dumps([stopped[0], "", "", *stopped[1:]]) + "\n")
        begin = stopped[0] + 1
    return [tuple(json.loads(line)) for line in written.read_text().splitlines()], taken.value


def read_seeds(folder):
    """Write the seeds to a folder (Path), and read them: dict of kind -> list of (name, bytes)."""
    from fuzz.seeds import write_seeds

    return {kind: [(p.name, p.read_bytes()) for p in paths] for kind, paths in write_seeds(folder).items()}


def again(number, seed):
    """Run one input in this process, without limits, and show its traceback or the line that a user sees."""
    from fuzz.mutations import case
    from fuzz.targets import read

    with tempfile.TemporaryDirectory() as scratch:
        kind, name, data = case(read_seeds(Path(scratch) / "seeds"), number, seed)
        path = Path(scratch, name)
        path.write_bytes(data)
        print(f"{kind}, from {name}, {len(data)} bytes")
        print(read(kind, path) or "it is taken")


def _place(words):
    """Last line of a traceback, and where in ours it was: what findings of one reason have in common."""
    lines = words.strip().splitlines()
    ours = [line.strip() for line in lines if "/ferrotune/" in line]
    return (ours[-1].partition("ferrotune/")[2] if ours else "") + " | " + lines[-1][:160]


def main(arguments):
    """Read the command line, run the campaign, and say what it found."""
    parser = argparse.ArgumentParser(prog="make fuzz", description="Give mutated inputs to the importers.")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, help="run this one again, with its traceback")
    parser.add_argument("--findings", type=Path, default=Path("results/fuzz"))
    chosen = parser.parse_args(arguments)
    if chosen.number is not None:
        again(chosen.number, chosen.seed)
        return
    began = time.monotonic()
    found, taken = run(chosen.first, chosen.inputs, chosen.seed, chosen.findings)
    cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    print(f"{chosen.inputs} inputs in {time.monotonic() - began:.0f} s ({cpu:.0f} s of CPU), {taken} of them taken")
    reasons = Counter((what, kind, _place(words)) for _, kind, _, what, words in found)
    first = {(what, kind, _place(words)): number for number, kind, _, what, words in reversed(found)}
    for reason, times in reasons.most_common():
        print(f"{times} times {': '.join(reason)} (first: --number {first[reason]})")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
