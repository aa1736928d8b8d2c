"""The facts about every member of a committee's pool on the day of a meeting, in a handful of queries.

Plain tuples, no model instances: a pool of 10^5 members is read in about a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from mingqian.committees.terms import plus_years
from mingqian.draws.models import (
    DrawApplication,
    DrawAvoidance,
    DrawKind,
    DrawSeat,
    DrawStatus,
    Position,
    Standing,
)
from mingqian.experts.models import (
    ExpertEmployment,
    ExpertUnavailability,
    MembershipSpecialty,
    MembershipStatus,
    PoolMembership,
)

IN_POOL = (MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED)
MAY_SIT = (Position.SEATED, Position.WAITING)


@dataclass(slots=True)
class MemberFacts:
    """What is known of one member. `specialties`: codes, the main one first."""

    expert_id: int
    expert_status: str
    membership_status: str
    term_from: date
    term_to: date
    grade: int | None
    birth_date: date | None
    unit_id: int | None
    uscc: str | None
    name: str
    id_index: str
    unit_name: str | None
    specialties: tuple[str, ...]

    def evidence(self, on: date) -> dict[str, object]:
        """The facts an exclusion on that day rests on; hashed with the person's salt they prove it later."""
        return {
            "on": on.isoformat(),
            "expert_status": self.expert_status,
            "membership_status": self.membership_status,
            "term": [self.term_from.isoformat(), self.term_to.isoformat()],
            "grade": self.grade,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "uscc": self.uscc,
            "specialties": list(self.specialties),
        }


@dataclass(slots=True)
class PoolFacts:
    """All members, and who stands in which of the lists that exclude. Sets hold expert ids.

    `absent`: people of the series who have left the pool since; a supplement says of them that they were drawn.
    `already_drawn` and `declined` have nobody in common.
    """

    on: date
    last_day: date
    members: list[MemberFacts]
    avoided_units: set[int] = field(default_factory=set)
    avoided_experts: set[int] = field(default_factory=set)
    unavailable: set[int] = field(default_factory=set)
    clashing: set[int] = field(default_factory=set)
    already_drawn: set[int] = field(default_factory=set)
    declined: set[int] = field(default_factory=set)
    absent: list[MemberFacts] = field(default_factory=list)
    designated: set[int] = field(default_factory=set)
    former_units: dict[int, tuple[str, ...]] = field(default_factory=dict)
    years_served: dict[int, set[int]] = field(default_factory=dict)
    seats_this_year: dict[int, int] = field(default_factory=dict)


def gather(
    application: DrawApplication,
    *,
    window_years: int,
    on: date | None = None,
    only: Collection[int] | None = None,
) -> PoolFacts:
    """Read the facts for the meeting's day (`on` or today, while the application has none).

    `window_years`: how long ago a former employment still counts as one with an avoided unit. `only`: read these
    experts alone, those of them who are in the pool.
    """
    first, last = meeting_days(application, on)
    facts = PoolFacts(first, last, _members(application, only))
    for kind, unit, expert in application.avoidances.values_list("kind", "unit_id", "expert_id"):
        if kind == DrawAvoidance.Kind.UNIT:
            facts.avoided_units.add(unit)
        else:
            facts.avoided_experts.add(expert)
    facts.designated = set(application.designated.values_list("expert_id", flat=True))
    facts.former_units = _former_units(application, facts, plus_years(first, -window_years))
    facts.unavailable = _unavailable(application, first, last)
    facts.clashing = _clashing(application, first, last)
    _read_series(application, facts)
    _read_service(application, facts)
    return facts


def meeting_days(application: DrawApplication, on: date | None = None) -> tuple[date, date]:
    """First and last day of the meeting; the day asked for, or today, stands in for what is not filled in."""
    if application.starts_at is None:
        day = on or timezone.localdate()
        return day, day
    first = timezone.localtime(application.starts_at).date()
    last = timezone.localtime(application.ends_at).date() if application.ends_at else first
    return first, max(first, last)


def pool_size(application: DrawApplication) -> int:
    """How many members the committee's pool has, whoever may be drawn."""
    return PoolMembership.objects.filter(
        committee_id=application.committee_id or 0, status__in=IN_POOL
    ).count()


def _members(
    application: DrawApplication, only: Collection[int] | None = None
) -> list[MemberFacts]:
    memberships = PoolMembership.objects.filter(
        committee_id=application.committee_id or 0, status__in=IN_POOL
    )
    if only is not None:
        memberships = memberships.filter(expert__in=only)
    return _facts_of(memberships)


