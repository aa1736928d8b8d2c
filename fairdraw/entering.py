"""Whether somebody may take a seat: what the caps and quotas leave beside those who sit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairdraw.quotas import Quota
from fairdraw.rules import Plan


@dataclass(frozen=True)
class Skip:
    """Somebody who could not enter: ``row`` EMPLOYER_CAP, GROUP_CAP or QUOTA with its limit.

    ``employer``: of the cap. ``group``: that the cap or the quota counts in. ``quota``: its number
    in the plan, from 0; ``side``: which of its limits would be broken, "low" or "high".
    """

    id: str
    row: str
    employer: str | None
    group: str | None
    limit: int
    quota: int | None = None
    side: str | None = None


@dataclass(frozen=True)
class Sitter:
    """Somebody in a seat of ``group``, or who would be: what the rules ask about them."""

    id: str
    employer: str | None
    values: Mapping[str, str]
    group: str | None


class Room:
    """What a plan leaves free beside ``sitting``, with seats empty in the groups of ``empty``."""

    def __init__(self, plan: Plan, sitting: Iterable[Sitter], empty: Iterable[str | None]) -> None:
        self._plan = plan
        self._empty = tuple(empty)
        people = tuple(sitting)
        self._colleagues = Counter(p.employer for p in people if p.employer is not None)
        self._mates = Counter((p.employer, p.group) for p in people if p.employer is not None)
        self._counted = [_count(quota, people) for quota in plan.quotas]

    def forbids(self, person: Sitter) -> Skip | None:
        """The first cap or quota that the entry of a person would break, if any."""
        return self._cap(person) or self._quota(person)

    def _cap(self, person: Sitter) -> Skip | None:
        employer, group = person.employer, person.group
        if employer is None:
            return None
        cap = self._plan.employer_cap
        if cap is not None and self._colleagues[employer] >= cap:
            return Skip(person.id, "EMPLOYER_CAP", employer, None, cap)
        cap = self._plan.group_limit(group)
        if cap is not None and self._mates[employer, group] >= cap:
            return Skip(person.id, "GROUP_CAP", employer, group, cap)
        return None

    def _quota(self, person: Sitter) -> Skip | None:
        for number, quota in enumerate(self._plan.quotas):
            if quota.group not in (None, person.group):
                continue
            surely, perhaps = _counts(quota, person)
            least, most = self._counted[number]
            if perhaps and quota.high is not None and most >= quota.high:
                return Skip(person.id, "QUOTA", None, quota.group, quota.high, number, "high")
            # Whoever is counted takes nothing from a minimum: their seat could do no more for it.
            if not surely and least + self._inside(quota.group) < quota.low:
                return Skip(person.id, "QUOTA", None, quota.group, quota.low, number, "low")
        return None

    def _inside(self, group: str | None) -> int:
        """How many of the empty seats lie in a group (None: all of them)."""
        return sum(group in (None, other) for other in self._empty)


def _counts(quota: Quota, person: Sitter) -> tuple[bool, bool]:
    """Whether a quota surely and whether it perhaps counts somebody: an unknown value is no "no"."""
    surely = quota.counts(person.values)
    return surely, surely or quota.category not in person.values


def _count(quota: Quota, people: Iterable[Sitter]) -> tuple[int, int]:
    """How many a quota counts, at least and at most."""
    answers = [_counts(quota, p) for p in people if quota.group in (None, p.group)]
    return sum(surely for surely, _ in answers), sum(perhaps for _, perhaps in answers)
