"""Who may be drawn: every rule has a code, and what is not known excludes.

``judge`` looks at one person and returns every code that applies, in a fixed order. The first one is
the one that statistics count. Numbers and dates come from the caller's rule book; nothing here is a
constant of law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from fairdraw.canonical import LARGEST_INTEGER, clean_text, instance_of, whole_number
from fairdraw.errors import FairdrawError

#: All codes in the order in which rules are tried. UNIT_CAP is given by a caller that knows an
#: employer's cap to be used up by members who sit already; ``judge`` never returns it.
CODES = (
    "NOT_IN_POOL",
    "INACTIVE",
    "SUSPENDED",
    "TERM_EXPIRED",
    "SPECIALTY",
    "LEVEL",
    "UNIT_AVOID",
    "EXPERT_AVOID",
    "CONFLICT",
    "APPLICANT_THIS_YEAR",
    "TIME_CLASH",
    "UNAVAILABLE",
    "ALREADY_DRAWN",
    "DECLINED_EARLIER",
    "ROTATION",
    "LOAD",
    "INTEGRITY",
    "AGE",
    "UNIT_CAP",
    "DATA_MISSING",
)


_FLAGS = (
    "in_pool",
    "in_integrity",
    "unavailable",
    "time_clash",
    "already_drawn",
    "declined_earlier",
    "conflict",
    "applicant",
)


@dataclass(frozen=True)
class Facts:
    """What is known of one person; None means not known, and what is not known excludes.

    ``status``: "ACTIVE", "SUSPENDED" or anything else (inactive). ``term_from`` and ``term_to``: first
    and last day of the term. ``level``: number of the title's grade. ``former_employers``: inside
    the window in which they matter. ``in_integrity``: a record that bars from draws is in force.
    ``conflict``, ``applicant``, ``time_clash``, ``unavailable``, ``already_drawn``,
    ``declined_earlier``: as their codes. ``seats_this_year`` and ``consecutive_years``: service so far.
    ``max_seats_per_year``: the person's own limit, if it differs from that of the criteria.
    """

    id: str
    in_pool: bool | None = None
    status: str | None = None
    term_from: date | None = None
    term_to: date | None = None
    strata: tuple[str, ...] | None = None
    level: int | None = None
    employer: str | None = None
    former_employers: tuple[str, ...] = ()
    birth_date: date | None = None
    in_integrity: bool | None = None
    unavailable: bool | None = None
    time_clash: bool | None = None
    already_drawn: bool | None = None
    declined_earlier: bool | None = None
    conflict: bool | None = None
    applicant: bool | None = None
    seats_this_year: int | None = None
    consecutive_years: int | None = None
    max_seats_per_year: int | None = None

    def __post_init__(self) -> None:
        clean_text(self.id, "id")
        for field in ("status", "employer"):
            _check(getattr(self, field), str, field)
        for field in ("term_from", "term_to", "birth_date"):
            _check_day(getattr(self, field), field)
        for field in _FLAGS:
            _check(getattr(self, field), bool, field)
        for field in ("level", "seats_this_year", "consecutive_years", "max_seats_per_year"):
            _check_number(getattr(self, field), field)
        if self.strata is not None:
            _check_names(self.strata, "strata")
        _check_names(self.former_employers, "former_employers")


@dataclass(frozen=True)
class Criteria:
    """What a draw asks of people on the day ``on``; a limit of None is not asked.

    ``strata``: at least one of them must be the person's; None: any.
    """

    on: date
    min_level: int | None = None
    strata: frozenset[str] | None = None
    avoided_employers: frozenset[str] = frozenset()
    avoided_ids: frozenset[str] = frozenset()
    max_seats_per_year: int | None = None
    max_consecutive_years: int | None = None
    min_age: int | None = None
    max_age: int | None = None
    needs_employer: bool = True

    def __post_init__(self) -> None:
        instance_of(self.on, date, "on")
        _check_day(self.on, "on")
        for field in ("min_level", "min_age", "max_age"):
            _check_number(getattr(self, field), field)
        for field in ("max_seats_per_year", "max_consecutive_years"):
            _check_number(getattr(self, field), field)
        for field in ("strata", "avoided_employers", "avoided_ids"):
            value = getattr(self, field)
            if value is not None or field != "strata":
                _check_names(value, field)
                object.__setattr__(self, field, frozenset(value))
        instance_of(self.needs_employer, bool, "needs_employer")

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Names of the facts without which nobody can be judged."""
        names = ["in_pool", "status", "term_from", "term_to", "strata", "in_integrity"]
        names += [
            "unavailable",
            "time_clash",
            "already_drawn",
            "declined_earlier",
            "conflict",
            "applicant",
        ]
        if self.needs_employer or self.avoided_employers:
            names.append("employer")
        if self.min_level is not None:
            names.append("level")
        if self.max_seats_per_year is not None:
            names.append("seats_this_year")
        if self.max_consecutive_years is not None:
            names.append("consecutive_years")
        if self.min_age is not None or self.max_age is not None:
            names.append("birth_date")
        return tuple(names)


