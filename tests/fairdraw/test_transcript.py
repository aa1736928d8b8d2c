"""A transcript says all; any change of it is found, and the step and seat are named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairdraw import (
    Beacon,
    Commitment,
    FairdrawError,
    Member,
    Plan,
    Pool,
    Solution,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
    trial,
)
from fairdraw.canonical import canonical
from fairdraw.verify import STEPS, WORDS, lines, verify
from tests.fairdraw.invented import NONCES, WholeDraw, mixed_pool, plain_pool, plan_of, whole_draw
from tests.fairdraw.sealing import forged, loaded, with_change

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def made() -> WholeDraw:
    """Mode B with caps, choices, exclusions, alternates, metadata, a log and a signature."""
    pool = mixed_pool(60, strata=4, employers=8)
    plan = plan_of({f"s{s}": (2, 1) for s in range(4)}, employer_cap=2, title="Review")
    drawn = whole_draw(
        pool, plan, metadata={"number": "CQ-1"}, log=[{"at": "10:00", "event": "frozen"}]
    )
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    signature = key.sign(transcript.message_to_sign(drawn.data, "office"))
    public = key.public_key().public_bytes_raw()
    signed = transcript.attach_signature(drawn.data, "office", public, signature)
    return WholeDraw(pool, plan, drawn.solution, drawn.commitment, drawn.result, signed)


def failure(data: bytes) -> tuple[str, str]:
    """(code, where) of the step that fails; steps after it are not checked."""
    report = verify(data)
    assert not report.ok
    position = next(i for i, check in enumerate(report.checks) if check.ok is False)
    assert all(check.ok is None for check in report.checks[position + 1 :])
    assert [check.code for check in report.checks] == list(STEPS)
    return report.checks[position].code, report.checks[position].where


def test_a_signed_draw_passes_every_step(made: WholeDraw) -> None:
    report = verify(made.data)
    assert all(check.ok for check in report.checks)
    assert report.facts["primary"] == 8
    assert report.facts["excluded"] == len(made.pool.excluded)
    assert lines(report)[-1] == "every step fits"


def test_an_unsigned_draw_says_that_signatures_were_not_checked(made: WholeDraw) -> None:
    report = verify(with_change(made.data, lambda d: d["signatures"].clear()))
    assert report.ok
    assert report.checks[-1].ok is None


def test_any_changed_byte_is_found(made: WholeDraw) -> None:
    lot = random.Random(4)
    for position in lot.sample(range(len(made.data)), 500):
        changed = bytearray(made.data)
        changed[position] ^= 1 << lot.randrange(7)
        assert not verify(bytes(changed)).ok, position


def test_a_cut_or_lengthened_file_is_found(made: WholeDraw) -> None:
    for data in (b"", made.data[:-1], made.data[: len(made.data) // 2], made.data + b"\n"):
        assert not verify(data).ok
    assert not verify(b"").readable


CHANGES: list[tuple[str, Change]] = [
    ("FORMAT", lambda d: d.update(format="fairdraw/2")),
    ("FORMAT", lambda d: d.update(kind="trial")),
    ("FORMAT", lambda d: d.update(profile="md5")),
    ("FORMAT", lambda d: d.pop("trials")),
    ("POOL", lambda d: d["pool"].update(count=59)),
    ("POOL", lambda d: d["pool"].update(root="0" * 64)),
    ("POOL", lambda d: d["pool"]["records"].pop()),
    ("POOL", lambda d: d["pool"]["records"][3].update(employer="e1x")),
    ("POOL", lambda d: d["pool"]["records"].reverse()),
    ("RULES", lambda d: d["plan"]["strata"][0].update(primary=3)),
    ("RULES", lambda d: d["plan"].update(employer_cap=3)),
    ("RULES", lambda d: d.update(rules_hash="0" * 64)),
    ("COMMITMENT", lambda d: d["parties"][0].update(nonce="00" * 32)),
    ("COMMITMENT", lambda d: d["parties"].pop()),
    ("COMMITMENT", lambda d: d["parties"][1].update(commitment="0" * 64)),
    ("COMMITMENT", lambda d: d.update(trials=2)),
    ("COMMITMENT", lambda d: d.update(attempt=2)),
    ("COMMITMENT", lambda d: d["abandoned"].append("0" * 64)),
    ("COMMITMENT", lambda d: d["refusals"].append("p1")),
    ("COMMITMENT", lambda d: d.update(previous="0" * 64)),
    ("COMMITMENT", lambda d: d["program"].update(version="9")),
    ("COMMITMENT", lambda d: d.update(commit="0" * 64)),
    ("COMMITMENT", lambda d: d.update(lottery_hash="0" * 64)),
    ("SEED", lambda d: d.update(seed="0" * 64)),
    ("LOTTERY", lambda d: d["lottery"]["cells"].pop()),
    ("PANEL", lambda d: d["panel"][1].update(ticket="0" * 64)),
    ("PANEL", lambda d: d["panel"].pop()),
    ("PANEL", lambda d: d["panel"][0].update(name="x")),
    ("ALTERNATES", lambda d: d["alternates"].reverse()),
    ("DIGEST", lambda d: d["metadata"].update(number="CQ-2")),
    ("DIGEST", lambda d: d["log"][0].update(at="10:01")),
    ("SIGNATURES", lambda d: d["signatures"][0].update(public_key="0" * 64)),
    ("SIGNATURES", lambda d: d["signatures"][0].update(algorithm="none")),
    ("SIGNATURES", lambda d: d["signatures"][0].update(party="hrss")),
]


@pytest.mark.parametrize(("code", "change"), CHANGES)
def test_a_change_fails_at_its_own_step(made: WholeDraw, code: str, change: Change) -> None:
    assert failure(with_change(made.data, change))[0] == code


def test_a_changed_seat_is_named(made: WholeDraw) -> None:
    drawn = {seat.id for seat in made.result.panel}
    other = next(c.id for c in made.pool.eligible if c.id not in drawn)
    code, where = failure(with_change(made.data, lambda d: d["panel"][3].update(id=other)))
    assert (code, where) == ("PANEL", "panel[3].id (s1, 2)")


def move_units(document: dict[str, Any]) -> None:
    """Shift chance from the first type of a stratum to another one of the same stratum."""
    cells = document["lottery"]["cells"]
    first = cells[0]
    second = next(cell for cell in cells if cell[1] == first[1] and cell is not first)
    first[2] += second[2] // 2
    second[2] -= second[2] // 2


FORGERIES: list[tuple[str, Change]] = [
    ("EXCLUSIONS", lambda d: d["pool"]["records"][0]["exclusions"].append(["age", "0" * 64])),
    ("EXCLUSIONS", lambda d: d["pool"]["records"][0]["exclusions"].append(["AGE", "0"])),
    ("RULES", lambda d: d["plan"]["strata"].append(dict(d["plan"]["strata"][0]))),
    ("RULES", lambda d: d["plan"]["strata"][0].update(primary=10**6)),
    ("RULES", lambda d: d["plan"]["strata"][0].update(primary=-1)),
    ("COMMITMENT", lambda d: d["parties"][1].update(nonce=d["parties"][0]["nonce"])),
    ("COMMITMENT", lambda d: d["parties"][1].update(nonce="00" * 15)),
    ("LOTTERY", lambda d: d["pool"]["records"][0].update(strata=["s0", "s1", "s2", "s3"])),
    ("LOTTERY", lambda d: d["plan"].update(employer_cap=1)),
    ("LOTTERY", lambda d: d["lottery"].update(scale=39)),
    ("LOTTERY", lambda d: d["lottery"].update(mode="S")),
    ("LOTTERY", lambda d: d["lottery"]["cells"][0].__setitem__(2, 1)),
    ("LOTTERY", lambda d: d["lottery"]["cells"][0].__setitem__(1, 9)),
    ("CERTIFICATE", move_units),
    ("CERTIFICATE", lambda d: d["lottery"].update(bound=[1, 2])),
    ("CERTIFICATE", lambda d: d["lottery"]["prices"].update(strata=[0, 0, 0, 1])),
    ("PANEL", lambda d: d.update(trials=99)),
]


@pytest.mark.parametrize(("code", "change"), FORGERIES)
def test_a_forgery_with_fitting_hashes_fails_where_it_is_wrong(
    made: WholeDraw, code: str, change: Change
) -> None:
    assert failure(forged(made.data, change))[0] == code


def test_a_trial_is_no_transcript_of_an_official_draw(made: WholeDraw) -> None:
    result = trial(made.pool, made.plan, 1, made.solution)
    data = transcript.build_trial(made.pool, made.plan, made.solution, result)
    assert failure(data) == ("FORMAT", "kind")
    with pytest.raises(FairdrawError, match="RESULT_IS_TRIAL"):
        transcript.build(made.pool, made.plan, made.solution, made.commitment, NONCES, result)


def test_a_trial_never_equals_the_official_draw(made: WholeDraw) -> None:
    trials = [trial(made.pool, made.plan, n, made.solution) for n in range(1, 6)]
    tickets = {seat.ticket for seat in made.result.panel}
    assert all(tickets.isdisjoint(seat.ticket for seat in t.panel) for t in trials)
    assert len({t.seed for t in trials}) == 5


def test_a_beacon_is_announced_in_the_commitment_and_counts_in_the_seed() -> None:
    pool, plan = plain_pool(20), plan_of({"s0": (3, 1)})
    solution = solve(pool, plan)
    promises = {party: nonce_commitment(nonce) for party, nonce in NONCES.items()}
    beacon = Beacon("drand", "round 9")
    commitment = commit(pool, plan, solution, promises, beacon=beacon)
    with pytest.raises(FairdrawError, match="BEACON_MISSING"):
        derive_seed(commitment, NONCES)
    seeds = {derive_seed(commitment, NONCES, value) for value in ("17", "18")}
    assert len(seeds) == 2
    result = draw(pool, plan, solution, derive_seed(commitment, NONCES, "17"))
    data = transcript.build(pool, plan, solution, commitment, NONCES, result, beacon_value="17")
    assert verify(data).ok
    assert failure(with_change(data, lambda d: d["beacon"].update(at="round 8")))[0] == "COMMITMENT"
    assert failure(with_change(data, lambda d: d["beacon"].update(value="18")))[0] == "SEED"


def test_designated_and_kept_members_count_in_the_caps() -> None:
    pool = mixed_pool(90, strata=3, employers=12)
    employer = "e1"
    assert sum(candidate.employer == employer for candidate in pool.eligible) > 5
    plan = plan_of(
        {"s0": (2, 1), "s1": (2, 1), "s2": (2, 1)},
        employer_cap=2,
        designated=(Member("chair", employer, "s0"),),
        kept=(Member("old", employer, None),),
    )
    made = whole_draw(pool, plan)
    seats = (*made.result.panel, *made.result.alternates)
    assert all(pool.by_id[seat.id].employer != employer for seat in seats)
    assert verify(made.data).ok


def test_records_have_inverses(made: WholeDraw) -> None:
    document = transcript.load(made.data)
    pool, plan = Pool.from_records(document["pool"]["records"]), Plan.from_record(document["plan"])
    assert (pool.root, plan) == (made.pool.root, made.plan)
    assert Solution.from_record(pool, plan, document["lottery"]).record() == document["lottery"]
    stored = json.loads(json.dumps(made.commitment.record()))
    assert Commitment.from_record(stored) == made.commitment
    stored["trials"] = 4
    with pytest.raises(FairdrawError, match="COMMITMENT_ALTERED"):
        Commitment.from_record(stored)


def test_pieces_of_different_draws_do_not_make_a_transcript(made: WholeDraw) -> None:
    other = whole_draw(plain_pool(20), plan_of({"s0": (3, 1)}))
    with pytest.raises(FairdrawError, match="PARTS_DO_NOT_FIT"):
        transcript.build(
            other.pool, other.plan, other.solution, made.commitment, NONCES, made.result
        )


def test_a_wrong_signature_is_refused_and_a_party_signs_once(made: WholeDraw) -> None:
    with pytest.raises(FairdrawError, match="SIGNATURE_INVALID"):
        transcript.attach_signature(made.data, "hrss", b"\1" * 32, b"\1" * 64)
    entry = loaded(made.data)["signatures"][0]
    key, signature = bytes.fromhex(entry["public_key"]), bytes.fromhex(entry["signature"])
    with pytest.raises(FairdrawError, match="SIGNATURE_TWICE"):
        transcript.attach_signature(made.data, "office", key, signature)


def test_a_signature_that_stands_there_twice_is_refused(made: WholeDraw) -> None:
    twice = with_change(made.data, lambda d: d["signatures"].append(d["signatures"][0]))
    assert failure(twice) == ("SIGNATURES", "signatures")


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_report_is_in_words(made: WholeDraw, language: str) -> None:
    good = lines(verify(made.data), language)
    # The steps, what only a comparison can show (digest, key of the server), and the verdict.
    assert len(good) == len(STEPS) + 4
    assert transcript.load(made.data)["digest"] in good[-3]
    bad = lines(verify(with_change(made.data, lambda d: d.update(seed="0" * 64))), language)
    assert "6" in bad[-1]


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{}", b"null", b"1e9", b'{"format":"fairdraw/1"}', b"[" * 100_000, b"\xff\xfe"],
)
def test_a_file_that_is_no_transcript_is_refused(data: bytes) -> None:
    report = verify(data)
    assert not report.ok
    with pytest.raises(FairdrawError):
        transcript.load(data)


def test_floats_and_other_forms_are_not_canonical(made: WholeDraw) -> None:
    pretty = json.dumps(loaded(made.data), indent=1).encode()
    assert failure(pretty)[0] == "FORMAT"
    with pytest.raises(FairdrawError, match="NOT_CANONICAL"):
        canonical({"x": 1.5})
    with pytest.raises(FairdrawError, match="INTEGER_OUT_OF_RANGE"):
        canonical({"x": 2**53})
