"""The engine against sortition-algorithms 0.12 with its default free solver, on the same instances.

The yardstick gets an environment of its own in a temporary folder, which goes again at the end.
Both programs run in processes of their own, in turns, on instances with fixed seeds; where the
yardstick does not end within a limit (MINGQIAN_BENCH_LIMIT seconds, else 120), it is stopped and
the ratio is a lower bound. MINGQIAN_BENCH_ROUNDS (else 3) says how often. Times are wall times of
grouping, chances, certificate, lottery and one panel; making the pool is timed by neither.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import instances
from bench.measure import line, title
from bench.rounds import Runs, in_turns, ratio, seconds

YARDSTICK = "sortition-algorithms==0.12.*"
ROUNDS = int(os.environ.get("MINGQIAN_BENCH_ROUNDS", "3"))
LIMIT = float(os.environ.get("MINGQIAN_BENCH_LIMIT", "120"))
#: Nothing of ours is meant to take nearly as long.
OUR_LIMIT = 300.0


class Bench:
    """A folder for instances and the yardstick's Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = install(folder / "yardstick")
        self.number = 0

    def write(self, instance: dict[str, object]) -> str:
        """Path of a file that holds an instance."""
        self.number += 1
        path = self.folder / f"instance-{self.number}.json"
        path.write_text(json.dumps(instance))
        return str(path)

    def ours(self, instance: str, task: str = "draw") -> Runs:
        """This engine."""
        return Runs([sys.executable, "-m", "bench.ours", instance, task], OUR_LIMIT)

    def theirs(self, instance: str, task: str = "draw") -> Runs:
        """The yardstick."""
        program = str(Path(__file__).with_name("yardstick.py"))
        return Runs([self.python, program, instance, task], LIMIT)


def install(place: Path) -> str:
    """The Python of a fresh environment with the yardstick; ends the program if there is none."""
    venv.create(place, with_pip=True)
    python = str(place / ("Scripts" if os.name == "nt" else "bin") / "python")
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", YARDSTICK]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"The yardstick {YARDSTICK} cannot be installed here: {reason}", file=sys.stderr)
        raise SystemExit(3)
    return python


@dataclass(frozen=True)
class Line:
    """One line of the goals: ``task`` on what ``made`` gives (an instance, or the name of one that
    the engine's own program makes on the spot), against the yardstick or alone."""

    label: str
    made: Callable[[], dict[str, Any] | str]
    goal: str
    yardstick: bool
    task: str = "draw"


def volunteers(shape: instances.Shape) -> Callable[[], dict[str, Any]]:
    """What makes an instance of a shape."""
    return lambda: instances.volunteers(shape)


#: Every line of the goals but the smallest chance, which has ten instances of its own.
GOALS = (
    *(Line(shape.name, volunteers(shape), "50 ×", True) for shape in instances.SMALL),
    *(Line(shape.name, volunteers(shape), "400 ×", True) for shape in instances.MIDDLE),
    Line("employer cap 1, n=1,000 k=9", instances.households, "2,000 ×", True),
    Line(instances.PORTFOLIO.name, volunteers(instances.PORTFOLIO), "5 s", True),
    Line(
        f"feasibility, {instances.FEASIBILITY.name}",
        volunteers(instances.FEASIBILITY),
        "25 ×",
        True,
        "feasible",
    ),
    Line(
        "a million, 40 strata, 8,000 employers, cap 2, k=150",
        lambda: "million-strata",
        "0.5 s without grouping",
        False,
    ),
    Line(instances.MILLION.name, lambda: "million-quotas", "6 s", False),
    Line(
        "verification of " + instances.PORTFOLIO.name,
        volunteers(instances.PORTFOLIO),
        "0.5 s",
        False,
        "verify",
    ),
)


def against(bench: Bench, label: str, path: str, goal: str, task: str = "draw") -> None:
    """One instance, both programs: times, ratio, smallest chances."""
    ours, theirs = bench.ours(path, task), bench.theirs(path, task)
    in_turns(ours, theirs, ROUNDS)
    line(label, f"{ratio(ours, theirs)} (goal {goal}): {ours.shown()} against {theirs.shown()}")
    mine = ours.median("lowest")
    if mine is not None:
        answer = ours.answers[-1]
        found = theirs.median("lowest")
        line(
            "",
            f"smallest chance {mine:.6f} against {'–' if found is None else f'{found:.6f}'}; "
            f"mode {answer['mode']}, {answer['panels'] or 'no'} panels by {answer['method']}, "
            f"gap {answer['gap']:.1e}",
        )
    failures(ours, theirs)


def failures(*programs: Runs) -> None:
    """Say why runs failed, if any did; a run that was stopped at the limit is no failure."""
    for runs in programs:
        for reason in runs.failures:
            line("", f"failed: {reason}")


def alone(bench: Bench, label: str, instance: str, goal: str, task: str = "draw") -> None:
    """One instance that the yardstick is not asked: times by part and memory."""
    ours = bench.ours(instance, task)
    in_turns(ours, None, ROUNDS)
    line(label, f"{ours.shown()} (goal {goal})")
    parts = [(part, ours.median(part)) for part in ("group", "solve", "draw")]
    if all(amount is not None for _, amount in parts):
        line("", ", ".join(f"{part} {seconds(amount or 0)}" for part, amount in parts) + " CPU")
    elif ours.answers:
        line(
            "",
            ", ".join(
                f"{k} {v}" for k, v in ours.answers[-1].items() if k in ("bytes", "panels", "mode")
            ),
        )
    lowest = ours.median("lowest")
    if lowest is not None:
        line("", f"smallest chance {lowest:.3e}, gap {ours.answers[-1]['gap']:.1e}")
    failures(ours)


def smallest_chances(bench: Bench) -> None:
    """Ten instances, one round: is the smallest chance ever below the yardstick's?"""
    title("Smallest chance on ten instances (goal: never below)")
    never_below = 0
    for shape in instances.TEN:
        path = bench.write(instances.volunteers(shape))
        ours, theirs = bench.ours(path), bench.theirs(path)
        in_turns(ours, theirs, 1)
        mine, found = ours.median("lowest"), theirs.median("lowest")
        if mine is None:
            line(shape.name, ours.shown())
        elif found is None:
            line(shape.name, f"{mine:.6f}; yardstick {theirs.shown()}")
        else:
            # Our panels are equally likely, so a chance is rounded to one panel of many.
            exact = mine + ours.answers[0]["gap"] >= found - 1e-9
            never_below += exact
            line(
                shape.name,
                f"{mine:.6f} against {found:.6f}, bound {mine + ours.answers[0]['gap']:.6f}",
            )
    line("equal or above, up to the published gap", f"{never_below} of {len(instances.TEN)}")


def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="mingqian-yardstick-") as name:
        bench = Bench(Path(name))
        title(f"The engine against {YARDSTICK} (highspy), {ROUNDS} rounds in turns")
        for goal in GOALS:
            made = goal.made()
            path = made if isinstance(made, str) else bench.write(made)
            show = against if goal.yardstick else alone
            show(bench, goal.label, path, goal.goal, goal.task)
        smallest_chances(bench)
