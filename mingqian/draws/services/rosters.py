"""A roster is begun with the first draw, takes in supplements, and is held while somebody writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import (
    Answer,
    Draw,
    DrawApplication,
    DrawKind,
    DrawSeat,
    DrawStatus,
    Message,
    Position,
    Roster,
    RosterEvent,
    RosterVersion,
    SeatType,
    Standing,
)
from mingqian.draws.queries.series import supplement_in_draw
from mingqian.draws.queries.succession import Series, seating_of, series_of_roster

from .holding import CeremonyRefused, check_scope
from .links import drop_unsent, end_links

BARRED_IN_DRAW = (RosterEvent.Kind.LOCK, RosterEvent.Kind.RESCHEDULE)
"""Nobody moves by these, and yet the draw of a supplement that is under way would find another ground."""


class RosterRefused(CeremonyRefused):
    """A deed that the state of the roster does not allow; `told` says why and what to do."""

    told = "名单当前状态不能进行这一步。"


class RosterVoid(RosterRefused):
    """The draw that the roster comes from was declared void."""

    told = "本次抽取已作废，名单不再变动。重新抽取后在新名单上办理。"


class SupplementInDraw(RosterRefused):
    """A supplement was frozen with whoever sits now; until it is drawn or abandoned nobody moves."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"补充抽取 {number} 的评委库已冻结，抽取完成或终止前，名单不能变动、锁定或改期；"
            "仍可确认参评、登记联系记录；专家在此期间经链接答复不参评的，见联系记录，抽取后请办公室登记。"
        )


class RosterLocked(RosterRefused):
    """A locked roster changes only after HRSS has unlocked it."""

    told = "名单已锁定，不能变动。确需变动的，请人社部门填写理由解除锁定。"


class LockedBeforeVoid(RosterLocked):
    """A draw whose list is locked is not declared void, nor is that asked for."""

    told = "名单已锁定。请人社部门先填写理由解除锁定，再提出或确认作废。"


def begin_roster(draw: Draw) -> Roster:
    """The roster of a first draw just executed, inside its transaction: everybody unconfirmed."""
    roster = Roster.objects.create(draw=draw, office_id=draw.office_id)
    Standing.objects.bulk_create(_first_standings(roster, draw))
    return roster


def _first_standings(roster: Roster, draw: Draw) -> Iterator[Standing]:
    for seat in draw.seats.all():
        waits = seat.seat_type == SeatType.ALTERNATE
        yield Standing(
            roster=roster,
            seat=seat,
            expert_id=seat.expert_id,
            position=Position.WAITING if waits else Position.SEATED,
            place=None if waits else seat,
        )


def roster_of_series(draw: Draw) -> Roster | None:
    """The roster a draw belongs to: its own, or for a supplement the one of the first draw in force."""
    application = draw.application
    first = application.parent if application.kind == DrawKind.SUPPLEMENTARY else application
    return (
        Roster.objects.select_related("draw__application")
        .filter(draw__application=first, draw__status=DrawStatus.EXECUTED)
        .first()
    )


def hold_series(application: DrawApplication) -> None:
    """Lock the roster that a supplement adds to until the transaction ends: whoever sits, sits while its pool is frozen."""
    if application.kind == DrawKind.SUPPLEMENTARY:
        rosters = Roster.objects.filter(draw__application=application.parent_id)
        list(rosters.select_for_update(of=("self",)).values_list("pk"))


@contextmanager
def holding_roster(
    roster: Roster,
    *,
    by: User | None,
    permission: str = "draws.confirm_seat",
    locked_too: bool = False,
    void_too: bool = False,
) -> Iterator[Roster]:
    """The roster as it now is, its row locked until the transaction ends.

    `by` None is the expert themself, whose link has been checked. Raises PermissionDenied, RosterVoid
    unless `void_too`, RosterLocked unless `locked_too`.
    """
    if by is not None:
        check_scope(roster.draw.application, by, permission)
    with transaction.atomic():
        # The row alone: whatever is joined to a row that was waited for is as it was before the wait.
        Roster.objects.select_for_update().only("pk").get(pk=roster.pk)
        held = Roster.objects.select_related(
            "draw__application__matter", "draw__application__committee", "office"
        ).get(pk=roster.pk)
        if held.draw.status != DrawStatus.EXECUTED and not void_too:
            raise RosterVoid()
        if not locked_too and open_lock(held) is not None:
            raise RosterLocked()
        yield held


