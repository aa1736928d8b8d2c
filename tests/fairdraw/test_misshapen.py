"""Every public name called with every misshapen value: a named error or an answer, nothing else.

The engine is called by other programs. What they hand in by mistake must be refused by name; a
traceback from somewhere inside says nothing, and a text taken for its letters draws something that
nobody asked for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from json import dumps, loads
from typing import Any

import pytest

import fairdraw
from fairdraw import (
    Beacon,
    Candidate,
    Commitment,
    Exclusion,
    FairdrawError,
    Member,
    Plan,
    Pool,
    Quota,
    Relaxation,
    Solution,
    Stratum,
    eligibility,
    entering,
    events,
    randomness,
    roster_file,
    seating,
    seed,
    substitution,
    succession,
    transcript,
)
from fairdraw.canonical import canonical
from fairdraw.eligibility import Criteria, Facts
from fairdraw.verify import verify
from tests.fairdraw.invented import EVIDENCE, NONCES, plain_pool, plan_of, whole_draw

DRAW = whole_draw(plain_pool(12), plan_of({"s0": (3, 1)}))
TRIAL = fairdraw.trial(DRAW.pool, DRAW.plan, 1, DRAW.solution)
DOCUMENT = transcript.load(DRAW.data)
PROMISES = {party: fairdraw.nonce_commitment(nonce) for party, nonce in NONCES.items()}
SEATING = seating.Seating.of(DRAW.data)
JOINING = seating.Seating(
    EVIDENCE,
    plan_of({"s0": (1, 1)}, kept=[Member(p.id, p.employer) for p in SEATING.panel]),
    (),
    (),
)
COLUMNS: dict[str, Any] = {"ids": ["a", "b"], "employers": ["e", None], "strata": [("s",), ("s",)]}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def endless() -> list[Any]:
    value: list[Any] = []
    value += [value, value]
    return value


class Unspeakable:
    """Fails at everything that can be asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__


#: Made anew for every call: some of them can be read once only.
MISSHAPEN: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "true": lambda: True,
    "zero": lambda: 0,
    "negative": lambda: -1,
    "huge": lambda: 10**30,
    "unprintable": lambda: 10**5000,
    "nan": lambda: float("nan"),
    "infinite": lambda: float("inf"),
    "fraction": lambda: Fraction(1, 3),
    "empty text": lambda: "",
    "text": lambda: "abc",
    "surrogate": lambda: "a\ud800",
    "long text": lambda: "x" * 200_000,
    "bytes": lambda: b"abc",
    "empty list": list,
    "texts": lambda: ["abc", "ab"],
    "numbers": lambda: [1, 2],
    "list of none": lambda: [None],
    "unsortable": lambda: [("a", 1), (None, "b")],
    "nested": lambda: nested(5),
    "deep": lambda: nested(100_000),
    "endless": endless,
    "empty mapping": dict,
    "mapping": lambda: {"a": 1},
    "numbered": lambda: {1: "a", None: "b"},
    "set": lambda: {"ab", "cd"},
    "generator": lambda: (letter for letter in "abc"),
    "class": lambda: dict,
    "function": lambda: len,
    "day": lambda: date(2026, 1, 1),
    "moment": lambda: datetime(2026, 1, 1),
    "anything": Unspeakable,
}

