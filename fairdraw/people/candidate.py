"""One person of a pool, and the reasons why somebody cannot be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fairdraw.canonical import clean_text, digest, hex_hash, instances_of, listed, pairs_in
from fairdraw.errors import FairdrawError, shown

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")

#: (category, value) or (code, evidence) pairs of one person.
Pairs = tuple[tuple[str, str], ...]


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
        code: Any = self.code
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise FairdrawError("EXCLUSION_CODE_INVALID", text=shown(code))
        hex_hash(self.evidence, "evidence")


def clean_strata(names: Any, person: str) -> tuple[str, ...]:
    """Names of strata, sorted; STRATA_EXPECTED, STRATUM_TWICE."""
    # One bare name would otherwise be taken for its letters.
    if not isinstance(names, (tuple, list, set, frozenset)):
        raise FairdrawError("STRATA_EXPECTED", id=person)
    strata = sorted(clean_text(name, "strata") for name in names)
    if len(set(strata)) != len(strata):
        raise FairdrawError("STRATUM_TWICE", id=person)
    return tuple(strata)


def clean_exclusions(exclusions: Iterable[Any], person: str) -> tuple[Exclusion, ...]:
    """Exclusions in their order; EXCLUSION_TWICE if two have one code."""
    made = tuple(instances_of(exclusions, Exclusion, "exclusions"))
    if len({exclusion.code for exclusion in made}) != len(made):
        raise FairdrawError("EXCLUSION_TWICE", id=person)
    return made


def clean_values(values: Iterable[Any], person: str) -> Pairs:
    """(category, value) pairs, sorted; VALUE_TWICE."""
    pairs = sorted(
        (clean_text(k, "value"), clean_text(v, "value")) for k, v in pairs_in(values, "values")
    )
    for (key, _), (following, _) in pairwise(pairs):
        if key == following:
            raise FairdrawError("VALUE_TWICE", id=person, category=key)
    return tuple(pairs)


@dataclass(frozen=True)
class Candidate:
    """One person of the pool.

    ``id``: pseudonym or any other public id, unique in the pool. ``employer``: opaque key of the
    employer or None if unknown. ``strata``: where the person may sit, a set. ``exclusions``: in
    the order in which the rules were tried; anyone with at least one cannot be drawn.
    ``values``: further (category, value) pairs, which quotas count; recorded in any case.
    """

    id: str
    employer: str | None
    strata: tuple[str, ...]
    exclusions: tuple[Exclusion, ...] = ()
    values: Pairs = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", clean_text(self.id, "id"))
        if self.employer is not None:
            object.__setattr__(self, "employer", clean_text(self.employer, "employer"))
        object.__setattr__(self, "strata", clean_strata(self.strata, self.id))
        object.__setattr__(self, "exclusions", clean_exclusions(self.exclusions, self.id))
        object.__setattr__(self, "values", clean_values(self.values, self.id))

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
                strata=tuple(listed(record["strata"], "strata")),
                exclusions=tuple(
                    Exclusion(code, proof)
                    for code, proof in pairs_in(record["exclusions"], "exclusions")
                ),
                values=tuple(pairs_in(record["values"], "values")),
            )
        except (KeyError, TypeError, ValueError):
            raise FairdrawError("RECORD_INVALID", field="candidate") from None


def trusted(
    name: str,
    employer: str | None,
    strata: tuple[str, ...],
    exclusions: tuple[Exclusion, ...],
    values: Pairs,
) -> Candidate:
    """A candidate made of what has been cleaned before."""
    person = object.__new__(Candidate)
    person.__dict__.update(
        id=name, employer=employer, strata=strata, exclusions=exclusions, values=values
    )
    return person


def clean_employer(employer: Any, person: str) -> str | None:
    """The key of an employer, or None if it is not known."""
    return None if employer is None else clean_text(employer, "employer")


def clean_pairs(pairs: Any, person: str) -> Pairs:
    """Exclusions as (code, evidence) pairs; PAIRS_EXPECTED, EXCLUSION_TWICE, those of ``Exclusion``."""
    made = tuple(Exclusion(code, proof) for code, proof in pairs_in(pairs, "exclusions"))
    exclusions = clean_exclusions(made, person)
    return tuple((exclusion.code, exclusion.evidence) for exclusion in exclusions)
