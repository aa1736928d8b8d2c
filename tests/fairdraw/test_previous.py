"""A supplement is checked together with the draw before it, as far as both name people alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from fairdraw import (
    Exclusion,
    Member,
    Plan,
    Pool,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
)
from fairdraw.__main__ import main
from fairdraw.verify import lines, verify
from fairdraw.verify import main as alone
from tests.fairdraw.invented import EVIDENCE, NONCES, person, plan_of
from tests.fairdraw.sealing import loaded

NAMES = [f"p{n:02}" for n in range(20)]
PLAN = plan_of({"s": (3, 2)})


def pool_of(out: Iterable[str], prefix: str = "") -> Pool:
    """Twenty people; those named are excluded."""
    barred = set(out)
    people = [person(prefix + name, f"e{name}", "s") for name in NAMES]
    exclusion = (Exclusion("ALREADY_DRAWN", EVIDENCE),)
    return Pool(replace(p, exclusions=exclusion) if p.id in barred else p for p in people)


def published(
    pool: Pool, plan: Plan, *, previous: str | None = None, refusals: Iterable[str] = ()
) -> bytes:
    """A whole draw."""
    solution = solve(pool, plan)
    promises = {party: nonce_commitment(nonce) for party, nonce in NONCES.items()}
    promise = commit(pool, plan, solution, promises, previous=previous, refusals=refusals)
    result = draw(pool, plan, solution, derive_seed(promise, NONCES))
    return transcript.build(pool, plan, solution, promise, NONCES, result)


@pytest.fixture(scope="module")
def first() -> bytes:
    """The draw before."""
    return published(pool_of([]), PLAN)


def seats(data: bytes, part: str) -> list[str]:
    """Ids of a part, in order."""
    return [seat["id"] for seat in loaded(data)[part]]


def supplement(
    first: bytes,
    *,
    free: Iterable[str] = (),
    kept: Iterable[str] | None = None,
    refusals: Iterable[str] | None = None,
    left_out: Iterable[str] = (),
    prefix: str = "",
) -> bytes:
    """One seat is empty, all alternates refused. ``free``: who of the first draw may be drawn again."""
    panel, alternates = seats(first, "panel"), seats(first, "alternates")
    members = panel[1:] if kept is None else list(kept)
    refused = [panel[0], *alternates] if refusals is None else list(refusals)
    out = {*panel, *alternates, *members, *refused, *left_out} - set(free)
    plan = plan_of({"s": (1, 1)}, kept=[Member(prefix + name) for name in members])
    return published(
        pool_of([prefix + name for name in out], prefix),
        plan,
        previous=transcript.digest_of(first),
        refusals=[prefix + name for name in refused],
    )


def failure(data: bytes, previous: bytes) -> tuple[str, str, str, str]:
    """The step that fails: code, where, expected, found."""
    report = verify(data, previous)
    (check,) = [check for check in report.checks if check.ok is False]
    return check.code, check.where, check.expected, check.found


def test_a_supplement_fits_the_draw_before_it(first: bytes) -> None:
    report = verify(supplement(first), first)
    assert report.ok
    assert report.facts["previous"] == "checked"
    assert verify(first).facts["previous"] is None


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "the earlier transcript was not checked"), ("zh", "未核对上一次抽取的公示文件")],
)
def test_without_the_earlier_file_the_report_says_so(
    first: bytes, language: str, said: str
) -> None:
    data = supplement(first)
    report = verify(data)
    assert report.ok
    assert said in lines(report, language)
    assert said not in lines(verify(data, first), language)
    assert said not in lines(verify(first), language)


def test_an_earlier_file_that_has_one_before_it_is_told(first: bytes) -> None:
    second = published(pool_of([]), PLAN, previous=transcript.digest_of(first))
    third = published(pool_of([]), PLAN, previous=transcript.digest_of(second))
    said = lines(verify(third, second))
    told = f"the earlier transcript has one before it: {transcript.digest_of(first)}"
    assert told in said
    assert told not in lines(verify(third))


def test_another_file_than_the_one_meant_is_refused(first: bytes) -> None:
    other = published(pool_of(["p00"]), PLAN)
    told = (transcript.digest_of(other), transcript.digest_of(first))
    assert failure(supplement(first), other) == ("COMMITMENT", "previous", *told)
    assert failure(first, other) == ("COMMITMENT", "previous", told[0], "null")


def test_an_earlier_file_that_does_not_verify_is_refused(first: bytes) -> None:
    bad = first.replace(b'"rank":2', b'"rank":3', 1)
    expected = ("COMMITMENT", "previous", "a transcript that verifies", "step 12 ALTERNATES")
    assert failure(supplement(first), bad) == expected
    assert failure(supplement(first), b"{")[3] == "step 1 FORMAT"


def test_who_was_drawn_before_cannot_be_drawn_again(first: bytes) -> None:
    somebody = seats(first, "alternates")[1]
    data = supplement(first, free=[somebody], refusals=[seats(first, "panel")[0]])
    expected = "nobody of the earlier draw who can be drawn"
    assert failure(data, first) == ("COMMITMENT", "previous", expected, somebody)


def test_nobody_can_have_refused_or_stayed_who_was_not_drawn(first: bytes) -> None:
    drawn = seats(first, "panel") + seats(first, "alternates")
    stranger = next(name for name in NAMES if name not in drawn)
    expected = ("COMMITMENT", "previous", "only people of the earlier draw", stranger)
    assert failure(supplement(first, refusals=[drawn[0], stranger]), first) == expected
    assert failure(supplement(first, kept=[drawn[1], stranger]), first) == expected


def third_draw(first: bytes) -> tuple[bytes, bytes]:
    """A second draw, and a third that keeps and leaves out people who waited since the first."""
    panel, waiting = seats(first, "panel"), seats(first, "alternates")
    second = supplement(first, refusals=panel[:1])
    after = [*panel[2:], waiting[0], *seats(second, "panel")]
    refused = [panel[0], panel[1], waiting[1]]
    gone = {*panel, *waiting, *seats(second, "panel"), *seats(second, "alternates")}
    plan = plan_of({"s": (1, 1)}, kept=[Member(name) for name in after])
    bound = transcript.digest_of(second)
    return second, published(pool_of(gone), plan, previous=bound, refusals=refused)


def test_whoever_waited_since_a_draw_still_earlier_may_sit_or_refuse_now(first: bytes) -> None:
    second, third = third_draw(first)
    assert verify(third, second).ok


def test_nobody_is_left_out_as_drawn_before_who_was_not(first: bytes) -> None:
    drawn = seats(first, "panel") + seats(first, "alternates")
    stranger = next(name for name in NAMES if name not in drawn)
    expected = ("COMMITMENT", "previous", "only people of the earlier draw", stranger)
    assert failure(supplement(first, left_out=[stranger]), first) == expected


def test_fresh_pseudonyms_leave_only_the_digest_to_compare(first: bytes) -> None:
    somebody = seats(first, "alternates")[1]
    refused = seats(first, "panel")[:1]
    data = supplement(first, free=[somebody], refusals=refused, prefix="x-")
    assert verify(data, first).ok


def test_a_draw_that_replaces_a_void_one_may_draw_everybody(first: bytes) -> None:
    data = published(pool_of([]), PLAN, previous=transcript.digest_of(first))
    assert verify(data, first).ok


def test_both_command_lines_take_the_earlier_file(
    first: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, later = tmp_path / "first.json", tmp_path / "second.json"
    earlier.write_bytes(first)
    later.write_bytes(supplement(first))
    missing = str(tmp_path / "missing.json")
    for deed in (lambda *words: main(["verify", *words]), lambda *words: alone(list(words))):
        assert deed(str(later), "--previous", str(earlier)) == 0
        assert "was not checked" not in capsys.readouterr().out
        assert deed(str(later), "--previous", str(later)) == 1
        assert "previous" in capsys.readouterr().out
        assert deed(str(later), "--previous", missing) == 2
        assert "missing.json" in capsys.readouterr().err
