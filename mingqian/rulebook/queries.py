"""Questions to the rule book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from django.utils import timezone

from .defaults import CATALOGUE, DEFINITIONS, GROUPS, Definition
from .findings import Level
from .models import RuleParameter, Scope
from .numbers import Number


class UnknownRule(LookupError):
    """No rule of this key is in the catalogue, or none holds on the day asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it holds on a day for a committee."""

    key: str
    title: str
    number: Number | None
    unit: str
    enforcement: str
    citation: str
    note: str = ""
    committee_code: str = ""
    checked: bool = False

    @property
    def value(self) -> Decimal | None:
        """The number as a decimal; None for a rule without a number."""
        return self.number.decimal if self.number else None

    @property
    def exact(self) -> Fraction:
        """The number as an exact fraction. Raises ValueError for a rule without one."""
        if self.number is None:
            raise ValueError(f"{self.key} has no number")
        return self.number.exact

    @property
    def whole(self) -> int:
        """The number rounded down to a whole one: days, years, people."""
        return floor(self.exact)

    @property
    def blocks(self) -> bool:
        return Level.of(self.enforcement) == Level.ERROR

    @property
    def figure(self) -> str:
        """The number with its unit, as printed: 3 年, 2/3."""
        return f"{self.number}{' ' + self.unit if self.unit else ''}" if self.number else ""

    def as_snapshot(self) -> dict[str, str]:
        """What a submitted document keeps of the rule it was judged by."""
        return {
            "title": self.title,
            "value": str(self.number or ""),
            "unit": self.unit,
            "enforcement": str(self.enforcement),
            "citation": self.citation,
            "scope": self.committee_code or "PROVINCE",
        }


class RuleSet(Mapping[str, Rule]):
    """Every rule that holds for one committee on one day, read in one query."""

    def __init__(self, rules: dict[str, Rule], *, on: date, committee_code: str | None):
        self._rules = rules
        self.on = on
        self.committee_code = committee_code

    def __getitem__(self, key: str) -> Rule:
        try:
            return self._rules[key]
        except KeyError:
            raise UnknownRule(f"no rule {key!r} holds on {self.on}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, key: object) -> bool:
        return key in self._rules

    def snapshot(self) -> dict[str, dict[str, str]]:
        """All rules as plain data, for the snapshot frozen at submission."""
        return {key: self._rules[key].as_snapshot() for key in sorted(self._rules)}


def rule_set(*, committee_code: str | None = None, on: date | None = None) -> RuleSet:
    """The rules for a committee on a day (today by default); its own rows come before the province's."""
    on = on or timezone.localdate()
    rows = RuleParameter.objects.in_force(on).for_committee(committee_code)
    # The province's row comes first in this order, so that the committee's takes its place.
    found = {row.key: row for row in rows.order_by("committee_code", "valid_from", "id")}
    rules = {key: _rule(row) for key, row in found.items() if key in DEFINITIONS}
    return RuleSet(rules, on=on, committee_code=committee_code)


def rule(key: str, *, committee_code: str | None = None, on: date | None = None) -> Rule:
    """One rule for a committee on a day. Raises UnknownRule where none holds."""
    on = on or timezone.localdate()
    rows = RuleParameter.objects.in_force(on).for_committee(committee_code).filter(key=key)
    row = rows.order_by("-committee_code", "-valid_from", "-id").first()
    if row is None or key not in DEFINITIONS:
        raise UnknownRule(f"no rule {key!r} holds on {on}")
    return _rule(row)


def _rule(row: RuleParameter) -> Rule:
    return Rule(
        key=row.key,
        title=DEFINITIONS[row.key].title,
        number=row.value,
        unit=row.unit,
        enforcement=row.enforcement,
        citation=row.citation,
        note=row.note,
        committee_code=row.committee_code,
        checked=row.checked_on is not None,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One rule on the page: its definition, the province's row of the day, and committees' own rows."""

    definition: Definition
    row: RuleParameter | None
    own: list[RuleParameter]
    coming: list[RuleParameter]


def lines_by_group(*, on: date, text: str = "") -> list[tuple[str, list[Line]]]:
    """The book as it stands on a day, by group in the order of the catalogue; `text` narrows it down."""
    province: dict[str, RuleParameter] = {}
    own: dict[str, list[RuleParameter]] = {}
    for row in RuleParameter.objects.in_force(on).order_by("committee_code", "id"):
        if row.scope_type == Scope.PROVINCE:
            province[row.key] = row
        else:
            own.setdefault(row.key, []).append(row)
    coming: dict[str, list[RuleParameter]] = {}
    later = RuleParameter.objects.filter(valid_from__gt=on).order_by("valid_from", "id")
    for row in later:
        if not row.never_held:
            coming.setdefault(row.key, []).append(row)
    lines = [
        Line(d, province.get(d.key), own.get(d.key, []), coming.get(d.key, []))
        for d in CATALOGUE
        if _mentions(d, province.get(d.key), text.strip())
    ]
    grouped = (
        (group, [line for line in lines if line.definition.group == group]) for group in GROUPS
    )
    return [(group, found) for group, found in grouped if found]


def _mentions(definition: Definition, row: RuleParameter | None, text: str) -> bool:
    words = [definition.title, definition.key, definition.group, definition.note]
    words += [row.citation, row.note] if row else []
    return any(text.lower() in word.lower() for word in words)


def history_of(key: str) -> list[RuleParameter]:
    """Every row that a rule ever had, newest first."""
    return list(RuleParameter.objects.filter(key=key).order_by("-valid_from", "-id"))


def province_row(key: str, *, on: date) -> RuleParameter | None:
    """The province's row of a day."""
    return RuleParameter.objects.in_force(on).filter(key=key, committee_code="").first()


def newest_row(key: str) -> RuleParameter | None:
    """The row entered last, of whichever scope."""
    return RuleParameter.objects.filter(key=key).order_by("-pk").first()