#: A public name, what it is called with when all is well, and how.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Exclusion": (Exclusion, {"code": "AGE", "evidence": EVIDENCE}),
    "Candidate": (
        Candidate,
        {"id": "a", "employer": "e", "strata": ("s",), "exclusions": (), "values": ()},
    ),
    "Candidate.from_record": (Candidate.from_record, {"record": DRAW.pool.records()[0]}),
    "Pool": (Pool, {"candidates": DRAW.pool.candidates, "profile": "sha256"}),
    "Pool.from_columns": (
        Pool.from_columns,
        {**COLUMNS, "exclusions": [(), ()], "values": {"k": ["v", None]}, "profile": "sha256"},
    ),
    "Pool.from_records": (Pool.from_records, {"records": DRAW.pool.records(), "profile": "sha256"}),
    "pseudonym": (
        fairdraw.pseudonym,
        {"salt": b"s" * 16, "internal_id": "expert", "profile": "sha256"},
    ),
    "Stratum": (Stratum, {"id": "s", "primary": 1, "alternate": 1, "group": "g"}),
    "Member": (
        Member,
        {"id": "m", "employer": "e", "stratum": "s", "group": "g", "values": (("k", "v"),)},
    ),
    "Quota": (
        Quota,
        {
            "category": "k",
            "values": ("v",),
            "low": 1,
            "high": 2,
            "alternate_low": 0,
            "alternate_high": 1,
            "group": None,
        },
    ),
    "Plan": (
        Plan,
        {
            "strata": (Stratum("s", 2, 1, "g"),),
            "employer_cap": 2,
            "group_cap": {"g": 2},
            "designated": (),
            "kept": (),
            "title": "t",
            "labels": {"a": "b"},
            "quotas": (),
            "ceiling": "1.5",
        },
    ),
    "Plan.from_record": (Plan.from_record, {"record": DRAW.plan.record()}),
    "solve": (fairdraw.solve, {"pool": DRAW.pool, "plan": DRAW.plan, "progress": None}),
    "diagnose": (fairdraw.diagnose, {"pool": DRAW.pool, "plan": DRAW.plan, "progress": None}),
    "draw": (
        fairdraw.draw,
        {"pool": DRAW.pool, "plan": DRAW.plan, "solution": DRAW.solution, "seed": bytes(32)},
    ),
    "trial": (
        fairdraw.trial,
        {"pool": DRAW.pool, "plan": DRAW.plan, "number": 1, "solution": DRAW.solution},
    ),
    "Solution.from_record": (
        Solution.from_record,
        {"pool": DRAW.pool, "plan": DRAW.plan, "record": DRAW.solution.record()},
    ),
    "chances_above": (
        fairdraw.chances_above,
        {"solution": DRAW.solution, "limit": Fraction(1, 2)},
    ),
    "apply_relaxation": (
        fairdraw.apply_relaxation,
        {
            "plan": DRAW.plan,
            "relaxation": Relaxation(
                "FEWER_SEATS", {"stratum": "s0", "kind": "primary", "new": 2}, 4, (), True
            ),
        },
    ),
    "Beacon": (Beacon, {"source": "radio", "at": "noon"}),
    "commit": (
        fairdraw.commit,
        {
            "pool": DRAW.pool,
            "plan": DRAW.plan,
            "solution": DRAW.solution,
            "parties": PROMISES,
            "beacon": None,
            "trials": 0,
            "attempt": None,
            "previous": None,
            "abandoned": (),
            "refusals": (),
        },
    ),
    "Commitment": (
        Commitment,
        {field.name: getattr(DRAW.commitment, field.name) for field in fields(Commitment)},
    ),
    "Commitment.from_record": (Commitment.from_record, {"record": DRAW.commitment.record()}),
    "nonce_commitment": (
        fairdraw.nonce_commitment,
        {"nonce": b"n" * 16, "profile": "sha256"},
    ),
    "derive_seed": (
        fairdraw.derive_seed,
        {"commitment": DRAW.commitment, "nonces": NONCES, "beacon_value": None},
    ),
    "lot_code": (fairdraw.lot_code, {"ticket": "0" * 64}),
    "seed.Program": (seed.Program, {"name": "n", "version": "1", "hash": EVIDENCE}),
    "seed.this_program": (seed.this_program, {"profile": "sha256"}),
    "seed.check_nonce": (seed.check_nonce, {"nonce": b"n" * 16, "party": "office"}),
    "seed.trial_seed": (
        seed.trial_seed,
        {"pool": DRAW.pool, "plan": DRAW.plan, "number": 1},
    ),
    "seed.alternate_seed": (seed.alternate_seed, {"seed": bytes(32), "profile": "sha256"}),
    "randomness.stream": (
        randomness.stream,
        {"seed": bytes(32), "label": "x", "length": 8, "profile": "sha256"},
    ),
    "randomness.word": (
        randomness.word,
        {"seed": bytes(32), "label": "x", "profile": "sha256"},
    ),
    "randomness.index_below": (
        randomness.index_below,
        {"seed": bytes(32), "label": "x", "limit": 7, "profile": "sha256"},
    ),
    "randomness.Tickets": (randomness.Tickets, {"seed": bytes(32), "profile": "sha256"}),
    "transcript.build": (
        transcript.build,
        {
            "pool": DRAW.pool,
            "plan": DRAW.plan,
            "solution": DRAW.solution,
            "commitment": DRAW.commitment,
            "nonces": NONCES,
            "result": DRAW.result,
            "beacon_value": None,
            "metadata": {"number": 1},
            "log": [{"event": "x"}],
        },
    ),
    "transcript.build_trial": (
        transcript.build_trial,
        {
            "pool": DRAW.pool,
            "plan": DRAW.plan,
            "solution": DRAW.solution,
            "result": TRIAL,
            "metadata": None,
        },
    ),
    "transcript.load": (transcript.load, {"data": DRAW.data}),
    "transcript.digest_of": (transcript.digest_of, {"transcript": DRAW.data}),
    "transcript.document_of": (transcript.document_of, {"transcript": DRAW.data}),
    "transcript.message_to_sign": (
        transcript.message_to_sign,
        {"data": DRAW.data, "party": "office"},
    ),
    "transcript.attach_signature": (
        transcript.attach_signature,
        {"data": DRAW.data, "party": "office", "public_key": bytes(32), "signature": bytes(64)},
    ),
    "substitution.replay": (substitution.replay, {"transcript": DRAW.data, "answers": ()}),
    "substitution.next_alternate": (
        substitution.next_alternate,
        {"transcript": DRAW.data, "vacated": DRAW.result.panel[0].id, "answers": ()},
    ),
    "Person": (
        seating.Person,
        {
            "id": "a",
            "employer": "e",
            "strata": ("s",),
            "values": (("k", "v"),),
            "stratum": "s",
            "rank": 1,
            "type": 0,
        },
    ),
    "Seating": (
        seating.Seating,
        {
            "digest": SEATING.digest,
            "plan": SEATING.plan,
            "panel": SEATING.panel,
            "alternates": SEATING.alternates,
        },
    ),
    "Seating.of": (seating.Seating.of, {"transcript": DRAW.data}),
    "Seating.from_record": (seating.Seating.from_record, {"record": SEATING.record()}),
    "Event": (
        events.Event,
        {"kind": "REVERT", "id": "a", "choice": "SEAT", "seat": None},
    ),
    "Event of a choice": (
        events.Event,
        {"kind": "CHOOSE", "id": "a", "choice": None, "seat": "b"},
    ),
    "Succession": (succession.Succession, {"first": SEATING}),
    "Succession.join": (
        lambda supplement: succession.Succession(SEATING).join(supplement),
        {"supplement": JOINING},
    ),
    "Succession.apply": (
        lambda event: succession.Succession(SEATING).apply(event),
        {"event": events.Event("ACCEPT", SEATING.panel[0].id)},
    ),
    "Succession.preview": (
        lambda event: succession.Succession(SEATING).preview(event),
        {"event": events.Event("DECLINE", SEATING.panel[0].id)},
    ),
    "Succession.candidates": (
        lambda seat: succession.Succession(SEATING).candidates(seat),
        {"seat": SEATING.panel[0].id},
    ),
    "Succession.may_return": (
        lambda id: succession.Succession(SEATING).may_return(id),
        {"id": SEATING.panel[0].id},
    ),
    "roster_file": (roster_file.roster_file, {"seatings": [SEATING], "events": ()}),
    "check_roster": (
        roster_file.check_roster,
        {"data": roster_file.roster_file([SEATING], ()), "transcripts": [DRAW.data]},
    ),
    "standing": (
        lambda: roster_file.standing(succession.Succession(SEATING)),
        {},
    ),
    "eligibility.Facts": (Facts, {**{f.name: None for f in fields(Facts)}, "id": "a"}),
    "eligibility.Criteria": (
        Criteria,
        {
            "on": date(2026, 11, 19),
            "min_level": 3,
            "strata": frozenset({"s"}),
            "avoided_employers": frozenset(),
            "avoided_ids": frozenset(),
            "max_seats_per_year": 2,
            "max_consecutive_years": 2,
            "min_age": 20,
            "max_age": 70,
            "needs_employer": True,
        },
    ),
    "eligibility.judge": (
        eligibility.judge,
        {"facts": Facts("a"), "criteria": Criteria(date(2026, 11, 19))},
    ),
    "eligibility.missing_fields": (
        eligibility.missing_fields,
        {"facts": Facts("a"), "criteria": Criteria(date(2026, 11, 19))},
    ),
    "eligibility.age_on": (
        eligibility.age_on,
        {"birth": date(2000, 2, 29), "day": date(2026, 11, 19)},
    ),
}
CALLS["eligibility.Facts"][1]["former_employers"] = ()