def open_lock(roster: Roster) -> RosterVersion | None:
    """The version that is locked now, if any."""
    return roster.versions.filter(unlocked_at=None).first()


def lock_over(draw: Draw) -> RosterVersion | None:
    """The lock in force on the roster that a draw belongs to, if any."""
    roster = roster_of_series(draw)
    return open_lock(roster) if roster is not None else None


def add_event(
    roster: Roster,
    kind: RosterEvent.Kind,
    *,
    by: User | None,
    at: datetime,
    action: str,
    told: dict[str, Any] | None = None,
    **fields: Any,
) -> RosterEvent:
    """Write one event as the next of a held roster, and its entry in the log.

    `told` is what the log says besides number, round and event; seats there are by lot code, never by name.
    """
    if kind in BARRED_IN_DRAW:
        _refuse_in_draw(roster)
    roster.revision += 1
    # The conditional update is what lets one through on a database without row locks.
    moved = Roster.objects.filter(pk=roster.pk, revision=roster.revision - 1).update(
        revision=roster.revision
    )
    if moved == 0:
        raise RosterRefused("名单刚刚有变化，页面已更新，请核对后再操作。")
    event = RosterEvent.objects.create(
        roster=roster, seq=roster.revision, at=at, by=by, kind=kind, **fields
    )
    record(
        action,
        on=roster.draw.application.matter,
        by=by,
        office_id=roster.office_id,
        details={
            "number": roster.draw.application.number,
            "roster": roster.pk,
            "event": event.seq,
            **{key: value for key, value in (told or {}).items() if value not in (None, "", [])},
        },
        at=at,
    )
    return event


def join_supplement(draw: Draw, *, by: User, at: datetime) -> Roster:
    """Take the people of a supplement just executed into the roster, inside its transaction.

    Its primaries take empty seats in the engine's order, its alternates wait behind those there. Raises
    RosterVoid if the first draw is no longer in force, RosterLocked.
    """
    found = roster_of_series(draw)
    if found is None:
        raise RosterVoid()
    with holding_roster(found, by=by, permission="draws.execute_draw") as roster:
        series = series_of_roster(roster)
        supplement = seating_of(draw)
        series.take_in(draw, supplement)
        taken = {person: seat for seat, person in series.succession.join(supplement)}
        rows = []
        for name, seat in series.seat_of.items():
            if seat.draw_id != draw.pk:
                continue
            # An appointed member has a seat of their own; who is neither appointed nor primary waits.
            appointed = seat.seat_type == SeatType.DESIGNATED
            place = name if appointed else taken.get(name)
            rows.append(
                Standing(
                    roster=roster,
                    seat=seat,
                    expert_id=seat.expert_id,
                    position=Position.SEATED if place else Position.WAITING,
                    place=series.seat_of[place] if place else None,
                )
            )
        Standing.objects.bulk_create(rows)
        add_event(
            roster,
            RosterEvent.Kind.JOIN,
            by=by,
            at=at,
            action="draws.join_supplement",
            draw=draw,
            told={"supplement": draw.application.number, "seats": len(taken)},
        )
    return roster


def end_roster_of(draw: Draw, *, by: User, at: datetime) -> None:
    """What a void does to the roster, inside its transaction.

    Of a first draw: the roster ends with it, which is refused while a supplement is in force; messages not sent yet
    are not sent, save those that tell somebody not to come, and links that were sent tell of the void and take no
    answer. Of a supplement: its people leave. A locked roster must be unlocked first.
    """
    if draw.application.kind == DrawKind.SUPPLEMENTARY:
        _drop_supplement(draw, by=by, at=at)
        return
    roster = Roster.objects.select_for_update(of=("self",)).filter(draw=draw).first()
    _refuse_beneath(Draw.objects.current().filter(application__parent=draw.application))
    if roster is None:
        return
    if open_lock(roster) is not None:
        raise RosterLocked()
    drop_unsent(roster, at=at, but=[Message.Kind.RELIEF])


