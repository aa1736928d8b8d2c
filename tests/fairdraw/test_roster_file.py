"""The file of a roster: written, recomputed from transcripts, and refused where it says otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fairdraw import Exclusion, FairdrawError, Member, Pool, transcript, trial
from fairdraw.__main__ import main
from fairdraw.canonical import canonical
from fairdraw.substitution import (
    ACCEPT,
    CHOOSE,
    DECLINE,
    JOIN,
    RESERVE,
    REVERT,
    Event,
    Seating,
    Succession,
    check_roster,
    roster_file,
)
from tests.fairdraw.invented import EVIDENCE, plain_pool, plan_of, whole_draw
from tests.fairdraw.seated import seating
from tests.fairdraw.test_previous import published

PEOPLE = plain_pool(30)


@dataclass(frozen=True)
class Series:
    """A first draw and two supplements, with everything that happened."""

    papers: tuple[bytes, ...]
    seatings: tuple[Seating, ...]
    events: tuple[Event, ...]
    data: bytes


def without(names: set[str]) -> Pool:
    """The pool, with everybody named excluded."""
    out = (Exclusion("DRAWN_BEFORE", EVIDENCE),)
    return Pool(replace(p, exclusions=out if p.id in names else ()) for p in PEOPLE.candidates)


@pytest.fixture(scope="module")
def series() -> Series:
    papers = [published(PEOPLE, plan_of({"s0": (3, 2)}, designated=(Member("chair", "e"),)))]
    succession = Succession(Seating.of(papers[0]))
    events: list[Event] = []

    def apply(*told: Event) -> None:
        for event in told:
            succession.apply(event)
            events.append(event)

    def supplement(seats: tuple[int, int]) -> None:
        sitting = [p.holder for p in succession.seats if p.holder is not None]
        kept = [Member(name, "e" if name == "chair" else f"e{name[1:]}") for name in sitting]
        plan = plan_of({"s0": seats}, kept=kept)
        pool = without(set(succession.answers))
        before = transcript.digest_of(papers[-1])
        papers.append(published(pool, plan, previous=before, refusals=succession.gone))
        succession.join(Seating.of(papers[-1]))
        events.append(Event(JOIN))

    first, second, third = (place.seat for place in succession.seats[1:])
    one, two = succession.waiting
    apply(Event(DECLINE, first), Event(DECLINE, one), Event(DECLINE, two), Event(ACCEPT, second))
    supplement((1, 1))
    (extra,) = succession.waiting
    apply(Event(DECLINE, third), Event(DECLINE, extra), Event(REVERT, one, RESERVE))
    apply(Event(CHOOSE, one, seat=third), Event(DECLINE, one))
    supplement((2, 0))
    seatings = tuple(map(Seating.of, papers))
    return Series(tuple(papers), seatings, tuple(events), roster_file(seatings, events))


def test_a_file_of_a_whole_series_is_written_and_recomputed(series: Series) -> None:
    document = json.loads(series.data)
    assert document["draws"] == [transcript.digest_of(paper) for paper in series.papers]
    assert document["events"][4] == {"draw": document["draws"][1], "kind": "JOIN"}
    assert document["events"][0]["kind"] == "DECLINE"
    assert document["events"][0]["choice"] is document["events"][0]["seat"] is None
    assert [seat["stratum"] for seat in document["roster"]["seats"]] == [None, *["s0"] * 4]
    report = check_roster(series.data, series.papers)
    assert (report.ok, report.readable, report.code, report.params) == (True, True, None, {})
    assert report.succession is not None
    assert report.succession.gaps == {}
    kept_small = [Seating.from_record(json.loads(json.dumps(s.record()))) for s in series.seatings]
    assert roster_file(kept_small, series.events) == series.data


def changed(series: Series, *path: Any, to: Any) -> bytes:
    """The file with one part changed."""
    document = json.loads(series.data)
    part = document
    for step in path[:-1]:
        part = part[step]
    if to is None:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return canonical(document)


def test_every_change_of_a_file_is_found(series: Series) -> None:
    document = json.loads(series.data)
    events = document["events"]
    other = {"choice": None, "id": "nobody", "kind": "ACCEPT", "seat": None}
    wrong: list[tuple[bytes, str]] = [
        (changed(series, "draws", 0, to="0" * 64), "DRAW_DIFFERS"),
        (changed(series, "draws", to=document["draws"][:2]), "DRAW_DIFFERS"),
        (changed(series, "events", 0, to=other), "ANSWER_OF_STRANGER"),
        (changed(series, "events", 4, to=None), "ANSWER_OF_STRANGER"),
        (changed(series, "events", to=events[:-1]), "PARTS_DO_NOT_FIT"),
        (changed(series, "events", to=[*events, events[-1]]), "PARTS_DO_NOT_FIT"),
        (changed(series, "events", 4, "draw", to=document["draws"][2]), "PARTS_DO_NOT_FIT"),
        (changed(series, "events", 0, "kind", to="JOIN"), "ROSTER_UNREADABLE"),
        (changed(series, "events", 0, "note", to="x"), "ROSTER_UNREADABLE"),
        (changed(series, "roster", "seats", 1, "holder", to="nobody"), "SEAT_DIFFERS"),
        (changed(series, "roster", "seats", 1, to=None), "SEAT_DIFFERS"),
        (changed(series, "roster", "waiting", to=["nobody"]), "LIST_DIFFERS"),
        (changed(series, "roster", "declined", 0, to="nobody"), "LIST_DIFFERS"),
        (changed(series, "roster", "gone", to=[]), "ROSTER_UNREADABLE"),
        (changed(series, "format", to="fairdraw-roster/2"), "ROSTER_UNREADABLE"),
        (series.data + b"\n", "NOT_CANONICAL"),
        (b"[]", "ROSTER_UNREADABLE"),
        (b"\xff", "ROSTER_UNREADABLE"),
    ]
    for data, code in wrong:
        report = check_roster(data, series.papers)
        assert (report.ok, report.code) == (False, code), (code, report.params)
        assert report.readable == (code != "ROSTER_UNREADABLE")
    report = check_roster(wrong[2][0], series.papers)
    assert report.params == {"event": 1, "id": "nobody"}
    assert report.succession is not None


def test_the_draws_must_be_those_of_the_file_and_follow_each_other(series: Series) -> None:
    first, second, third = series.papers
    assert check_roster(series.data, [first, second]).params["draw"] == 3
    assert check_roster(series.data, [*series.papers, first]).code == "DRAW_DIFFERS"
    assert check_roster(series.data, [first, third, second]).code == "DRAW_DIFFERS"
    assert check_roster(series.data, [first, b"{}", third]).code == "TRANSCRIPT_UNREADABLE"
    # A digest that somebody wrote into a transcript is not believed.
    forged = canonical({**json.loads(first), "metadata": {"number": 1}})
    assert check_roster(series.data, [forged, second, third]).code == "DRAW_DIFFERS"
    alone = whole_draw(PEOPLE, plan_of({"s0": (1, 0)}))
    document = json.loads(series.data)
    document["draws"] = [transcript.digest_of(alone.data), *document["draws"][1:]]
    report = check_roster(canonical(document), [alone.data, second, third])
    assert (report.code, report.params) == ("PARTS_DO_NOT_FIT", {"piece": "draw before"})


def test_a_trial_has_no_roster() -> None:
    made = whole_draw(PEOPLE, plan_of({"s0": (2, 1)}))
    rehearsal = trial(made.pool, made.plan, 1, made.solution)
    data = transcript.build_trial(made.pool, made.plan, made.solution, rehearsal)
    assert check_roster(roster_file([Seating.of(data)], ()), [data]).code == "RESULT_IS_TRIAL"


def test_what_cannot_be_written_is_refused() -> None:
    first = seating({"s": ("P1", "A1")})
    with pytest.raises(FairdrawError, match="NO_DRAWS"):
        roster_file([], [])
    with pytest.raises(FairdrawError, match="PARTS_DO_NOT_FIT"):
        roster_file([first], [Event(JOIN)])
    with pytest.raises(FairdrawError) as caught:
        roster_file([first], [Event(DECLINE, "P1"), Event(ACCEPT, "P1")])
    assert (caught.value.code, caught.value.params["event"]) == ("ANSWER_AFTER_DECLINE", 2)


def files(folder: Path, series: Series, data: bytes) -> list[str]:
    """The words of the command, with everything written down."""
    for number, paper in enumerate(series.papers):
        (folder / f"t{number}.json").write_bytes(paper)
    (folder / "answers.json").write_bytes(data)
    papers = [str(folder / f"t{number}.json") for number in range(len(series.papers))]
    return ["roster", str(folder / "answers.json"), *papers]


def test_the_command_recomputes_the_roster(
    tmp_path: Path, series: Series, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(tmp_path, series, series.data)
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "designated: chair UNCONFIRMED" in said
    assert "the file says the same" in said
    assert main([*words, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["ok"] is True
    assert facts["roster"] == json.loads(series.data)["roster"]


def test_the_command_tells_the_first_difference(
    tmp_path: Path, series: Series, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(tmp_path, series, changed(series, "roster", "seats", 1, "holder", to="nobody"))
    assert main(words) == 1
    told = capsys.readouterr()
    assert "seats:" in told.out
    assert told.err.startswith("the seat ")
    other = {"choice": None, "id": "nobody", "kind": "ACCEPT", "seat": None}
    assert main(files(tmp_path, series, changed(series, "events", 0, to=other))) == 1
    assert capsys.readouterr().err == "event 1: nobody was not drawn\n"
    assert main([*words[:2], *words[3:]]) == 1
    assert "draw 1 is another one" in capsys.readouterr().err


def test_the_command_says_what_it_cannot_read_and_verifies_the_draws(
    tmp_path: Path, series: Series, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(tmp_path, series, b"no roster")
    assert main(words) == 2
    assert capsys.readouterr().err == "this is no file of a roster\n"
    assert main([*words, str(tmp_path / "missing.json")]) == 2
    words = files(tmp_path, series, series.data)
    (tmp_path / "t0.json").write_bytes(series.papers[0].replace(b'"trials":0', b'"trials":1'))
    assert main(words) == 1
    assert "FAIL" in capsys.readouterr().out
    (tmp_path / "t0.json").write_bytes(b"nothing")
    assert main(words) == 2