def _facts_of(memberships: QuerySet[PoolMembership]) -> list[MemberFacts]:
    links: defaultdict[int, list[str]] = defaultdict(list)
    rows = MembershipSpecialty.objects.filter(membership__in=memberships).order_by(
        "membership_id", "order"
    )
    for membership, code in rows.values_list("membership_id", "specialty__code").iterator(5000):
        links[membership].append(code)
    return [
        MemberFacts(*facts[1:], tuple(links.get(facts[0], ())))
        for facts in memberships.order_by("expert_id", "id")
        .values_list(
            "id",
            "expert_id",
            "expert__status",
            "status",
            "term_from",
            "term_to",
            "expert__title_level",
            "expert__birth_date",
            "expert__unit_id",
            "expert__unit__uscc",
            "expert__name",
            "expert__id_index",
            "expert__unit__name",
        )
        .iterator(5000)
    ]


def _of_pool(application: DrawApplication) -> Q:
    """A condition on `expert`: belongs to the pool of the application's committee."""
    members = PoolMembership.objects.filter(
        committee_id=application.committee_id or 0, status__in=IN_POOL
    )
    return Q(expert__in=members.values("expert"))


def _former_units(
    application: DrawApplication, facts: PoolFacts, since: date
) -> dict[int, tuple[str, ...]]:
    """Avoided units that members worked for since a day, by expert."""
    if not facts.avoided_units:
        return {}
    rows = ExpertEmployment.objects.filter(
        _of_pool(application), unit__in=facts.avoided_units
    ).exclude(to_on__lt=since)
    former: defaultdict[int, list[str]] = defaultdict(list)
    for expert, unit in rows.values_list("expert_id", "unit_id"):
        former[expert].append(str(unit))
    return {expert: tuple(units) for expert, units in former.items()}


def _unavailable(application: DrawApplication, first: date, last: date) -> set[int]:
    rows = ExpertUnavailability.objects.filter(
        _of_pool(application), from_on__lte=last, to_on__gte=first, withdrawn_at=None
    )
    return set(rows.values_list("expert_id", flat=True))


def _clashing(application: DrawApplication, first: date, last: date) -> set[int]:
    """On the roster of a meeting that overlaps, waiting ones too, for they may be called; not who declined."""
    begins, ends = application.starts_at, application.ends_at
    if begins is None or ends is None:
        begins, ends = _midnight(first), _midnight(last + timedelta(days=1))
    rows = Standing.objects.filter(
        _of_pool(application),
        position__in=MAY_SIT,
        roster__draw__status=DrawStatus.EXECUTED,
        roster__draw__application__starts_at__lt=ends,
        roster__draw__application__ends_at__gt=begins,
    ).exclude(roster__draw__application__in=series_of(application))
    return set(rows.values_list("expert_id", flat=True))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def series_of(application: DrawApplication) -> list[int]:
    """The ids of the applications of one series: a first draw and its supplements."""
    root = application.parent_id or application.pk
    rows = DrawApplication.objects.filter(Q(pk=root) | Q(parent_id=root))
    return list(rows.values_list("pk", flat=True))


def _read_series(application: DrawApplication, facts: PoolFacts) -> None:
    """Of a supplement: everybody drawn or appointed before in its series, and who of them declined."""
    if application.kind == DrawKind.INITIAL:
        return
    earlier = [pk for pk in series_of(application) if pk != application.pk]
    seats = DrawSeat.objects.filter(draw__application__in=earlier, draw__status=DrawStatus.EXECUTED)
    drawn = set(seats.values_list("expert_id", flat=True))
    declined = Standing.objects.filter(
        roster__draw__application=application.parent_id,
        roster__draw__status=DrawStatus.EXECUTED,
        position=Position.OUT,
    )
    facts.declined = drawn & set(declined.values_list("expert_id", flat=True))
    facts.already_drawn = drawn - facts.declined
    gone = drawn - {member.expert_id for member in facts.members}
    left = PoolMembership.objects.filter(
        committee_id=application.committee_id or 0, expert__in=gone
    )
    # Somebody may have come and left more than once: the last membership tells.
    facts.absent = list({member.expert_id: member for member in _facts_of(left)}.values())


def _read_service(application: DrawApplication, facts: PoolFacts) -> None:
    """Years served in this committee, and seats in any committee this year: who sits, whoever was drawn first."""
    earlier = 12
    rows = (
        Standing.objects.filter(
            _of_pool(application),
            position=Position.SEATED,
            roster__draw__status=DrawStatus.EXECUTED,
            roster__draw__application__year__gte=application.year - earlier,
            roster__draw__application__year__lte=application.year,
        )
        .exclude(roster__draw__application__in=series_of(application))
        .values_list(
            "expert_id",
            "roster__draw__application__committee_id",
            "roster__draw__application__year",
        )
    )
    years: defaultdict[int, set[int]] = defaultdict(set)
    load: defaultdict[int, int] = defaultdict(int)
    for expert, committee, year in rows:
        if committee == application.committee_id and year < application.year:
            years[expert].add(year)
        if year == application.year:
            load[expert] += 1
    facts.years_served, facts.seats_this_year = dict(years), dict(load)
