"""The measurements' own machinery: instances that can be filled, processes that end."""

from __future__ import annotations

import importlib
import json
import sys

import pytest

from bench import instances, ours
from bench.fairdraw import GOALS, failures
from bench.ours import read
from bench.rounds import Runs, in_turns, ratio
from fairdraw.drawing import solve_grouped
from fairdraw.people.grouping import group_by_type

#: Words of the lines of the goals, by what is measured.
LINES = {
    "draw": [
        "n=110",
        "n=150",
        "n=200",
        "n=500",
        "n=800",
        "n=1,000 k=60",
        "employer cap 1",
        "n=1,727",
    ],
    "feasible": ["n=20,000"],
    "verify": ["n=1,727"],
    "alone": ["40 strata, 8,000 employers", "5 categories, 48 values"],
}
SAY = "import sys, json; print('noise'); print(json.dumps({'wall': float(sys.argv[1]), 'memory': 2048}))"


def runs(program: str, *arguments: str, limit: float = 60) -> Runs:
    return Runs([sys.executable, "-c", program, *arguments], limit)


@pytest.mark.parametrize("shape", [*instances.SMALL, *instances.TEN[:3]], ids=lambda s: s.name)
def test_an_instance_is_the_same_every_time_and_can_be_filled(shape, tmp_path) -> None:
    made = instances.volunteers(shape)
    assert made == instances.volunteers(shape)
    for values in made["categories"].values():
        assert sum(low for low, _ in values.values()) <= shape.k
        assert sum(high for _, high in values.values()) >= shape.k
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(made))
    pool, plan = read(str(path))
    assert (len(pool), plan.primary_seats) == (shape.people, shape.k)
    assert group_by_type(pool, plan).mode == "L"


def test_every_line_of_the_goals_is_measured() -> None:
    for kind, words in LINES.items():
        labels = [
            goal.label
            for goal in GOALS
            if goal.task == ("draw" if kind == "alone" else kind)
            and goal.yardstick == (kind in ("draw", "feasible"))
        ]
        assert len(labels) == len(words)
        assert all(word in label for word, label in zip(words, labels))
    assert len(instances.TEN) == 10


@pytest.mark.parametrize("name", ours.LOADED)
def test_what_is_loaded_beforehand_exists(name: str) -> None:
    assert importlib.import_module(f"fairdraw.{name}")


@pytest.mark.parametrize("task", ["draw", "feasible", "verify"])
def test_every_task_answers_with_its_figures(task: str, tmp_path, capsys) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(instances.volunteers(instances.TEN[0])))
    ours.main(str(path), task)
    answer = json.loads(capsys.readouterr().out)
    assert {"wall", "cpu", "memory"} <= set(answer)
    assert ("lowest" in answer) == (task == "draw")


def test_failures_are_printed(capsys) -> None:
    broken = runs("raise SystemExit('no such library')")
    in_turns(broken, None, 1)
    failures(broken)
    assert "failed: no such library" in capsys.readouterr().out


def test_households_become_employers_and_strata(tmp_path) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(instances.households()))
    pool, plan = read(str(path))
    grouping = group_by_type(pool, plan)
    solution = solve_grouped(grouping, pool)
    assert solution is not None
    assert (solution.mode, plan.employer_cap, len(pool)) == ("B", 1, 1000)


def test_two_programs_take_turns_and_are_compared() -> None:
    ours, theirs = runs(SAY, "2"), runs(SAY, "6")
    in_turns(ours, theirs, 3)
    assert len(ours.answers) == len(theirs.answers) == 3
    assert ratio(ours, theirs) == "3 ×"
    assert ours.shown() == "2.00 s (2.00 s–2.00 s), 2 MB"


def test_a_program_that_does_not_end_is_stopped_and_bounds_the_ratio() -> None:
    ours, theirs = runs(SAY, "0.01"), runs("while True: pass", limit=0.2)
    in_turns(ours, theirs, 2)
    assert theirs.too_long
    assert theirs.answers == []
    assert ratio(ours, theirs) == "more than 20 ×"
    assert theirs.shown() == "more than 0 s"


def test_a_program_that_fails_says_why() -> None:
    ours, theirs = runs(SAY, "1"), runs("raise SystemExit('no such library')")
    in_turns(ours, theirs, 1)
    assert theirs.shown() == "failed: no such library"
    assert ratio(ours, theirs) == "no ratio"
