"""A lottery in which somebody is drawn more often than the rules ask for is refused, or named."""

from __future__ import annotations

from typing import Any

import pytest

from fairdraw.verify import verify
from tests.fairdraw.unfair import OF_BARRED, STRATUM, UNFAIR, drawn, honest, unfair


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