#: Made by the engine itself and only read by its callers.
ANSWERS = {"Conflict", "Diagnosis", "QuotaShortage", "Relaxation", "Result", "Seat", "Shortage"}
ANSWERS |= {"Solution", "StratumChances", "StratumCount", "TightRow", "FairdrawError", "Infeasible"}
#: Answers of the modules, and constants that happen to be callable.
ANSWERS |= {"Skip", "Substitution", "Roster", "Outcome", "Place", "Room", "Sitter", "RosterReport"}


def wrong(call: Callable[..., Any], arguments: dict[str, Any]) -> Iterator[str]:
    """What each misshapen value in each place leads to, where it is neither refused nor fine."""
    for name in arguments:
        for shape, make in MISSHAPEN.items():
            try:
                call(**{**arguments, name: make()})
            except FairdrawError as error:
                if not error.code.isupper() or not str(error):
                    yield f"{name} = {shape}: {error.code}"
            except Exception as error:
                yield f"{name} = {shape}: {type(error).__name__} {error}"


@pytest.mark.parametrize("name", CALLS)
def test_a_misshapen_argument_is_refused_by_name_or_understood(name: str) -> None:
    call, arguments = CALLS[name]
    if name != "transcript.attach_signature":
        call(**arguments)
    assert list(wrong(call, arguments)) == []


