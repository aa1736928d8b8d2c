"""The pool: candidates in canonical order, their exclusions, and the Merkle root that freezes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fairdraw.canonical import canonical, clean_text, digest, hex_hash, merkle_root
from fairdraw.errors import FairdrawError

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


def pseudonym(salt: bytes, internal_id: str, *, profile: str = "sha256") -> str:
    """The public id of a person in one draw: 64 hex digits.

    ``salt``: at least 16 secret random bytes, fresh for every person and draw. Whoever is given
    their salt can recompute their own id and so prove that they were in the pool.
    """
    if len(_bytes(salt)) < 16:
        raise FairdrawError("SALT_TOO_SHORT", least=16)
    name = clean_text(internal_id, "internal_id")
    return digest("fairdraw/1/id", salt, name.encode(), profile=profile).hex()


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


@dataclass(frozen=True)
class Exclusion:
    """Why somebody cannot be drawn: a code and the hash of the evidence (64 hex digits)."""

    code: str
    evidence: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(str(self.code)):
            raise FairdrawError("EXCLUSION_CODE_INVALID", text=str(self.code))
        hex_hash(self.evidence, "evidence")


def _several(names: Any, person: str) -> tuple[Any, ...]:
    """A collection of names; one bare name would otherwise be taken for its letters."""
    if not isinstance(names, (tuple, list, set, frozenset)):
        raise FairdrawError("STRATA_EXPECTED", id=person)
    return tuple(names)


@dataclass(frozen=True)
class Candidate:
    """One person of the pool.

    ``id``: pseudonym or any other public id, unique in the pool. ``employer``: opaque key of the
    employer or None if unknown. ``strata``: where the person may sit, a set. ``exclusions``: in
    the order in which the rules were tried; anyone with at least one cannot be drawn.
    ``values``: further (category, value) pairs, recorded but not used by modes S and B.
    """

    id: str
    employer: str | None
    strata: tuple[str, ...]
    exclusions: tuple[Exclusion, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", clean_text(self.id, "id"))
        if self.employer is not None:
            object.__setattr__(self, "employer", clean_text(self.employer, "employer"))
        strata = sorted(clean_text(name, "strata") for name in _several(self.strata, self.id))
        if len(set(strata)) != len(strata):
            raise FairdrawError("STRATUM_TWICE", id=self.id)
        object.__setattr__(self, "strata", tuple(strata))
        exclusions = tuple(self.exclusions)
        if len({exclusion.code for exclusion in exclusions}) != len(exclusions):
            raise FairdrawError("EXCLUSION_TWICE", id=self.id)
        object.__setattr__(self, "exclusions", exclusions)
        if self.values:
            pairs = sorted((clean_text(k, "value"), clean_text(v, "value")) for k, v in self.values)
            if len({key for key, _ in pairs}) != len(pairs):
                raise FairdrawError("VALUE_TWICE", id=self.id)
            object.__setattr__(self, "values", tuple(pairs))

    def record(self) -> dict[str, Any]:
        """The person as published: what the Merkle leaf is made of."""
        return {
            "employer": self.employer,
            "exclusions": [[exclusion.code, exclusion.evidence] for exclusion in self.exclusions],
            "id": self.id,
            "strata": list(self.strata),
            "values": [list(pair) for pair in self.values],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Candidate:
        """The inverse of ``record``; RECORD_INVALID if a field is missing or misshapen."""
        try:
            return cls(
                id=record["id"],
                employer=record["employer"],
                strata=tuple(record["strata"]),
                exclusions=tuple(Exclusion(code, proof) for code, proof in record["exclusions"]),
                values=tuple((key, value) for key, value in record["values"]),
            )
        except (KeyError, TypeError, ValueError):
            raise FairdrawError("RECORD_INVALID", field="candidate") from None


class Pool:
    """Candidates in canonical order (by the bytes of their id); immutable.

    Raises CANDIDATE_TWICE if two share an id. The order in which they are handed in is of no
    account.
    """

    def __init__(self, candidates: Iterable[Candidate], *, profile: str = "sha256") -> None:
        self.profile = profile
        self.candidates = tuple(sorted(candidates, key=lambda person: person.id.encode()))
        for before, after in zip(self.candidates, self.candidates[1:]):
            if before.id == after.id:
                raise FairdrawError("CANDIDATE_TWICE", id=after.id)

    def __len__(self) -> int:
        return len(self.candidates)

    @cached_property
    def root(self) -> str:
        """Merkle root over the records, 64 hex digits: the hash that freezes the pool."""
        leaves = [canonical(person.record()) for person in self.candidates]
        return merkle_root(leaves, profile=self.profile).hex()

    @cached_property
    def eligible(self) -> tuple[Candidate, ...]:
        """Everybody without an exclusion, in canonical order."""
        return tuple(person for person in self.candidates if not person.exclusions)

    @cached_property
    def excluded(self) -> tuple[Candidate, ...]:
        """Everybody with at least one exclusion, in canonical order."""
        return tuple(person for person in self.candidates if person.exclusions)

    @cached_property
    def by_id(self) -> dict[str, Candidate]:
        """Look-up of all candidates."""
        return {person.id: person for person in self.candidates}

    def records(self) -> list[dict[str, Any]]:
        """All records in canonical order, ready for storage or a transcript."""
        return [person.record() for person in self.candidates]

    @classmethod
    def from_records(cls, records: Iterable[dict[str, Any]], *, profile: str = "sha256") -> Pool:
        """The inverse of ``records``."""
        return cls((Candidate.from_record(record) for record in records), profile=profile)
