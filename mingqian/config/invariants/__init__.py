"""What must be true of the data at any moment, whatever happened before: asked by `manage.py verify`.

Each invariant is a name and a function that gives a sentence for every contradiction it finds. They read;
they never mend. The tests ask them after each test, so they must be quick on little data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Model

from mingqian.committees.models import Unit
from mingqian.draws.models import Draw, DrawApplication
from mingqian.experts.models import Expert
from mingqian.workflow.models import Matter

from . import draws, log, matters, organisation, pool, provenance, references, rosters, rules

# A broken database can have millions of contradictions; the first ones of each kind are enough to see.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Invariant:
    """A name in words and the function that looks for contradictions.

    `about`: without a row of this model there is nothing that could contradict.
    """

    name: str
    check: Callable[[], Iterable[str]]
    about: type[Model] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One contradiction in the data."""

    invariant: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant}：{self.sentence}"


INVARIANTS: list[Invariant] = [
    Invariant(name, check, about)
    for chapter, about in (
        (log, None),
        (references, None),
        (rules, None),
        (organisation, Unit),
        (matters, Matter),
        (pool, Expert),
        (draws, DrawApplication),
        (provenance, DrawApplication),
        (rosters, Draw),
    )
    for name, check in chapter.INVARIANTS
]


def problems_of(invariant: Invariant) -> list[Problem]:
    """The first contradictions to one invariant."""
    return [Problem(invariant.name, text) for text in islice(invariant.check(), MOST_PROBLEMS)]


def check_each() -> Iterator[tuple[Invariant, list[Problem]]]:
    """Every invariant with what contradicts it, one after the other."""
    some = {
        model: model._default_manager.exists() for model in {i.about for i in INVARIANTS} if model
    }
    for invariant in INVARIANTS:
        idle = invariant.about is not None and not some[invariant.about]
        yield invariant, [] if idle else problems_of(invariant)


def check_all() -> list[Problem]:
    """Every contradiction found."""
    return [problem for _, problems in check_each() for problem in problems]
