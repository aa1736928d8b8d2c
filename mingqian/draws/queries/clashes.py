"""Who of a roster may not be able to come at a time: another meeting, days away, a term that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.models import DrawApplication, DrawStatus, Position, Roster, Standing
from mingqian.experts.models import ExpertUnavailability, PoolMembership

from .answer_links import seat_words

OTHER_MEETING = "同一时间另有评审会议"


@dataclass(frozen=True, slots=True)
class Clash:
    """One person and why the time may not suit."""

    name: str
    seat: str
    position: str
    why: str


def clashes(roster: Roster, starts_at: datetime, ends_at: datetime, *, reader: User) -> list[Clash]:
    """Those who sit or wait, first those who sit; a person with two reasons stands twice.

    Another meeting is named only where the reader may see it: who sits for another office is not theirs to know.
    """
    first, last = timezone.localtime(starts_at).date(), timezone.localtime(ends_at).date()
    rows = list(
        roster.standings.filter(position__in=(Position.SEATED, Position.WAITING))
        .select_related("seat__expert", "seat__group", "seat__specialty")
        .order_by("position", "seat__group__order", "id")
    )
    people = [row.expert_id for row in rows]
    reasons: dict[int, list[str]] = {}
    away = ExpertUnavailability.objects.filter(
        expert__in=people, from_on__lte=last, to_on__gte=first, withdrawn_at=None
    )
    for each in away:
        reasons.setdefault(each.expert_id, []).append(
            f"{each.from_on:%m-%d} 至 {each.to_on:%m-%d} 已登记不可用"
        )
    others = Standing.objects.filter(
        expert__in=people,
        roster__draw__status=DrawStatus.EXECUTED,
        roster__draw__application__starts_at__lt=ends_at,
        roster__draw__application__ends_at__gt=starts_at,
    ).exclude(roster=roster)
    others = others.filter(position__in=(Position.SEATED, Position.WAITING))
    visible = DrawApplication.objects.visible_to(reader).filter(
        draws__in=others.values("roster__draw")
    )
    named = set(visible.values_list("pk", flat=True))
    for other in others.select_related("roster__draw__application__matter").order_by("id"):
        application = other.roster.draw.application
        told = (
            f"同一时间在 {application.number} {application.meeting_name} {other.get_position_display()}"
            if application.pk in named
            else OTHER_MEETING
        )
        if told not in reasons.setdefault(other.expert_id, []):
            reasons[other.expert_id].append(told)
    ended = PoolMembership.objects.filter(
        expert__in=people,
        committee=roster.draw.application.committee_id or 0,
        term_to__lt=last,
    )
    for membership in ended:
        reasons.setdefault(membership.expert_id, []).append(
            f"聘期至 {membership.term_to}，会议时已届满"
        )
    seated = [row for row in rows if row.position == Position.SEATED]
    waiting = [row for row in rows if row.position != Position.SEATED]
    return [
        Clash(row.seat.expert.name, seat_words(row.seat), row.get_position_display(), why)
        for row in [*seated, *waiting]
        for why in reasons.get(row.expert_id, ())
    ]