def judge(facts: Facts, criteria: Criteria) -> tuple[str, ...]:
    """Every code that excludes the person, in the order of ``CODES``; () if they may be drawn."""
    instance_of(facts, Facts, "facts")
    instance_of(criteria, Criteria, "criteria")
    found = {code for code, rule in _RULES if rule(facts, criteria)}
    if _unknown(facts, criteria):
        found.add("DATA_MISSING")
    return tuple(code for code in CODES if code in found)


def missing_fields(facts: Facts, criteria: Criteria) -> tuple[str, ...]:
    """Names of the facts that are needed and not known: what a clerk has to fill in."""
    instance_of(facts, Facts, "facts")
    instance_of(criteria, Criteria, "criteria")
    return tuple(name for name in criteria.needed if getattr(facts, name) is None)


def age_on(birth: date, day: date) -> int:
    """Full years; somebody born on 29 February is a year older on 1 March of other years."""
    _check_day(instance_of(birth, date, "birth"), "birth")
    _check_day(instance_of(day, date, "day"), "day")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _check(value: Any, kind: type[Any], field: str) -> None:
    if value is not None and not isinstance(value, kind):
        instance_of(value, kind, field)


def _check_day(value: Any, field: str) -> None:
    # A moment is a day as well, to Python, but the two cannot be compared.
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        found = type(value).__name__
        raise FairdrawError("OBJECT_EXPECTED", field=field, expected="date", found=found)


def _check_number(value: Any, field: str) -> None:
    if value is not None:
        whole_number(value, field, low=-LARGEST_INTEGER)


def _check_names(value: Any, field: str) -> None:
    """A bare text would be taken for its letters: nobody would be avoided who should be."""
    if not isinstance(value, (tuple, list, set, frozenset)):
        raise FairdrawError("LIST_EXPECTED", field=field, found=type(value).__name__)
    for name in value:
        if not isinstance(name, str):
            raise FairdrawError("TEXT_EXPECTED", field=field, found=type(name).__name__)


def _unknown(facts: Facts, criteria: Criteria) -> bool:
    return bool(missing_fields(facts, criteria))


def _out_of_term(facts: Facts, criteria: Criteria) -> bool:
    if facts.term_from is not None and criteria.on < facts.term_from:
        return True
    return facts.term_to is not None and criteria.on > facts.term_to


def _no_stratum(facts: Facts, criteria: Criteria) -> bool:
    if facts.strata is None:
        return False
    return not facts.strata or (
        criteria.strata is not None and criteria.strata.isdisjoint(facts.strata)
    )


def _avoided_employer(facts: Facts, criteria: Criteria) -> bool:
    employers = {facts.employer, *facts.former_employers} - {None}
    return not criteria.avoided_employers.isdisjoint(employers)


def _too_many_seats(facts: Facts, criteria: Criteria) -> bool:
    limit = criteria.max_seats_per_year
    if facts.max_seats_per_year is not None:
        limit = facts.max_seats_per_year
    return (
        limit is not None and facts.seats_this_year is not None and facts.seats_this_year >= limit
    )


def _too_many_years(facts: Facts, criteria: Criteria) -> bool:
    limit, years = criteria.max_consecutive_years, facts.consecutive_years
    return limit is not None and years is not None and years >= limit


def _wrong_age(facts: Facts, criteria: Criteria) -> bool:
    if facts.birth_date is None:
        return False
    age = age_on(facts.birth_date, criteria.on)
    if criteria.min_age is not None and age < criteria.min_age:
        return True
    return criteria.max_age is not None and age > criteria.max_age


def _too_low(facts: Facts, criteria: Criteria) -> bool:
    least = criteria.min_level
    return least is not None and facts.level is not None and facts.level < least


_RULES: tuple[tuple[str, Callable[[Facts, Criteria], bool]], ...] = (
    ("NOT_IN_POOL", lambda facts, _: facts.in_pool is False),
    ("INACTIVE", lambda facts, _: facts.status not in (None, "ACTIVE", "SUSPENDED")),
    ("SUSPENDED", lambda facts, _: facts.status == "SUSPENDED"),
    ("TERM_EXPIRED", _out_of_term),
    ("SPECIALTY", _no_stratum),
    ("LEVEL", _too_low),
    ("UNIT_AVOID", _avoided_employer),
    ("EXPERT_AVOID", lambda facts, criteria: facts.id in criteria.avoided_ids),
    ("CONFLICT", lambda facts, _: facts.conflict is True),
    ("APPLICANT_THIS_YEAR", lambda facts, _: facts.applicant is True),
    ("TIME_CLASH", lambda facts, _: facts.time_clash is True),
    ("UNAVAILABLE", lambda facts, _: facts.unavailable is True),
    ("ALREADY_DRAWN", lambda facts, _: facts.already_drawn is True),
    ("DECLINED_EARLIER", lambda facts, _: facts.declined_earlier is True),
    ("ROTATION", _too_many_years),
    ("LOAD", _too_many_seats),
    ("INTEGRITY", lambda facts, _: facts.in_integrity is True),
    ("AGE", _wrong_age),
)
