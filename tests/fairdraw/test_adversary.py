"""An adversary with every input but one in hand: 130,000 variations, and no second transcript verifies.

One published, signed draw with a beacon in each mode, most variations in the quickest. Each variation changes a
contribution, a row of the pool, a rule, or the beacon's figure. The hash that decides is computed here with hashlib alone: if it differs from what was published, the verifier
stops there; that it does is shown by whole transcripts at regular intervals, plain, and with every later hash and
even the lots made anew under the old signature.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairdraw import (
    Beacon,
    Plan,
    Pool,
    Quota,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
)
from fairdraw.canonical import canonical
from fairdraw.errors import FairdrawError
from fairdraw.verify import verify
from tests.fairdraw.invented import NONCES, mixed_pool, plain_pool, plan_of, varied_pool

#: Mode -> variations of each kind, and every which of them becomes a whole transcript.
EACH = {"S": (25_000, 1250), "B": (5_000, 500), "L": (2_500, 500)}
BEACON = Beacon("lottery of the day", "2026-12-01")
Document = dict[str, Any]


def hashed(label: str, *fields: bytes) -> bytes:
    """The hash of the protocol, written anew."""
    parts = (label.encode(), *fields)
    return hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()


def whole(pool: Pool, plan: Plan, nonces: dict[str, bytes], figure: str) -> bytes:
    """An honest draw from beginning to end, unsigned."""
    solution = solve(pool, plan)
    promises = {party: nonce_commitment(nonce) for party, nonce in nonces.items()}
    commitment = commit(pool, plan, solution, promises, beacon=BEACON)
    result = draw(pool, plan, solution, derive_seed(commitment, nonces, figure))
    return transcript.build(pool, plan, solution, commitment, nonces, result, beacon_value=figure)


def problem(mode: str) -> tuple[Pool, Plan]:
    """A plan that is drawn in this mode."""
    if mode == "S":
        return plain_pool(30, 2), plan_of({"s0": (3, 1), "s1": (2, 1)})
    if mode == "B":
        return mixed_pool(30, strata=2, employers=5), plan_of(
            {"s0": (3, 1), "s1": (2, 1)}, employer_cap=2
        )
    quota = Quota("sex", ("f",), low=1, alternate_low=1)
    return varied_pool(30, strata=2), plan_of({"g0.s0": (3, 1), "g1.s1": (2, 1)}, quotas=(quota,))


@pytest.fixture(scope="module", params=EACH)
def published(request: pytest.FixtureRequest) -> bytes:
    """The draw that everybody knows."""
    data = whole(*problem(request.param), NONCES, "17 4 33")
    assert json.loads(data)["lottery"]["mode"] == request.param
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    signature = key.sign(transcript.message_to_sign(data, "office"))
    signed = transcript.attach_signature(
        data, "office", key.public_key().public_bytes_raw(), signature
    )
    assert all(check.ok for check in verify(signed).checks)
    return signed


def other_contributions(
    document: Document, each: int, every: int
) -> Iterator[tuple[Document, bytes, str]]:
    """Of each party in turn: (a document with another nonce, the promise it would need, the one published)."""
    for n in range(each):
        party = document["parties"][n % len(document["parties"])]
        nonce = hashlib.sha256(b"nonce %d" % n).digest()
        if n % every == 0:
            changed = copy.deepcopy(document)
            changed["parties"][n % len(document["parties"])]["nonce"] = nonce.hex()
        else:
            changed = document
        yield changed, hashed("fairdraw/1/nonce", nonce), party["commitment"]


def other_rows(document: Document, each: int, every: int) -> Iterator[tuple[Document, bytes, str]]:
    """Another employer, stratum or exclusion, or another id, in one row of the pool."""
    records = document["pool"]["records"]
    levels = tree([b"\0" + canonical(record) for record in records])
    for n in range(each):
        at = n % len(records)
        record = dict(records[at])
        turn = n // len(records)
        record |= [
            {"employer": f"{record['employer']}-{turn}"},
            {"strata": [f"s{turn}", *record["strata"]]},
            {"exclusions": [["AGE", hashlib.sha256(b"%d" % turn).hexdigest()]]},
            {"id": f"{record['id']}-{turn}"},
        ][turn % 4]
        changed = document
        if n % every == 0:
            changed = copy.deepcopy(document)
            changed["pool"]["records"][at] = record
            changed["pool"]["records"].sort(key=lambda r: r["id"].encode())
        yield changed, climbed(levels, at, canonical(record)), document["pool"]["root"]


def other_rules(
    document: Document, each: int, _every: int
) -> Iterator[tuple[Document, bytes, str]]:
    """Other seats, caps, titles or labels."""
    for n in range(each):
        plan = copy.deepcopy(document["plan"])
        stratum = plan["strata"][n % 2]
        turn = n // 2
        if turn % 4 == 0:
            plan["employer_cap"] = turn + 1
        elif turn % 4 == 1:
            stratum["alternate"] += turn
        elif turn % 4 == 2:
            plan["title"] = f"another title {n}"
        else:
            stratum["primary"] += turn
        plan["labels"] = [["n", str(n)]]
        rules = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield (
            document | {"plan": plan},
            hashed("fairdraw/1/rules", rules.encode()),
            document["rules_hash"],
        )


def other_figures(
    document: Document, each: int, _every: int
) -> Iterator[tuple[Document, bytes, str]]:
    """What the beacon might have said."""
    fields = [bytes.fromhex(document["commit"])]
    for party in document["parties"]:
        fields += [party["id"].encode(), bytes.fromhex(party["nonce"])]
    for n in range(each):
        figure = f"{n % 33 + 1} {n // 33} {n}"
        changed = document | {"beacon": document["beacon"] | {"value": figure}}
        yield changed, hashed("fairdraw/1/seed", *fields, figure.encode()), document["seed"]


def tree(leaves: list[bytes]) -> list[list[bytes]]:
    """Every level of the Merkle tree, leaves first."""
    levels = [[hashlib.sha256(leaf).digest() for leaf in leaves]]
    while len(levels[-1]) > 1:
        row = levels[-1]
        pairs = [
            hashlib.sha256(b"\1" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)
        ]
        levels.append(pairs + row[2 * len(pairs) :])
    return levels


def climbed(levels: list[list[bytes]], at: int, leaf: bytes) -> bytes:
    """The root with another leaf."""
    value = hashlib.sha256(b"\0" + leaf).digest()
    for row in levels[:-1]:
        mate = at ^ 1
        if mate < len(row):
            left, right = (value, row[mate]) if at % 2 == 0 else (row[mate], value)
            value = hashlib.sha256(b"\1" + left + right).digest()
        at //= 2
    return value


def drawn_anew(document: Document, signed: Document) -> bytes | None:
    """What the changed inputs would have given, all hashes and lots true, under the old signature; None: no such draw."""
    try:
        pool, plan = (
            Pool.from_records(document["pool"]["records"]),
            Plan.from_record(document["plan"]),
        )
        nonces = {party["id"]: bytes.fromhex(party["nonce"]) for party in document["parties"]}
        anew = json.loads(whole(pool, plan, nonces, document["beacon"]["value"]))
    except FairdrawError:
        return None
    return canonical(anew | {"signatures": signed["signatures"]})


def failing_step(data: bytes) -> str:
    """The code of the step that fails."""
    return next(check.code for check in verify(data).checks if check.ok is False)


Variations = Callable[[Document, int, int], Iterator[tuple[Document, bytes, str]]]
KINDS: list[tuple[Variations, str]] = [
    (other_contributions, "COMMITMENT"),
    (other_rows, "POOL"),
    (other_rules, "RULES"),
    (other_figures, "SEED"),
]


@pytest.mark.parametrize(("variations", "step"), KINDS)
def test_no_variation_gives_a_second_transcript_that_verifies(
    published: bytes, variations: Variations, step: str
) -> None:
    document = json.loads(published)
    each, every = EACH[document["lottery"]["mode"]]
    tried = 0
    for n, (changed, decisive, told) in enumerate(variations(document, each, every)):
        assert decisive.hex() != told, n
        tried += 1
        if n % every:
            continue
        assert failing_step(canonical(changed)) == step
        anew = drawn_anew(changed, document)
        if anew is not None:
            assert json.loads(anew)["digest"] != document["digest"]
            assert failing_step(anew) == "SIGNATURES"
    assert tried == each


def test_the_deciding_hash_is_the_one_that_was_published(published: bytes) -> None:
    """Without a change each of the four hashes fits, so the variations above measure the right thing."""
    document = json.loads(published)
    for party in document["parties"]:
        nonce = bytes.fromhex(party["nonce"])
        assert hashed("fairdraw/1/nonce", nonce).hex() == party["commitment"]
    records = document["pool"]["records"]
    levels = tree([b"\0" + canonical(record) for record in records])
    roots = {climbed(levels, at, canonical(record)).hex() for at, record in enumerate(records)}
    assert roots == {document["pool"]["root"]}
    rules = hashed("fairdraw/1/rules", canonical(document["plan"]))
    assert rules.hex() == document["rules_hash"]
    fields = [bytes.fromhex(document["commit"])]
    for party in document["parties"]:
        fields += [party["id"].encode(), bytes.fromhex(party["nonce"])]
    seed = hashed("fairdraw/1/seed", *fields, document["beacon"]["value"].encode())
    assert seed.hex() == document["seed"]
