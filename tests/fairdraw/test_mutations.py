"""Whatever is changed in a published transcript, the verifier says no, and where."""

from __future__ import annotations

from typing import Any

import pytest

from fairdraw.verify import verify
from tests.fairdraw.mutations import (
    CEILING_FORGERIES,
    LOTTERY_FORGERIES,
    PLAN_FORGERIES,
    SUBJECTS,
    Change,
    malformed,
    mutations,
    vector,
)
from tests.fairdraw.sealing import forged


def failing_step(data: bytes) -> str | None:
    """The code of the step that fails, None if all fits; nothing is checked after it."""
    report = verify(data)
    codes = [check.code for check in report.checks if check.ok is False]
    assert len(codes) == (not report.ok)
    if codes:
        at = [check.code for check in report.checks].index(codes[0])
        assert all(check.ok is None for check in report.checks[at + 1 :])
    return codes[0] if codes else None


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_change_of_every_field_is_refused(name: str) -> None:
    accepted = [told for told, data in mutations(name) if failing_step(data) is None]
    assert not accepted


@pytest.mark.parametrize(("told", "data"), list(malformed()), ids=[m[0] for m in malformed()])
def test_what_is_not_canonical_stops_at_the_first_step(told: str, data: bytes) -> None:
    assert failing_step(data) == "FORMAT"


@pytest.mark.parametrize(("code", "change"), LOTTERY_FORGERIES)
def test_a_forged_lottery_fails_where_it_is_wrong(code: str, change: Change) -> None:
    assert failing_step(forged(vector("quotas"), change)) == code


@pytest.mark.parametrize(("where", "change"), CEILING_FORGERIES)
def test_a_forged_ceiling_fails_where_it_is_wrong(where: str, change: Change) -> None:
    report = verify(forged(vector("ceiling"), change))
    (failed,) = [check for check in report.checks if check.ok is False]
    assert (failed.code, failed.where) == ("CERTIFICATE", where)


@pytest.mark.parametrize(("code", "where", "change"), PLAN_FORGERIES)
def test_what_the_library_refuses_to_make_is_refused(code: str, where: str, change: Change) -> None:
    report = verify(forged(vector("general"), change))
    (failed,) = [check for check in report.checks if check.ok is False]
    assert (failed.code, failed.where) == (code, where)


def test_a_ceiling_that_prices_do_not_prove_is_told_for_columns() -> None:
    def change(document: dict[str, Any]) -> None:
        document["lottery"].update(ceiling_prices=[], method="columns")

    report = verify(forged(vector("ceiling"), change))
    check = next(check for check in report.checks if check.code == "CERTIFICATE")
    assert check.ok
    assert "ceiling NOT PROVEN" in check.value
    assert report.facts["ceiling_proven"] is False
    assert verify(vector("ceiling")).facts["ceiling_proven"] is True


def test_the_chances_are_listed_by_type() -> None:
    report = verify(vector("general"))
    listed = {person: chance for ids, chance in report.chances for person in ids}
    assert len(listed) == report.facts["eligible"] - report.facts["without_seat"]
    lowest, highest = report.facts["lowest"], report.facts["highest"]
    assert min(listed.values()).as_integer_ratio() == tuple(lowest)
    assert max(listed.values()).as_integer_ratio() == tuple(highest)
