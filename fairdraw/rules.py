"""The plan of a draw: seats by stratum, caps per employer, members who sit outside the draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from fairdraw.canonical import (
    canonical,
    clean_text,
    digest,
    instances_of,
    listed,
    mapping_of,
    pairs_in,
    whole_number,
)
from fairdraw.errors import FairdrawError
from fairdraw.quotas import MOST_QUOTAS, MOST_SEATS, Quota, ceiling_of, value_pairs

#: Everybody may sit in the stratum of this id, whatever strata their record names.
OPEN_STRATUM = "*"


@dataclass(frozen=True)
class Stratum:
    """Seats of one kind: ``primary`` and ``alternate`` are whole numbers >= 0.

    ``group``: the discipline group that a cap per group counts in, or None.
    """

    id: str
    primary: int
    alternate: int
    group: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", clean_text(self.id, "stratum"))
        whole_number(self.primary, f"{self.id}.primary", high=MOST_SEATS)
        whole_number(self.alternate, f"{self.id}.alternate", high=MOST_SEATS)
        if self.group is not None:
            object.__setattr__(self, "group", clean_text(self.group, "group"))


@dataclass(frozen=True)
class Member:
    """Somebody who has a seat without being drawn: an appointed chair, or kept from a first draw.

    Counts in the caps and quotas as a constant, in the group of ``stratum`` or, without one, in
    ``group``. ``values``: (category, value) pairs.
    """

    id: str
    employer: str | None = None
    stratum: str | None = None
    group: str | None = None
    values: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for field in ("id", "employer", "stratum", "group"):
            value = getattr(self, field)
            if value is not None or field == "id":
                object.__setattr__(self, field, clean_text(value, f"member.{field}"))
        object.__setattr__(self, "values", value_pairs(self.values, self.id))


@dataclass(frozen=True)
class Plan:
    """What is to be drawn.

    ``strata``: in the order in which seats are listed. ``employer_cap``: how many of the primaries
    (together with ``designated`` and ``kept``) may share an employer; None: any number.
    ``group_cap``: the same inside one group; one number for every group or a mapping group -> cap.
    The alternates obey the same caps among themselves. ``quotas``: how many people with certain
    values there may or must be. ``ceiling``: nobody's chance may exceed this factor (at least 1)
    times the smallest possible largest chance; None: no limit. ``title`` and ``labels`` are opaque
    text that becomes part of the rules hash.

    Raises FairdrawError: STRATUM_TWICE, NO_STRATA, NO_SEATS, TOO_MANY_SEATS, GROUP_UNKNOWN,
    STRATUM_UNKNOWN, MEMBER_TWICE, DESIGNATED_OVER_CAP, TOO_MANY_QUOTAS, QUOTA_OVER_SEATS,
    DESIGNATED_OVER_QUOTA, VALUE_MISSING (of a member whom a quota must count or not),
    CEILING_BELOW_ONE, CEILING_INVALID, and those of the single fields.
    """

    strata: tuple[Stratum, ...]
    employer_cap: int | None = None
    group_cap: int | Mapping[str, int] | None = None
    designated: tuple[Member, ...] = ()
    kept: tuple[Member, ...] = ()
    title: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    quotas: tuple[Quota, ...] = ()
    ceiling: Fraction | None = None

    def __post_init__(self) -> None:
        kinds: dict[str, type[Any]] = {
            "strata": Stratum,
            "designated": Member,
            "kept": Member,
            "quotas": Quota,
        }
        for field, kind in kinds.items():
            members = instances_of(getattr(self, field), kind, field)
            object.__setattr__(self, field, tuple(members))
        object.__setattr__(self, "title", clean_text(self.title, "title", limit=1000, empty=True))
        pairs = sorted(
            (clean_text(k, "label"), clean_text(v, "label", limit=1000, empty=True))
            for k, v in pairs_in(self.labels, "labels")
        )
        object.__setattr__(self, "labels", tuple(pairs))
        self._check_strata()
        if self.employer_cap is not None:
            whole_number(self.employer_cap, "employer_cap", low=1, high=MOST_SEATS)
        if isinstance(self.group_cap, Mapping):
            caps = {clean_text(name, "group_cap"): cap for name, cap in self.group_cap.items()}
            for name, cap in caps.items():
                if name not in self.groups:
                    raise FairdrawError("GROUP_UNKNOWN", group=name)
                whole_number(cap, f"group_cap.{name}", low=1, high=MOST_SEATS)
            object.__setattr__(self, "group_cap", dict(sorted(caps.items())))
        elif self.group_cap is not None:
            whole_number(self.group_cap, "group_cap", low=1, high=MOST_SEATS)
        if self.ceiling is not None:
            object.__setattr__(self, "ceiling", ceiling_of(self.ceiling))
        self._check_members()
        self._check_quotas()

    def _check_strata(self) -> None:
        if not self.strata:
            raise FairdrawError("NO_STRATA")
        for name, times in Counter(stratum.id for stratum in self.strata).items():
            if times > 1:
                raise FairdrawError("STRATUM_TWICE", stratum=name)
        if self.primary_seats == 0:
            raise FairdrawError("NO_SEATS")
        if self.primary_seats + self.alternate_seats > MOST_SEATS:
            raise FairdrawError("TOO_MANY_SEATS", most=MOST_SEATS)

    def _check_members(self) -> None:
        for name, times in Counter(member.id for member in self.members).items():
            if times > 1:
                raise FairdrawError("MEMBER_TWICE", id=name)
        for member in self.members:
            if member.stratum is not None and member.stratum not in self.index:
                raise FairdrawError("STRATUM_UNKNOWN", stratum=member.stratum, member=member.id)
            if member.group is not None and member.group not in self.groups:
                raise FairdrawError("GROUP_UNKNOWN", group=member.group, member=member.id)
        employers = {member.employer for member in self.members if member.employer is not None}
        for employer in sorted(employers):
            room = self.employer_room(employer)
            if room is not None and room < 0:
                raise FairdrawError("DESIGNATED_OVER_CAP", employer=employer)
            for group in self.groups:
                room = self.group_room(employer, group)
                if room is not None and room < 0:
                    raise FairdrawError("DESIGNATED_OVER_CAP", employer=employer, group=group)

    def _check_quotas(self) -> None:
        if len(self.quotas) > MOST_QUOTAS:
            raise FairdrawError("TOO_MANY_QUOTAS", most=MOST_QUOTAS)
        for number, quota in enumerate(self.quotas):
            place = {"quota": number, "category": quota.category}
            if quota.group is not None and quota.group not in self.groups:
                raise FairdrawError("GROUP_UNKNOWN", group=quota.group, **place)
            members = self.members_in(number)
            if quota.high is not None and members > quota.high:
                raise FairdrawError("DESIGNATED_OVER_QUOTA", **place)
            seats = self.seats_in(quota.group, "primary") + members
            if quota.low > seats:
                raise FairdrawError("QUOTA_OVER_SEATS", field="low", seats=seats, **place)
            seats = self.seats_in(quota.group, "alternate")
            if quota.alternate_low > seats:
                raise FairdrawError("QUOTA_OVER_SEATS", field="alternate_low", seats=seats, **place)

    def seats_in(self, group: str | None, kind: str) -> int:
        """Seats of one kind ("primary" or "alternate") in the strata of a group; None: in all."""
        strata = (s for s in self.strata if group is None or s.group == group)
        return sum(int(getattr(stratum, kind)) for stratum in strata)

    def members_in(self, number: int) -> int:
        """How many members a quota (by its number in the plan, from 0) counts."""
        quota = self.quotas[number]
        counted = 0
        for member in self.members:
            if quota.group is None or self.group_of(member) == quota.group:
                values = dict(member.values)
                if quota.category not in values:
                    raise FairdrawError("VALUE_MISSING", id=member.id, category=quota.category)
                counted += quota.counts(values)
        return counted

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Designated and kept members together."""
        return self.designated + self.kept

    @cached_property
    def index(self) -> dict[str, int]:
        """Stratum id -> its number in plan order, from 0."""
        return {stratum.id: number for number, stratum in enumerate(self.strata)}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order in which strata mention them."""
        names = dict.fromkeys(s.group for s in self.strata if s.group is not None)
        return tuple(names)

    @cached_property
    def primary_seats(self) -> int:
        """Number of primaries over all strata."""
        return sum(stratum.primary for stratum in self.strata)

    @cached_property
    def alternate_seats(self) -> int:
        """Number of alternates over all strata."""
        return sum(stratum.alternate for stratum in self.strata)

    def group_limit(self, group: str | None) -> int | None:
        """The cap per employer inside a group, or None."""
        if group is None or self.group_cap is None:
            return None
        if isinstance(self.group_cap, int):
            return self.group_cap
        return self.group_cap.get(group)

    def group_of(self, member: Member) -> str | None:
        """The group a member counts in."""
        if member.stratum is not None:
            return self.strata[self.index[member.stratum]].group
        return member.group

    @cached_property
    def _seated(self) -> Counter[tuple[str, str | None]]:
        return Counter(
            (member.employer, self.group_of(member))
            for member in self.members
            if member.employer is not None
        )

    def employer_room(self, employer: str) -> int | None:
        """How many drawn people of this employer fit under the cap; None: any number."""
        if self.employer_cap is None:
            return None
        taken = sum(count for (name, _), count in self._seated.items() if name == employer)
        return self.employer_cap - taken

    def group_room(self, employer: str, group: str | None) -> int | None:
        """The same inside one group."""
        limit = self.group_limit(group)
        return None if limit is None else limit - self._seated[employer, group]

    @property
    def caps_employers(self) -> bool:
        """Whether any rule looks at employers."""
        return self.employer_cap is not None or self.group_cap is not None

    def record(self) -> dict[str, Any]:
        """The plan as published; the rules hash is taken over it."""
        caps = {name: self.group_limit(name) for name in self.groups}
        ceiling = self.ceiling
        return {
            "ceiling": None if ceiling is None else [ceiling.numerator, ceiling.denominator],
            "designated": [_member_record(member) for member in self.designated],
            "employer_cap": self.employer_cap,
            "group_caps": {name: cap for name, cap in caps.items() if cap is not None},
            "kept": [_member_record(member) for member in self.kept],
            "labels": [list(pair) for pair in self.labels],
            "quotas": [quota.record() for quota in self.quotas],
            "strata": [
                {"alternate": s.alternate, "group": s.group, "id": s.id, "primary": s.primary}
                for s in self.strata
            ],
            "title": self.title,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Plan:
        """The inverse of ``record``; RECORD_INVALID if a field is missing or misshapen."""
        try:
            return cls(
                strata=tuple(Stratum(**fields) for fields in record["strata"]),
                employer_cap=record["employer_cap"],
                group_cap=dict(mapping_of(record["group_caps"], "group_caps")) or None,
                designated=tuple(_member(fields) for fields in record["designated"]),
                kept=tuple(_member(fields) for fields in record["kept"]),
                title=record["title"],
                labels=tuple(pairs_in(record["labels"], "labels")),
                quotas=tuple(Quota(**fields) for fields in record["quotas"]),
                ceiling=_ceiling(record["ceiling"]),
            )
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            raise FairdrawError("RECORD_INVALID", field="plan") from None

    def rules_hash(self, *, profile: str = "sha256") -> str:
        """64 hex digits over the canonical record."""
        return digest("fairdraw/1/rules", canonical(self.record()), profile=profile).hex()

    def with_seats(self, stratum: str, *, primary: int, alternate: int) -> Plan:
        """A copy in which one stratum has other numbers of seats."""
        strata = tuple(
            replace(s, primary=primary, alternate=alternate) if s.id == stratum else s
            for s in self.strata
        )
        return replace(self, strata=strata)


def _member(fields: Mapping[str, Any]) -> Member:
    return Member(**{**fields, "values": tuple(pairs_in(fields["values"], "member.values"))})


def _ceiling(terms: Any) -> Fraction | None:
    """A published ceiling: [numerator, denominator] or None."""
    if terms is None:
        return None
    numerator, denominator = listed(terms, "ceiling")
    return Fraction(whole_number(numerator, "ceiling"), whole_number(denominator, "ceiling"))


def _member_record(member: Member) -> dict[str, Any]:
    return {
        "employer": member.employer,
        "group": member.group,
        "id": member.id,
        "stratum": member.stratum,
        "values": [list(pair) for pair in member.values],
    }
