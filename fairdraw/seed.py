"""From commitments to the seed.

Nobody can know the seed before the last contribution is revealed, and nobody can change theirs
after they committed to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from fairdraw.canonical import (
    bytes_of,
    canonical,
    clean_text,
    digest,
    hex_hash,
    instance_of,
    listed,
    mapping_of,
    new_hash,
    pairs_in,
    uint64,
    whole_number,
)
from fairdraw.errors import FairdrawError, shown

VERSION = "1.0.0"
NONCE_LENGTHS = range(16, 65)
LONGEST_BEACON = 1000
#: Stands among abandoned attempts for one that ended before anybody was committed to anything.
NEVER_COMMITTED = "0" * 64
_PARTY = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Program:
    """The code that draws: name, version and the hash of its source files."""

    name: str
    version: str
    hash: str

    def __post_init__(self) -> None:
        clean_text(self.name, "program.name")
        clean_text(self.version, "program.version")
        hex_hash(self.hash, "program.hash")

    def record(self) -> dict[str, str]:
        """As published."""
        return {"hash": self.hash, "name": self.name, "version": self.version}


def this_program(profile: str = "sha256") -> Program:
    """The program that is running, hashed over all its ``*.py`` files in order of path."""
    new_hash(profile)
    return _this_program(profile)


@lru_cache(maxsize=4)
def _this_program(profile: str) -> Program:
    folder = Path(__file__).parent
    sources = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    fields: list[bytes] = []
    for name in sorted(sources):
        fields += [name.encode(), sources[name].read_bytes().replace(b"\r\n", b"\n")]
    return Program(
        "fairdraw", VERSION, digest("fairdraw/1/program", *fields, profile=profile).hex()
    )


@dataclass(frozen=True)
class Beacon:
    """A public source of randomness named before it speaks: where and when (free text)."""

    source: str
    at: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", clean_text(self.source, "beacon.source"))
        object.__setattr__(self, "at", clean_text(self.at, "beacon.at"))

    def record(self) -> dict[str, str]:
        """As announced."""
        return {"at": self.at, "source": self.source}


@dataclass(frozen=True)
class Commitment:
    """Everything that is fixed before the first contribution is revealed.

    Hashes are 64 hex digits; ``parties`` are (id, nonce commitment) in order of id; ``value`` is
    the one hash that binds all of it.
    """

    pool_root: str
    rules_hash: str
    lottery_hash: str
    program: Program
    parties: tuple[tuple[str, str], ...]
    beacon: Beacon | None
    trials: int
    attempt: int
    previous: str | None
    profile: str
    value: str
    abandoned: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("pool_root", "rules_hash", "lottery_hash"):
            hex_hash(getattr(self, field), field)
        if self.value != "":
            hex_hash(self.value, "value")
        if self.previous is not None:
            hex_hash(self.previous, "previous")
        instance_of(self.program, Program, "program")
        if self.beacon is not None:
            instance_of(self.beacon, Beacon, "beacon")
        parties = pairs_in(self.parties, "parties")
        for party, value in parties:
            _check_party(party, value)
        whole_number(self.trials, "trials", high=10**9)
        whole_number(self.attempt, "attempt", low=1, high=10**6)
        new_hash(self.profile)
        failed = [hex_hash(value, "abandoned") for value in listed(self.abandoned, "abandoned")]
        refusals = [clean_text(name, "refusals") for name in listed(self.refusals, "refusals")]
        object.__setattr__(self, "parties", tuple(parties))
        object.__setattr__(self, "abandoned", tuple(failed))
        object.__setattr__(self, "refusals", tuple(refusals))

    def record(self) -> dict[str, Any]:
        """JSON-ready form, for storage between commitment and reveal."""
        return {
            "abandoned": list(self.abandoned),
            "attempt": self.attempt,
            "beacon": None if self.beacon is None else self.beacon.record(),
            "lottery_hash": self.lottery_hash,
            "parties": [list(party) for party in self.parties],
            "pool_root": self.pool_root,
            "previous": self.previous,
            "profile": self.profile,
            "program": self.program.record(),
            "refusals": list(self.refusals),
            "rules_hash": self.rules_hash,
            "trials": self.trials,
            "value": self.value,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Commitment:
        """The inverse of ``record``; COMMITMENT_ALTERED if the value does not fit the rest."""
        try:
            fields = dict(record)
            fields["program"] = Program(**record["program"])
            fields["beacon"] = None if record["beacon"] is None else Beacon(**record["beacon"])
            commitment = cls(**fields)
            value = _commitment_value(commitment)
        except (KeyError, TypeError, ValueError):
            raise FairdrawError("RECORD_INVALID", field="commitment") from None
        if value != commitment.value:
            raise FairdrawError("COMMITMENT_ALTERED")
        return commitment


def check_nonce(nonce: Any, party: str = "") -> bytes:
    """The nonce itself: 16 to 64 bytes; NONCE_MISSING or NONCE_LENGTH otherwise."""
    if nonce is None or nonce == b"":
        raise FairdrawError("NONCE_MISSING", party=party)
    if not isinstance(nonce, bytes) or len(nonce) not in NONCE_LENGTHS:
        raise FairdrawError("NONCE_LENGTH", party=party, least=16, most=64)
    return nonce


def nonce_commitment(nonce: bytes, *, profile: str = "sha256") -> str:
    """What a party publishes before it reveals its nonce (16 to 64 random bytes): 64 hex digits."""
    return digest("fairdraw/1/nonce", check_nonce(nonce), profile=profile).hex()


def commit(
    pool: Any,
    plan: Any,
    solution: Any,
    parties: Mapping[str, str],
    *,
    beacon: Beacon | None = None,
    trials: int = 0,
    attempt: int | None = None,
    previous: str | None = None,
    abandoned: Iterable[str] = (),
    refusals: Iterable[str] = (),
) -> Commitment:
    """Bind pool, rules, lottery, program and the parties' commitments together.

    ``solution``: as solved, or the hash of its lottery where only that was kept.
    ``parties``: party id -> nonce commitment, at least two (TOO_FEW_PARTIES), all different
    (NONCE_REUSED). ``trials``: how many trial draws were made of this plan. ``abandoned``: the
    commitment values of all earlier attempts at this draw, in order (``NEVER_COMMITTED`` for one
    that was given up before it had any). ``attempt``: one more than these; ATTEMPT_MISCOUNTED if it
    is told and is not. ``previous``: digest of the transcript this draw supplements or replaces;
    ``refusals``: ids of those whom a supplement leaves out because they refused (REFUSAL_TWICE,
    REFUSAL_IN_DRAW if one of them could still be drawn). PREVIOUS_MISSING if there are refusals, or
    members that the plan keeps, and no draw that they come from.
    """
    from fairdraw.pool import Pool
    from fairdraw.rules import Plan
    from fairdraw.solution import Solution

    profile = instance_of(pool, Pool, "pool").profile
    instance_of(plan, Plan, "plan")
    if isinstance(solution, str):
        lottery = hex_hash(solution, "solution")
    else:
        lottery = instance_of(solution, Solution, "solution").lottery_hash
    if len(mapping_of(parties, "parties")) < 2:
        raise FairdrawError("TOO_FEW_PARTIES", least=2, found=len(parties))
    for party, value in parties.items():
        _check_party(party, value)
    if len(set(parties.values())) != len(parties):
        raise FairdrawError("NONCE_REUSED")
    whole_number(trials, "trials", high=10**9)
    failed = tuple(hex_hash(value, "abandoned") for value in listed(abandoned, "abandoned"))
    if attempt is None:
        attempt = len(failed) + 1
    whole_number(attempt, "attempt", low=1, high=10**6)
    if attempt != len(failed) + 1:
        raise FairdrawError("ATTEMPT_MISCOUNTED", attempt=attempt, abandoned=len(failed))
    if previous is not None:
        hex_hash(previous, "previous")
    refused = _refusals(pool, refusals)
    for field, people in (("kept", plan.kept), ("refusals", refused)):
        if people and previous is None:
            raise FairdrawError("PREVIOUS_MISSING", field=field)
    open_commitment = Commitment(
        pool_root=pool.root,
        rules_hash=plan.rules_hash(profile=profile),
        lottery_hash=lottery,
        program=this_program(profile),
        parties=tuple(sorted(parties.items())),
        beacon=beacon,
        trials=trials,
        attempt=attempt,
        previous=previous,
        profile=profile,
        value="",
        abandoned=failed,
        refusals=refused,
    )
    return replace(open_commitment, value=_commitment_value(open_commitment))


def _check_party(party: Any, value: Any) -> None:
    if not isinstance(party, str) or not _PARTY.fullmatch(party):
        raise FairdrawError("PARTY_INVALID", party=shown(party))
    hex_hash(value, f"parties.{party}")


def _refusals(pool: Any, refusals: Iterable[str]) -> tuple[str, ...]:
    names = sorted(clean_text(person, "refusals") for person in listed(refusals, "refusals"))
    for person, after in pairwise(names):
        if person == after:
            raise FairdrawError("REFUSAL_TWICE", id=person)
    for person in names:
        place = pool.position(person)
        if place is not None and pool.is_eligible(place):
            raise FairdrawError("REFUSAL_IN_DRAW", id=person)
    return tuple(names)


def _commitment_value(promise: Commitment) -> str:
    """The hash that binds every field of a commitment: 64 hex digits."""
    fields = [bytes.fromhex(promise.pool_root), bytes.fromhex(promise.rules_hash)]
    fields += [bytes.fromhex(promise.lottery_hash), canonical(promise.program.record())]
    fields.append(uint64(len(promise.parties)))
    for party, value in promise.parties:
        fields += [party.encode(), bytes.fromhex(value)]
    fields.append(b"none" if promise.beacon is None else canonical(promise.beacon.record()))
    fields += [uint64(promise.trials), uint64(promise.attempt)]
    fields.append(uint64(len(promise.abandoned)))
    fields += [bytes.fromhex(value) for value in promise.abandoned]
    fields.append(bytes.fromhex(promise.previous or ""))
    refusals = canonical(list(promise.refusals))
    fields.append(digest("fairdraw/1/refusals", refusals, profile=promise.profile))
    return digest("fairdraw/1/commit", *fields, profile=promise.profile).hex()


def derive_seed(
    commitment: Commitment, nonces: Mapping[str, bytes], beacon_value: str | None = None
) -> bytes:
    """32 bytes out of the commitment and every party's nonce.

    Raises REVEAL_MISSING, REVEAL_UNEXPECTED, REVEAL_MISMATCH (naming the party), NONCE_LENGTH,
    BEACON_MISSING, BEACON_UNEXPECTED.
    """
    names = [party for party, _ in instance_of(commitment, Commitment, "commitment").parties]
    for party in mapping_of(nonces, "nonces"):
        if party not in names:
            raise FairdrawError("REVEAL_UNEXPECTED", party=shown(party))
    fields = [bytes.fromhex(commitment.value)]
    for party, expected in commitment.parties:
        if nonces.get(party) in (None, b""):
            raise FairdrawError("REVEAL_MISSING", party=party)
        nonce = check_nonce(nonces[party], party)
        if nonce_commitment(nonce, profile=commitment.profile) != expected:
            raise FairdrawError("REVEAL_MISMATCH", party=party)
        fields += [party.encode(), nonce]
    if commitment.beacon is None:
        if beacon_value is not None:
            raise FairdrawError("BEACON_UNEXPECTED")
        fields.append(b"none")
    else:
        if beacon_value is None:
            raise FairdrawError("BEACON_MISSING")
        fields.append(clean_text(beacon_value, "beacon.value", limit=LONGEST_BEACON).encode())
    return digest("fairdraw/1/seed", *fields, profile=commitment.profile)


def trial_seed(pool: Any, plan: Any, number: int) -> bytes:
    """The seed of trial draw ``number``: public, so a trial can never pass for an official draw."""
    from fairdraw.pool import Pool
    from fairdraw.rules import Plan

    instance_of(pool, Pool, "pool")
    instance_of(plan, Plan, "plan")
    whole_number(number, "trial", low=1, high=10**9)
    rules = bytes.fromhex(plan.rules_hash(profile=pool.profile))
    fields = (bytes.fromhex(pool.root), rules, uint64(number))
    return digest("fairdraw/1/trial", *fields, profile=pool.profile)


def alternate_seed(seed: bytes, *, profile: str = "sha256") -> bytes:
    """The seed from which the tickets of the alternates come."""
    return digest("fairdraw/1/alt", bytes_of(seed, "seed"), profile=profile)
