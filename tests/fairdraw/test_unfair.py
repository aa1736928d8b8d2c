"""A lottery in which somebody is drawn more often than the rules ask for is refused, or named."""

from __future__ import annotations

from typing import Any

import pytest

from fairdraw.verify import lines, verify
from tests.fairdraw.unfair import (
    OF_BARRED,
    STRATUM,
    UNFAIR,
    drawn,
    honest,
    unfair,
    within_rounding,
)


@pytest.mark.parametrize(("told", "where", "recipe"), UNFAIR, ids=[each[0] for each in UNFAIR])
def test_an_unfair_lottery_fails_where_it_is_wrong(
    told: str, where: str, recipe: tuple[Any, ...]
) -> None:
    report = verify(unfair(*recipe))
    (failed,) = [check for check in report.checks if check.ok is False]
    assert (failed.code, failed.where) == ("CERTIFICATE", f"lottery.{where}")
    assert failed.expected.startswith(("at least", "at most"))


@pytest.mark.parametrize(("friends", "people"), [(1, 1000), (6, 600)])
def test_the_lottery_of_the_same_pool_that_the_program_makes_is_proven(
    friends: int, people: int
) -> None:
    report = verify(honest(people, friends))
    assert report.ok
    assert report.facts["proven"]
    assert report.facts["loose"] is None


def test_a_level_that_only_rounding_keeps_in_its_bracket_is_named() -> None:
    report = verify(within_rounding())
    assert report.ok
    assert report.facts["proven"] is True
    assert report.facts["loose"] == 2
    check = next(check for check in report.checks if check.code == "CERTIFICATE")
    assert check.value == "0/1, from level 2 on only within rounding (type 1)"
    remark = "from level 2 on chances are only within rounding, not proven level by level"
    assert remark in lines(report)
    assert "第 2 级起的机会只在取整余量之内，未逐级证明" in lines(report, "zh")


def test_a_level_is_not_called_loose_for_the_room_that_it_does_not_need() -> None:
    levels = [{"prices": [[STRATUM, 1], [OF_BARRED, 2**40]], "types": [0, 1]}]
    report = verify(drawn(unfair(1000, 1, 10, levels)))
    assert report.ok
    assert report.facts["loose"] is None


def test_panels_by_columns_that_favour_somebody_are_named() -> None:
    levels = [{"prices": [[STRATUM, 1]], "types": [0, 1]}]
    report = verify(drawn(unfair(1000, 1, 499, levels, "columns")))
    assert report.ok
    assert report.facts["proven"] is False
    check = next(check for check in report.checks if check.code == "CERTIFICATE")
    assert check.value == "NOT PROVEN, smallest 0, none above 0/1, type 0 outside its bracket"


def test_a_fair_share_by_columns_is_proven() -> None:
    levels = [{"prices": [[STRATUM, 1], [OF_BARRED, 1]], "types": [0, 1]}]
    report = verify(drawn(unfair(1000, 1, 10, levels, "columns")))
    assert report.ok
    assert report.facts["proven"] is True
