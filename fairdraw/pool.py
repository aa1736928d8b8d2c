"""The pool: candidates in canonical order, their exclusions, and the Merkle root that freezes them.

A pool is kept as columns, one entry for each person: a million people are a handful of arrays and
one list of ids. Candidates are objects made of these columns when somebody asks for them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress, islice
from json.encoder import encode_basestring as quoted
from operator import attrgetter, lt, not_
from typing import Any

from fairdraw.canonical import (
    clean_text,
    clean_texts,
    instances_of,
    listed,
    mapping_of,
    merkle_root,
    new_hash,
)
from fairdraw.errors import FairdrawError
from fairdraw.people.candidate import (
    Candidate,
    Exclusion,
    Pairs,
    clean_employer,
    clean_pairs,
    clean_strata,
    clean_values,
    pseudonym,
    trusted,
)
from fairdraw.people.columnar import Column, counted, hashable, paired_values, written

__all__ = ["Candidate", "Exclusion", "Pool", "pseudonym"]


class Pool:
    """Candidates in canonical order (by the bytes of their id); immutable.

    ``ids`` and the columns ``employers``, ``strata``, ``exclusions`` and ``values`` hold the people;
    ``exclusions`` as (code, evidence) pairs. Raises CANDIDATE_TWICE if two share an id. The order
    in which people are handed in is of no account.
    """

    profile: str
    ids: tuple[str, ...]
    employers: Column[str | None]
    strata: Column[tuple[str, ...]]
    exclusions: Column[Pairs]
    values: Column[Pairs]

    def __init__(self, candidates: Iterable[Candidate], *, profile: str = "sha256") -> None:
        people = sorted(instances_of(candidates, Candidate, "candidates"), key=attrgetter("id"))
        self.profile = _known(profile)
        self.ids = tuple(person.id for person in people)
        self.employers = Column.of(person.employer for person in people)
        self.strata = Column.of(person.strata for person in people)
        self.exclusions = Column.of(
            tuple((exclusion.code, exclusion.evidence) for exclusion in person.exclusions)
            for person in people
        )
        self.values = Column.of(person.values for person in people)
        self._refuse_twins()
        self.__dict__["candidates"] = tuple(people)

    @classmethod
    def from_columns(
        cls,
        ids: Sequence[str],
        employers: Sequence[str | None],
        strata: Sequence[Iterable[str]],
        *,
        exclusions: Sequence[Iterable[tuple[str, str]]] | None = None,
        values: Mapping[str, Sequence[str | None]] | None = None,
        profile: str = "sha256",
    ) -> Pool:
        """A pool of columns of equal length, one entry for each person, in any order.

        ``exclusions``: (code, evidence) pairs of each person; ``values``: category -> the value of
        each person, None where it is not known. Raises COLUMN_LENGTH, COLUMN_INVALID and whatever
        ``Candidate`` and ``Exclusion`` refuse.
        """
        people = counted(ids, "ids")
        columns: dict[str, Any] = {"employers": employers, "strata": strata}
        if exclusions is not None:
            columns["exclusions"] = exclusions
        by_category = {} if values is None else mapping_of(values, "values")
        for category, column in by_category.items():
            clean_text(category, "value")
            columns[f"values.{category}"] = column
        for name, column in columns.items():
            found = counted(column, name)
            if found != people:
                raise FairdrawError("COLUMN_LENGTH", column=name, found=found, expected=people)
        coded: dict[str, Column[Any]] = {}
        for name, column in columns.items():
            try:
                coded[name] = Column.of(map(hashable, column))
            except (TypeError, RecursionError):
                raise FairdrawError("COLUMN_INVALID", column=name) from None
        nothing: Column[Any] = Column(((),) if people else (), array("i", [0]) * people)
        if by_category:
            of_category = {category: coded[f"values.{category}"] for category in by_category}
            paired = paired_values(of_category)
        else:
            paired = nothing
        return cls._of(
            list(ids),
            coded["employers"],
            coded["strata"],
            coded.get("exclusions", nothing),
            paired,
            profile,
        )

    @classmethod
    def _of(
        cls,
        ids: list[Any],
        employers: Column[Any],
        strata: Column[Any],
        exclusions: Column[Any],
        values: Column[Any],
        profile: str,
    ) -> Pool:
        names = clean_texts(ids, "id")
        columns = [employers, strata, exclusions, values]
        if not all(map(lt, names, islice(names, 1, None))):
            order = sorted(range(len(names)), key=names.__getitem__)
            names = [names[i] for i in order]
            columns = [column.arranged(order) for column in columns]
        pool = cls.__new__(cls)
        pool.profile = _known(profile)
        pool.ids = tuple(names)
        pool._refuse_twins()
        cleaners = (clean_employer, clean_strata, clean_pairs, clean_values)
        pool.employers, pool.strata, pool.exclusions, pool.values = (
            column.cleaned(clean, pool.ids) for column, clean in zip(columns, cleaners)
        )
        return pool

    def _refuse_twins(self) -> None:
        for before, after in zip(self.ids, islice(self.ids, 1, None)):
            if before == after:
                raise FairdrawError("CANDIDATE_TWICE", id=after)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def root(self) -> str:
        """Merkle root over the records, 64 hex digits: the hash that freezes the pool."""
        return merkle_root(self._leaves(), profile=self.profile).hex()

    def _leaves(self) -> Iterator[bytes]:
        """``canonical(record)`` of everybody, in order, each kind written once."""
        employers = [f'{{"employer":{written(kind)},' for kind in self.employers.kinds]
        exclusions = [f'"exclusions":{written(kind)},"id":' for kind in self.exclusions.kinds]
        strata = [f',"strata":{written(kind)},' for kind in self.strata.kinds]
        values = [f'"values":{written(kind)}}}' for kind in self.values.kinds]
        for name, e, x, s, v in zip(
            self.ids,
            self.employers.codes,
            self.exclusions.codes,
            self.strata.codes,
            self.values.codes,
        ):
            text = employers[e] + exclusions[x] + quoted(name) + strata[s] + values[v]
            yield text.encode()

    def canonical_records(self) -> bytes:
        """``canonical(records())`` without making the records."""
        return b"[" + b",".join(self._leaves()) + b"]"

    @cached_property
    def eligible_mask(self) -> tuple[bool, ...]:
        """For everybody in canonical order: whether they are without an exclusion."""
        free = [not pairs for pairs in self.exclusions.kinds]
        return tuple(map(free.__getitem__, self.exclusions.codes))

    @cached_property
    def eligible_count(self) -> int:
        """How many people are without an exclusion."""
        return sum(self.eligible_mask)

    def is_eligible(self, place: int) -> bool:
        """Whether the person at this place in canonical order is without an exclusion."""
        return not self.exclusions.kinds[self.exclusions.codes[place]]

    def position(self, person: str) -> int | None:
        """The place of an id in canonical order, from 0; None for a stranger."""
        place = bisect_left(self.ids, person)
        return place if place < len(self.ids) and self.ids[place] == person else None

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Everybody as an object, in canonical order."""
        exclusions = [
            tuple(Exclusion(code, evidence) for code, evidence in kind)
            for kind in self.exclusions.kinds
        ]
        return tuple(
            trusted(name, employer, strata, exclusions[x], values)
            for name, employer, strata, x, values in zip(
                self.ids, self.employers, self.strata, self.exclusions.codes, self.values
            )
        )

    @cached_property
    def eligible(self) -> tuple[Candidate, ...]:
        """Everybody without an exclusion, in canonical order."""
        return tuple(compress(self.candidates, self.eligible_mask))

    @cached_property
    def excluded(self) -> tuple[Candidate, ...]:
        """Everybody with at least one exclusion, in canonical order."""
        return tuple(compress(self.candidates, map(not_, self.eligible_mask)))

    @cached_property
    def by_id(self) -> dict[str, Candidate]:
        """Look-up of all candidates."""
        return dict(zip(self.ids, self.candidates))

    def records(self) -> list[dict[str, Any]]:
        """All records in canonical order, ready for storage or a transcript."""
        return [
            {
                "employer": employer,
                "exclusions": [list(pair) for pair in exclusions],
                "id": name,
                "strata": list(strata),
                "values": [list(pair) for pair in values],
            }
            for name, employer, exclusions, strata, values in zip(
                self.ids, self.employers, self.exclusions, self.strata, self.values
            )
        ]

    @classmethod
    def from_records(cls, records: Iterable[dict[str, Any]], *, profile: str = "sha256") -> Pool:
        """The inverse of ``records``; RECORD_INVALID if a field is missing or misshapen."""
        rows = listed(records, "records")
        try:
            return cls._of(
                [row["id"] for row in rows],
                Column.of(row["employer"] for row in rows),
                Column.of(hashable(row["strata"]) for row in rows),
                Column.of(hashable(row["exclusions"]) for row in rows),
                Column.of(hashable(row["values"]) for row in rows),
                profile,
            )
        except (KeyError, TypeError, RecursionError):
            raise FairdrawError("RECORD_INVALID", field="candidate") from None


def _known(profile: str) -> str:
    """The profile itself; PROFILE_UNKNOWN, PROFILE_UNAVAILABLE."""
    new_hash(profile)
    return profile
