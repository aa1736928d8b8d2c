"""What cannot be used is refused with a code that says what and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fairdraw import (
    Beacon,
    Candidate,
    Exclusion,
    FairdrawError,
    Member,
    Plan,
    Pool,
    Stratum,
    commit,
    derive_seed,
    draw,
    lot_code,
    nonce_commitment,
    pseudonym,
    solve,
    trial,
)
from fairdraw.canonical import clean_text, merkle_root
from tests.fairdraw.invented import EVIDENCE, NONCES, person, plain_pool, plan_of

POOL, PLAN = plain_pool(20), plan_of({"s0": (3, 1)})
SOLUTION = solve(POOL, PLAN)
PROMISES = {party: nonce_commitment(nonce) for party, nonce in NONCES.items()}
COMMITMENT = commit(POOL, PLAN, SOLUTION, PROMISES)


def seats(primary: Any, alternate: Any = 0) -> Stratum:
    return Stratum("s0", primary, alternate)


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("TEXT_MISSING", lambda: person("", "e", "s0")),
    ("TEXT_MISSING", lambda: person("  ", "e", "s0")),
    ("TEXT_TOO_LONG", lambda: person("x" * 201, "e", "s0")),
    ("TEXT_UNUSABLE", lambda: person("a\0b", "e", "s0")),
    ("TEXT_UNUSABLE", lambda: person("a\ud800", "e", "s0")),
    ("TEXT_UNUSABLE", lambda: person("a\nb", "e", "s0")),
    ("TEXT_EXPECTED", lambda: Candidate(7, "e", ("s0",))),  # type: ignore[arg-type]
    ("TEXT_MISSING", lambda: person("a", "", "s0")),
    ("STRATUM_TWICE", lambda: person("a", "e", "s0", "s0")),
    ("STRATA_EXPECTED", lambda: Candidate("a", "e", "s0")),  # type: ignore[arg-type]
    ("EXCLUSION_TWICE", lambda: person("a", "e", "s0", out=("AGE", "AGE"))),
    ("EXCLUSION_CODE_INVALID", lambda: Exclusion("age", EVIDENCE)),
    ("EXCLUSION_CODE_INVALID", lambda: Exclusion("A" * 41, EVIDENCE)),
    ("HASH_EXPECTED", lambda: Exclusion("AGE", "0" * 63)),
    ("HASH_EXPECTED", lambda: Exclusion("AGE", "G" * 64)),
    ("VALUE_TWICE", lambda: Candidate("a", "e", ("s",), (), (("k", "1"), ("k", "2")))),
    ("CANDIDATE_TWICE", lambda: Pool([person("a", "e", "s"), person("a", "f", "t")])),
    # "é" as one character and as two is the same id.
    ("CANDIDATE_TWICE", lambda: Pool([person("\u00e9", "e", "s"), person("e\u0301", "f", "s")])),
    ("PROFILE_UNKNOWN", lambda: Pool(POOL.candidates, profile="md5").root),
    ("RECORD_INVALID", lambda: Pool.from_records([{"id": "a"}])),
    ("RECORD_INVALID", lambda: Pool.from_records([None])),  # type: ignore[list-item]
    ("RECORD_INVALID", lambda: Plan.from_record({})),
    ("SALT_TOO_SHORT", lambda: pseudonym(b"short", "a")),
    ("SALT_TOO_SHORT", lambda: pseudonym("x" * 20, "a")),  # type: ignore[arg-type]
    ("NO_STRATA", lambda: Plan(())),
    ("NO_SEATS", lambda: Plan((seats(0, 3),))),
    ("STRATUM_TWICE", lambda: Plan((seats(1), seats(1)))),
    ("INTEGER_OUT_OF_RANGE", lambda: seats(-1)),
    ("INTEGER_OUT_OF_RANGE", lambda: seats(10**30)),
    ("INTEGER_EXPECTED", lambda: seats(1.0)),
    ("INTEGER_EXPECTED", lambda: seats(True)),
    ("INTEGER_EXPECTED", lambda: seats("3")),
    ("INTEGER_EXPECTED", lambda: seats(None)),
    ("TOO_MANY_SEATS", lambda: Plan((seats(4000, 96),))),
    ("INTEGER_OUT_OF_RANGE", lambda: plan_of({"s0": (1, 0)}, employer_cap=0)),
    ("INTEGER_OUT_OF_RANGE", lambda: plan_of({"s0": (1, 0)}, employer_cap=-2)),
    ("INTEGER_EXPECTED", lambda: plan_of({"s0": (1, 0)}, group_cap="2")),
    ("GROUP_UNKNOWN", lambda: plan_of({"s0": (1, 0)}, group_cap={"g": 1})),
    ("GROUP_UNKNOWN", lambda: plan_of({"s0": (1, 0)}, kept=(Member("m", "e", None, "g"),))),
    ("STRATUM_UNKNOWN", lambda: plan_of({"s0": (1, 0)}, kept=(Member("m", "e", "s9"),))),
    (
        "MEMBER_TWICE",
        lambda: plan_of({"s0": (1, 0)}, kept=(Member("m"),), designated=(Member("m"),)),
    ),
    (
        "DESIGNATED_OVER_CAP",
        lambda: plan_of({"s0": (1, 0)}, employer_cap=1, kept=(Member("m", "e"), Member("n", "e"))),
    ),
    ("MEMBER_IN_POOL", lambda: solve(POOL, plan_of({"s0": (1, 0)}, kept=(Member("p1"),)))),
    (
        "EMPLOYER_MISSING",
        lambda: solve(Pool([person("a", None, "s0")]), plan_of({"s0": (1, 0)}, employer_cap=1)),
    ),
    ("INFEASIBLE", lambda: solve(Pool([]), PLAN)),
    ("INFEASIBLE", lambda: trial(Pool([person("a", "e", "s0", out=("AGE",))]), PLAN, 1)),
    ("NONCE_MISSING", lambda: nonce_commitment(b"")),
    ("NONCE_LENGTH", lambda: nonce_commitment(b"x" * 15)),
    ("NONCE_LENGTH", lambda: nonce_commitment(b"x" * 65)),
    ("NONCE_LENGTH", lambda: nonce_commitment("x" * 32)),  # type: ignore[arg-type]
    ("TOO_FEW_PARTIES", lambda: commit(POOL, PLAN, SOLUTION, {"office": PROMISES["office"]})),
    (
        "NONCE_REUSED",
        lambda: commit(POOL, PLAN, SOLUTION, dict.fromkeys(("office", "hrss"), PROMISES["office"])),
    ),
    ("PARTY_INVALID", lambda: commit(POOL, PLAN, SOLUTION, {**PROMISES, "Ünser": "0" * 64})),
    ("HASH_EXPECTED", lambda: commit(POOL, PLAN, SOLUTION, {**PROMISES, "hrss": "00"})),
    ("HASH_EXPECTED", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, previous="x")),
    ("INTEGER_OUT_OF_RANGE", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, trials=-1)),
    ("INTEGER_OUT_OF_RANGE", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, attempt=0)),
    ("ATTEMPT_MISCOUNTED", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, attempt=2)),
    (
        "ATTEMPT_MISCOUNTED",
        lambda: commit(POOL, PLAN, SOLUTION, PROMISES, attempt=1, abandoned=["0" * 64]),
    ),
    ("HASH_EXPECTED", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, abandoned=["0" * 63])),
    ("PREVIOUS_MISSING", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, refusals=["x"])),
    (
        "PREVIOUS_MISSING",
        lambda: commit(POOL, plan_of({"s0": (1, 0)}, kept=(Member("m"),)), "0" * 64, PROMISES),
    ),
    ("REFUSAL_TWICE", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, refusals=["x", "x"])),
    ("REFUSAL_IN_DRAW", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, refusals=["p1"])),
    ("TEXT_MISSING", lambda: commit(POOL, PLAN, SOLUTION, PROMISES, refusals=[""])),
    ("TEXT_MISSING", lambda: Beacon("", "now")),
    ("REVEAL_MISSING", lambda: derive_seed(COMMITMENT, {"office": NONCES["office"]})),
    ("REVEAL_MISSING", lambda: derive_seed(COMMITMENT, {**NONCES, "server": b""})),
    ("REVEAL_MISMATCH", lambda: derive_seed(COMMITMENT, {**NONCES, "server": b"t" * 16})),
    ("REVEAL_UNEXPECTED", lambda: derive_seed(COMMITMENT, {**NONCES, "hrss": b"t" * 16})),
    ("NONCE_LENGTH", lambda: derive_seed(COMMITMENT, {**NONCES, "server": b"t"})),
    ("BEACON_UNEXPECTED", lambda: derive_seed(COMMITMENT, NONCES, "17")),
    ("NONCE_LENGTH", lambda: draw(POOL, PLAN, SOLUTION, b"x")),
    ("SEED_LENGTH", lambda: draw(POOL, PLAN, SOLUTION, b"x" * 31)),
    (
        "SOLUTION_OF_ANOTHER_PLAN",
        lambda: draw(POOL, plan_of({"s0": (2, 1)}), SOLUTION, bytes(32)),
    ),
    (
        "SOLUTION_OF_ANOTHER_POOL",
        lambda: draw(Pool(POOL.candidates[1:]), PLAN, SOLUTION, bytes(32)),
    ),
    ("INTEGER_OUT_OF_RANGE", lambda: trial(POOL, PLAN, 0)),
]


@pytest.mark.parametrize(("code", "deed"), REFUSED)
def test_what_cannot_be_used_is_refused_by_name(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(FairdrawError) as caught:
        deed()
    assert caught.value.code == code
    assert code in str(caught.value)


def test_strata_the_plan_does_not_know_are_of_no_account() -> None:
    pool = Pool([*POOL.candidates, person("x", "e", "elsewhere")])
    assert "x" not in solve(pool, PLAN).chances


def test_group_crossing_is_no_matter_for_employers_that_no_cap_can_touch() -> None:
    pool = Pool(person(f"a{i}", f"e{i}", "g.s", "h.s") for i in range(6))
    assert solve(pool, plan_of({"g.s": (1, 1), "h.s": (1, 1)}, group_cap=1)).lowest > 0


def test_text_is_kept_in_one_form() -> None:
    assert clean_text("e\u0301", "x") == "\u00e9"


def test_a_pseudonym_needs_the_salt_and_hides_the_name() -> None:
    first, other = pseudonym(b"a" * 16, "expert 1"), pseudonym(b"b" * 16, "expert 1")
    assert first != other
    assert len(first) == 64


def test_a_lot_code_has_no_letters_that_are_misread() -> None:
    codes = [lot_code(bytes([i]) * 32) for i in range(256)]
    assert all(len(code) == 8 and code[4] == "-" for code in codes)
    assert not set("".join(codes)) & set("01IO")
    assert lot_code("00" * 32) == "2222-222"


def test_the_merkle_tree_is_that_of_rfc_9162() -> None:
    import hashlib

    def split(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        k = 1
        while 2 * k < len(leaves):
            k *= 2
        return hashlib.sha256(b"\1" + split(leaves[:k]) + split(leaves[k:])).digest()

    for count in range(1, 20):
        leaves = [bytes([i]) for i in range(count)]
        assert merkle_root(leaves) == split(leaves)
    assert merkle_root([]) == hashlib.sha256(b"").digest()
