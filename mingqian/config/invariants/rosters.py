"""Rosters: who sits where follows from the draws and the answers, and nothing that happened is lost."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q

from fairdraw.errors import FairdrawError
from mingqian.audit.models import Event
from mingqian.draws.models import (
    Answer,
    Draw,
    DrawKind,
    DrawSeat,
    DrawStatus,
    Position,
    Roster,
    RosterEvent,
    RosterVersion,
    Standing,
)
from mingqian.draws.queries.succession import Series, series_of_roster
from mingqian.draws.verification import check_version

from .counting import number_of

ANSWERS = {
    "UNCONFIRMED": Answer.UNCONFIRMED,
    "ACCEPTED": Answer.PARTICIPATING,
    "DECLINED": Answer.DECLINED,
}


def every_result_has_a_roster() -> Iterator[str]:
    """A first draw begins one; of a supplement in force everybody stands on it, of a void one nobody."""
    drawn = Draw.objects.filter(status__in=[DrawStatus.EXECUTED, DrawStatus.VOIDED])
    stands = Q(standing__position__in=[Position.SEATED, Position.WAITING, Position.OUT])
    rows = drawn.annotate(
        people=number_of(DrawSeat.objects.all(), "draw"),
        standing=number_of(DrawSeat.objects.filter(stands), "draw"),
    ).select_related("application__matter")
    for draw in rows.defer("pool", "plan", "solution", "transcript", "chances", "judgement"):
        first = draw.application.kind == DrawKind.INITIAL
        if first and not Roster.objects.filter(draw=draw).exists():
            yield f"{draw} 没有名单"
        wanted = draw.people if first or not draw.is_void else 0
        if draw.standing != wanted:
            yield f"{draw} 有 {wanted} 人应在名单上，实有 {draw.standing} 人"


def standings_follow_from_events() -> Iterator[str]:
    """The engine, given the transcripts and every event, arrives at what the tables say."""
    rows = Roster.objects.select_related("draw__application__matter")
    for roster in rows.order_by("pk").iterator():
        try:
            series = series_of_roster(roster)
        except (FairdrawError, KeyError, AssertionError) as error:
            yield f"{roster} 不能由抽取与答复推得（{getattr(error, 'code', type(error).__name__)}）"
            continue
        yield from _differences(roster, series)


def _differences(roster: Roster, series: Series) -> Iterator[str]:
    succession = series.succession
    held = {place.holder: place.seat for place in succession.seats if place.holder is not None}
    waiting = set(succession.waiting)
    for standing in roster.standings.select_related("seat__draw"):
        name = series.name_of.get(standing.seat_id)
        if name is None:
            yield f"{roster} 有不属于本次系列抽取的人（席位 {standing.seat_id}）"
            continue
        # Whoever a void supplement drew may have been drawn again since, into another seat.
        draw = standing.seat.draw
        void = draw.pk != roster.draw_id and draw.status == DrawStatus.VOIDED
        if (standing.position == Position.VOID) != void:
            yield f"{roster} 席位 {standing.seat_id} 与其补充抽取是否作废不符"
            continue
        if standing.position == Position.VOID:
            continue
        place = series.seat_of[held[name]].pk if name in held else None
        expected = Position.SEATED if name in held else Position.OUT
        expected = Position.WAITING if name in waiting else expected
        if (standing.position, standing.place_id) != (expected, place):
            yield f"{roster} 席位 {standing.seat_id}：记为{standing.get_position_display()}，应为{expected.label}"
        answer = ANSWERS[succession.answers[name]]
        if standing.answer != answer:
            yield f"{roster} 席位 {standing.seat_id}：记为{standing.get_answer_display()}，应为{answer.label}"
        if standing.reserve != succession.reserves.get(name, 0):
            yield f"{roster} 席位 {standing.seat_id} 的备选次序与答复不符"


def no_event_is_lost() -> Iterator[str]:
    """Events of a roster are numbered 1, 2, … without a gap, and each has its entry in the log."""
    logged = Counter(_logged())
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for roster_id, seq in RosterEvent.objects.order_by("seq").values_list("roster_id", "seq"):
        numbers[roster_id].append(seq)
        if logged[roster_id, seq] != 1:
            yield f"名单 {roster_id} 的第 {seq} 条变更没有对应的日志"
    for roster in Roster.objects.select_related("draw__application__matter"):
        if numbers[roster.pk] != list(range(1, roster.revision + 1)):
            yield f"{roster} 应有 {roster.revision} 条变更，实有 {len(numbers[roster.pk])} 条"


def _logged() -> Iterator[tuple[int, int]]:
    rows = Event.objects.filter(details__has_keys=["roster", "event"])
    for details in rows.values_list("details", flat=True):
        yield details["roster"], details["event"]


def nobody_sits_twice() -> Iterator[str]:
    seated = Standing.objects.filter(position=Position.SEATED)
    for field, words in (("place", "席位"), ("expert", "专家")):
        twice = seated.values("roster", field).annotate(n=Count("pk")).filter(n__gt=1).order_by()
        for row in twice:
            yield f"名单 {row['roster']} 的{words} {row[field]} 重复在席 {row['n']} 次"


def locks_carry_their_digest() -> Iterator[str]:
    for version in RosterVersion.objects.select_related("roster__draw__application__matter"):
        if hashlib.sha256(bytes(version.content)).hexdigest() != version.digest:
            yield f"{version.roster} 第 {version.number} 版的内容与指纹不符"
    for row in (
        RosterVersion.objects.filter(unlocked_at=None)
        .values("roster")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .order_by()
    ):
        yield f"名单 {row['roster']} 同时有 {row['n']} 个锁定"


def heads_hold() -> Iterator[str]:
    """The signed head of each lock is this platform's, gives its short code, and its proof follows from the draws.

    The event of a lock names its head, so that one taken away is missed.
    """
    told = {
        (event.roster_id, event.details["version"]): event.details.get("head")
        for event in RosterEvent.objects.filter(kind=RosterEvent.Kind.LOCK)
    }
    for version in RosterVersion.objects.select_related("roster__draw__application__matter"):
        named = told.get((version.roster_id, version.number))
        if named != (version.fingerprint if version.head is not None else None):
            yield f"{version.roster} 第 {version.number} 版的签署与名单变更所记不符"
            continue
        failed = check_version(version).failed if version.head is not None else None
        if failed is not None:
            yield f"{version.roster} 第 {version.number} 版的签署：{failed.name}，{failed.note}"


def rosters_belong_to_the_office_of_their_draw() -> Iterator[str]:
    for roster in Roster.objects.exclude(office_id=F("draw__office_id")):
        yield f"{roster} 属于另一个部门"


INVARIANTS = [
    ("每个抽取结果都有名单", every_result_has_a_roster),
    ("名单由抽取与答复推得", standings_follow_from_events),
    ("名单变更没有遗失", no_event_is_lost),
    ("每席一人，每人一席", nobody_sits_twice),
    ("锁定的名单与指纹一致", locks_carry_their_digest),
    ("锁定的名单经签署且可重算", heads_hold),
    ("名单属于抽取的部门", rosters_belong_to_the_office_of_their_draw),
]