def _refuse_beneath(later: QuerySet[Draw]) -> None:
    """A draw on which another one stands cannot be taken away from beneath it."""
    standing = later.select_related("application__matter").order_by("-id").first()
    if standing is not None:
        number = standing.application.number
        raise RosterRefused(f"补充抽取 {number} 已在本次抽取之上进行，请先作废或终止该补充抽取。")


def _drop_supplement(draw: Draw, *, by: User, at: datetime) -> None:
    """A supplement was declared void, inside that transaction: its people leave, their seats are empty again.

    Raises RosterLocked, and RosterRefused where a later supplement stands on it. One that had joined no roster in
    force changes nothing. Links of its people end, messages not sent yet are not sent.
    """
    found = roster_of_series(draw)
    joined = found and found.events.filter(draw=draw, kind=RosterEvent.Kind.JOIN).first()
    if found is None or not joined:
        return
    with holding_roster(found, by=by, permission="draws.void_draw") as roster:
        _refuse_beneath(
            Draw.objects.current()
            .filter(application__parent=draw.application.parent_id)
            .exclude(joined_by__seq__lt=joined.seq)
            .exclude(pk=draw.pk)
        )
        own = Standing.objects.filter(roster=roster, seat__draw=draw)
        end_links(list(own.values_list("seat", flat=True)), at=at)
        for standing in own:
            standing.position, standing.place, standing.reserve = Position.VOID, None, 0
            _forget(standing)
            standing.save()
        event = add_event(
            roster,
            RosterEvent.Kind.VOID,
            by=by,
            at=at,
            action="draws.drop_supplement",
            draw=draw,
            told={"supplement": draw.application.number},
        )
        events = roster.events.filter(seq__lte=event.seq).select_related("seat", "place", "draw")
        settle(roster, series_of_roster(roster, events=events.order_by("seq")))


def settle(roster: Roster, series: Series, answered: Standing | None = None) -> list[Standing]:
    """Write what the succession says into the standings that differ, and the one that has a new answer.

    Raises SupplementInDraw if somebody would move between the freeze and the lots of a supplement.
    """
    held = {
        place.holder: series.seat_of[place.seat]
        for place in series.succession.seats
        if place.holder is not None
    }
    reserves = series.succession.reserves
    gone = series.succession.gone
    changed: list[Standing] = []
    moved = False
    for stored in roster.standings.exclude(position=Position.VOID).select_related("seat"):
        answers = answered is not None and stored.pk == answered.pk
        standing = answered if answered is not None and answers else stored
        name = series.name(standing.seat)
        place = held.get(name)
        if place is not None:
            wanted = Position.SEATED
        else:
            wanted = Position.OUT if name in gone else Position.WAITING
        reserve = reserves.get(name, 0)
        same_place = standing.place_id == (place.pk if place else None)
        stays = standing.position == wanted and same_place and standing.reserve == reserve
        moved = moved or not stays
        if stays and not answers:
            continue
        standing.position, standing.place, standing.reserve = wanted, place, reserve
        if wanted == Position.WAITING:
            _forget(standing)
        changed.append(standing)
    if moved:
        _refuse_in_draw(roster)
    # Whoever leaves a seat is written before whoever takes it: no seat has two holders at any moment.
    for standing in sorted(changed, key=lambda each: each.position == Position.SEATED):
        standing.save()
    return changed


def _refuse_in_draw(roster: Roster) -> None:
    supplement = supplement_in_draw(roster)
    if supplement is not None:
        raise SupplementInDraw(supplement.number)


def _forget(standing: Standing) -> None:
    """Somebody who waits has been asked nothing that still counts."""
    standing.answer, standing.channel, standing.reason = Answer.UNCONFIRMED, "", ""
    standing.note, standing.answered_at = "", None


def lot_of(seat: DrawSeat | None) -> str:
    """How the log names a seat: its lot code, never a name; an appointed member's by number."""
    if seat is None:
        return ""
    return seat.lot_code or f"指定 {seat.rank}"