RECORDS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "pool": (lambda record: Pool.from_records([record]), DRAW.pool.records()[0]),
    "candidate": (Candidate.from_record, DRAW.pool.records()[0]),
    "plan": (Plan.from_record, DRAW.plan.record()),
    "stratum": (
        lambda stratum: Plan.from_record({**DRAW.plan.record(), "strata": [stratum]}),
        DRAW.plan.record()["strata"][0],
    ),
    "quota": (
        lambda quota: Plan.from_record({**DRAW.plan.record(), "quotas": [quota]}),
        Quota("k", ("v",), low=1).record(),
    ),
    "commitment": (Commitment.from_record, DRAW.commitment.record()),
    "solution": (
        lambda record: Solution.from_record(DRAW.pool, DRAW.plan, record),
        DRAW.solution.record(),
    ),
    "transcript": (lambda document: substitution.replay(document, ()), DOCUMENT),
    "seating": (seating.Seating.from_record, SEATING.record()),
    "person of a seating": (
        lambda person: seating.Seating.from_record({**SEATING.record(), "panel": [person]}),
        SEATING.panel[0].record(),
    ),
    "seat": (
        lambda seat: substitution.replay({**DOCUMENT, "panel": [seat]}, [(seat["id"], "DECLINED")]),
        DOCUMENT["panel"][0],
    ),
}


ROSTER = loads(roster_file.roster_file([SEATING], [events.Event("DECLINE", SEATING.panel[0].id)]))


@pytest.mark.parametrize("place", [(), ("roster",), ("events", 0), ("roster", "seats", 0)])
def test_a_misshapen_file_of_a_roster_is_judged(place: tuple[Any, ...]) -> None:
    found = []
    for shape, make in MISSHAPEN.items():
        document = loads(canonical(ROSTER))
        inner = document
        for step in place:
            inner = inner[step]
        for field in list(inner):
            before, given = inner[field], make()
            inner[field] = given
            try:
                data = dumps(document, sort_keys=True, separators=(",", ":")).encode()
            except (TypeError, ValueError, RecursionError):
                inner[field] = before
                continue
            inner[field] = before
            try:
                report = roster_file.check_roster(data, [DRAW.data])
            except Exception as error:
                found.append(f"{field} = {shape}: {type(error).__name__} {error}")
                continue
            if report.ok:
                assert given == before, (field, shape)
    assert found == []


@pytest.mark.parametrize("name", RECORDS)
def test_a_misshapen_field_of_a_record_is_refused_by_name_or_understood(name: str) -> None:
    read, record = RECORDS[name]
    read(record)
    found = []
    for field in record:
        for shape, make in MISSHAPEN.items():
            try:
                read({**record, field: make()})
            except FairdrawError:
                continue
            except Exception as error:
                found.append(f"{field} = {shape}: {type(error).__name__} {error}")
    assert found == []


