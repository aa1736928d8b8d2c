"""Rosters with empty seats: what 补充抽取申请 begins with. Every figure is counted by the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mingqian.accounts.models import User
from mingqian.draws.models import (
    Answer,
    Draw,
    DrawApplication,
    DrawSeat,
    DrawStatus,
    Position,
    Roster,
    RosterEvent,
    SeatType,
    Standing,
)
from mingqian.workflow.models import MatterStatus

from .series import IN_DRAW, UNFINISHED


def rosters_with_figures(user: User) -> QuerySet[Roster]:
    """Rosters in force that the user may see, each with `due`, `confirmed`, `declined`, `unconfirmed`, `waiting`,
    `gap` (empty seats that lots can fill), `vacant` (of designated members), and `open_number` of a supplement
    under way."""
    rows: Any = Roster.objects.visible_to(user).filter(draw__status=DrawStatus.EXECUTED)
    seated = Q(standings__position=Position.SEATED)
    return (
        rows.select_related("draw__application__matter", "draw__application__committee")
        .annotate(
            drawn_seats=_number(_places(SeatType.PRIMARY)),
            appointed_seats=_number(_places(SeatType.DESIGNATED)),
            seated=Count("standings", filter=seated),
            appointed=Count(
                "standings",
                filter=seated & Q(standings__place__seat_type=SeatType.DESIGNATED),
            ),
            confirmed=Count("standings", filter=seated & Q(standings__answer=Answer.PARTICIPATING)),
            unconfirmed=Count("standings", filter=seated & Q(standings__answer=Answer.UNCONFIRMED)),
            declined=Count("standings", filter=Q(standings__position=Position.OUT)),
            waiting=Count("standings", filter=Q(standings__position=Position.WAITING)),
            open_number=Subquery(_open().values("matter__number")[:1]),
        )
        .annotate(
            due=F("drawn_seats") + F("appointed_seats"),
            gap=F("drawn_seats") - F("seated") + F("appointed"),
            vacant=F("appointed_seats") - F("appointed"),
        )
        .order_by("-pk")
    )


def _places(seat_type: SeatType) -> QuerySet[DrawSeat]:
    """The seats of a roster's series: those of the first draw, and those that a supplement has added to them."""
    added = DrawSeat.objects.filter(
        Q(seat_type=SeatType.DESIGNATED)
        | Exists(Standing.objects.filter(place=OuterRef("pk")))
        | Exists(RosterEvent.objects.filter(place=OuterRef("pk"))),
        draw__status=DrawStatus.EXECUTED,
    )
    return DrawSeat.objects.filter(
        Q(draw=OuterRef("draw_id"))
        | Q(draw__application__parent=OuterRef("draw__application_id"), pk__in=added.values("pk")),
        seat_type=seat_type,
    )


def _number(seats: QuerySet[DrawSeat]) -> Coalesce:
    counted = seats.order_by().values("seat_type").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _open() -> QuerySet[DrawApplication]:
    """The supplement under way of the outer roster's series; the same as `series.supplement_under_way`."""
    draws = Draw.objects.filter(application=OuterRef("pk"))
    ended = draws.filter(status__in=(DrawStatus.EXECUTED, DrawStatus.VOIDED))
    return DrawApplication.objects.filter(
        Q(matter__status__in=UNFINISHED)
        | (
            Q(matter__status=MatterStatus.APPROVED)
            & (~Exists(ended) | Exists(draws.filter(status__in=IN_DRAW)))
        ),
        parent=OuterRef("draw__application_id"),
        ended_at=None,
    ).order_by("-round_no")
