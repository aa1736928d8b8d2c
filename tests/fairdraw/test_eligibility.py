"""One person against the rules: every code, all at once, and what is not known excludes."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from fairdraw.eligibility import CODES, Criteria, Facts, age_on, judge, missing_fields

DAY = date(2026, 11, 19)
GOOD = Facts(
    id="p1",
    in_pool=True,
    status="ACTIVE",
    term_from=date(2025, 1, 1),
    term_to=date(2027, 12, 31),
    strata=("roads",),
    level=4,
    employer="works",
    birth_date=date(1970, 5, 1),
    in_integrity=False,
    unavailable=False,
    time_clash=False,
    already_drawn=False,
    declined_earlier=False,
    conflict=False,
    applicant=False,
    seats_this_year=1,
    consecutive_years=1,
)
RULES = Criteria(
    on=DAY,
    min_level=4,
    strata=frozenset({"roads", "bridges"}),
    avoided_employers=frozenset({"rail"}),
    avoided_ids=frozenset({"p9"}),
    max_seats_per_year=3,
    max_consecutive_years=2,
    min_age=18,
    max_age=70,
)


def test_somebody_without_fault_may_be_drawn() -> None:
    assert judge(GOOD, RULES) == ()


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("NOT_IN_POOL", {"in_pool": False}),
    ("INACTIVE", {"status": "LEFT"}),
    ("SUSPENDED", {"status": "SUSPENDED"}),
    ("TERM_EXPIRED", {"term_to": date(2026, 11, 18)}),
    ("TERM_EXPIRED", {"term_from": date(2026, 11, 20)}),
    ("SPECIALTY", {"strata": ("canals",)}),
    ("SPECIALTY", {"strata": ()}),
    ("LEVEL", {"level": 3}),
    ("UNIT_AVOID", {"employer": "rail"}),
    ("UNIT_AVOID", {"former_employers": ("x", "rail")}),
    ("EXPERT_AVOID", {"id": "p9"}),
    ("CONFLICT", {"conflict": True}),
    ("APPLICANT_THIS_YEAR", {"applicant": True}),
    ("TIME_CLASH", {"time_clash": True}),
    ("UNAVAILABLE", {"unavailable": True}),
    ("ALREADY_DRAWN", {"already_drawn": True}),
    ("DECLINED_EARLIER", {"declined_earlier": True}),
    ("ROTATION", {"consecutive_years": 2}),
    ("LOAD", {"seats_this_year": 3}),
    ("LOAD", {"seats_this_year": 1, "max_seats_per_year": 1}),
    ("INTEGRITY", {"in_integrity": True}),
    ("AGE", {"birth_date": date(1955, 11, 19)}),
    ("AGE", {"birth_date": date(2010, 1, 1)}),
]


@pytest.mark.parametrize(("code", "change"), BROKEN)
def test_each_rule_has_its_code(code: str, change: dict[str, Any]) -> None:
    assert judge(replace(GOOD, **change), RULES) == (code,)


@pytest.mark.parametrize(
    "change",
    [
        {"term_to": DAY},
        {"term_from": DAY},
        {"seats_this_year": 2},
        {"birth_date": date(1955, 11, 20)},
        {"seats_this_year": 4, "max_seats_per_year": 5},
    ],
)
def test_the_last_allowed_value_is_allowed(change: dict[str, Any]) -> None:
    assert judge(replace(GOOD, **change), RULES) == ()


NEEDED = [
    field.name
    for field in fields(Facts)
    if field.name not in ("id", "former_employers", "max_seats_per_year")
]


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_not_known_excludes(name: str) -> None:
    facts = replace(GOOD, **{name: None})
    assert judge(facts, RULES) == ("DATA_MISSING",)
    assert missing_fields(facts, RULES) == (name,)


def test_what_is_not_asked_need_not_be_known() -> None:
    facts = replace(
        GOOD,
        level=None,
        birth_date=None,
        seats_this_year=None,
        consecutive_years=None,
        employer=None,
    )
    assert judge(facts, Criteria(on=DAY, needs_employer=False)) == ()


def test_all_codes_come_at_once_in_their_fixed_order() -> None:
    facts = Facts(
        id="p9",
        in_pool=False,
        status="LEFT",
        term_to=date(2020, 1, 1),
        strata=(),
        level=1,
        employer="rail",
        conflict=True,
        applicant=True,
        time_clash=True,
        unavailable=True,
        already_drawn=True,
        declined_earlier=True,
        consecutive_years=9,
        seats_this_year=9,
        in_integrity=True,
        birth_date=date(1900, 1, 1),
    )
    found = judge(facts, RULES)
    assert found == tuple(c for c in CODES if c not in ("SUSPENDED", "UNIT_CAP"))


def test_a_birthday_on_the_29th_of_february() -> None:
    assert age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26