def test_every_public_name_is_called() -> None:
    names = {n for n in fairdraw.__all__ if callable(getattr(fairdraw, n))}
    after = (substitution, succession, seating, events, entering, roster_file)
    for module in (seed, randomness, transcript, eligibility, *after):
        names |= {
            name
            for name, member in vars(module).items()
            if not name.startswith("_")
            and getattr(member, "__module__", None) == module.__name__
            and (inspect.isfunction(member) or is_dataclass(member) or inspect.isclass(member))
        }
    called = {name.split(".")[-1] for name in CALLS} | {name.split(".")[0] for name in CALLS}
    assert names - called - ANSWERS == set()


#: What Python would have taken for something else without a word.
MISTAKEN: list[tuple[str, Callable[[], object]]] = [
    (
        "LIST_EXPECTED",
        lambda: fairdraw.commit(DRAW.pool, DRAW.plan, DRAW.solution, PROMISES, refusals="abc"),
    ),
    (
        "LIST_EXPECTED",
        lambda: fairdraw.commit(DRAW.pool, DRAW.plan, DRAW.solution, PROMISES, abandoned="0" * 64),
    ),
    (
        "STRATA_EXPECTED",
        lambda: Pool.from_records([{**DRAW.pool.records()[0], "strata": "s0"}]),
    ),
    ("LIST_EXPECTED", lambda: Candidate.from_record({**DRAW.pool.records()[0], "strata": "s0"})),
    ("COLUMN_INVALID", lambda: Pool.from_columns("ab", ["e", "f"], [("s",), ("s",)])),
    ("COLUMN_INVALID", lambda: Pool.from_columns(["a", "b"], "ef", [("s",), ("s",)])),
    ("PAIRS_EXPECTED", lambda: Candidate("a", "e", ("s",), (), ("ab",))),  # type: ignore[arg-type]
    ("PAIRS_EXPECTED", lambda: Plan((Stratum("s", 1, 0),), labels=("ab",))),  # type: ignore[arg-type]
    ("PAIRS_EXPECTED", lambda: substitution.replay(DRAW.data, ["ab"])),  # type: ignore[list-item]
    (
        "LIST_EXPECTED",
        lambda: Criteria(date(2026, 1, 1), avoided_employers="works"),  # type: ignore[arg-type]
    ),
    ("LIST_EXPECTED", lambda: Facts("a", strata="roads")),  # type: ignore[arg-type]
    ("LIST_EXPECTED", lambda: Facts("a", former_employers="works")),  # type: ignore[arg-type]
    ("OBJECT_EXPECTED", lambda: Facts("a", term_to=datetime(2026, 1, 1))),
    ("OBJECT_EXPECTED", lambda: Facts("a", conflict="no")),  # type: ignore[arg-type]
    ("HASH_EXPECTED", lambda: fairdraw.lot_code("00")),
    ("HASH_EXPECTED", lambda: fairdraw.lot_code(b"\x00" * 8)),
    (
        "RELAXATION_OF_ANOTHER_PLAN",
        lambda: fairdraw.apply_relaxation(
            DRAW.plan,
            Relaxation("FEWER_SEATS", {"stratum": "x", "kind": "primary", "new": 1}, 1, (), True),
        ),
    ),
    ("NOT_CANONICAL", lambda: canonical(nested(200))),
]


@pytest.mark.parametrize(("code", "deed"), MISTAKEN)
def test_what_would_be_mistaken_for_something_else_is_refused(
    code: str, deed: Callable[[], object]
) -> None:
    with pytest.raises(FairdrawError) as caught:
        deed()
    assert caught.value.code == code


def test_an_error_can_always_be_told() -> None:
    error = FairdrawError("X", number=10**5000, thing=Unspeakable(), long="y" * 10_000)
    assert "16610 bits" in str(error)
    assert "Unspeakable" in str(error)
    assert len(str(error)) < 500


def test_what_is_written_is_no_deeper_than_the_verifier_reads() -> None:
    assert canonical(nested(39)) == b"[" * 40 + b"]" * 40
    # The document and its metadata are the outer two of forty.
    assert verify(whole_draw(DRAW.pool, DRAW.plan, metadata={"a": nested(37)}).data).ok
    for deeper in (38, 200):
        with pytest.raises(FairdrawError, match="NOT_CANONICAL"):
            whole_draw(DRAW.pool, DRAW.plan, metadata={"a": nested(deeper)})
    # An id that is not clean is read the slow way, with the same limit.
    assert canonical(["e\u0301", *nested(38)]) == '["é",'.encode() + b"[" * 38 + b"]" * 39
    with pytest.raises(FairdrawError, match="NOT_CANONICAL"):
        canonical(["e\u0301", *nested(40)])
