"""Answers to the roster: 确认参评, 确认不参评, 移除, 另选递补, 登记联系记录.

Every deed is an event; who enters for whom follows from the draws and the events by the engine's rule. `seen` is
the answer the page showed when somebody decided: if it is another by now, nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from fairdraw.errors import FairdrawError
from fairdraw.substitution import Event, Outcome
from mingqian.accounts.models import User
from mingqian.draws.models import (
    Answer,
    Channel,
    ContactOutcome,
    DeclineReason,
    DrawSeat,
    Position,
    Roster,
    RosterEvent,
    Standing,
)
from mingqian.draws.queries.succession import Series, series_of_roster
from mingqian.draws.succession_words import passed_over, refusal_words

from .links import end_links, stop_asking
from .rosters import RosterRefused, add_event, holding_roster, lot_of, settle

Kind = RosterEvent.Kind


class AnswerMoved(RosterRefused):
    """Somebody else answered meanwhile."""

    def __init__(self, standing: Standing) -> None:
        when = ""
        if standing.answered_at is not None:
            when = f"（{timezone.localtime(standing.answered_at):%m-%d %H:%M}"
            when += f"，{standing.get_channel_display()}）" if standing.channel else "）"
        super().__init__(
            f"该专家的答复已变为「{standing.get_answer_display()}」{when}，请核对后再操作。"
        )


class SeatTaken(RosterRefused):
    """The seat of somebody who comes back is taken: the office chooses. `holder` sits there now."""

    def __init__(self, holder: Standing) -> None:
        self.holder = holder
        super().__init__("原席位已由他人递补，请选择恢复原席位、转为备选，或维持不参评。")


class HolderMoved(RosterRefused):
    """Somebody else got the seat meanwhile; `holder` sits there now, None if it is empty."""

    def __init__(self, holder: Standing | None) -> None:
        now = f"现由{holder.expert.name}递补在席" if holder else "现已空缺"
        super().__init__(f"该席位的在席人刚刚已有变动，{now}，请核对后再操作。")


@dataclass(frozen=True)
class Done:
    """What a deed led to: the event, who took a seat by it, who went back to waiting, whether a seat is empty."""

    event: RosterEvent
    entered: Standing | None = None
    left: Standing | None = None
    gap: bool = False


def confirm_seat(
    standing: Standing,
    *,
    by: User | None,
    channel: Channel | str,
    note: str = "",
    seen: str = "",
    at: datetime | None = None,
) -> Done:
    """确认参评 of somebody who sits. Raises AnswerMoved where they have confirmed already."""
    at = at or timezone.now()
    note = _note(note)
    with holding_roster(standing.roster, by=by) as roster:
        held = _held(standing, seen)
        if held.position == Position.OUT:
            raise RosterRefused("该专家已登记不参评；请先「移除」，再确认参评。")
        if held.position != Position.SEATED:
            raise RosterRefused("该专家现为备选，递补入席后才需要确认。")
        if held.answer == Answer.PARTICIPATING:
            raise AnswerMoved(held)
        series = series_of_roster(roster)
        _answer(held, Answer.PARTICIPATING, at, channel=channel, note=note)
        return _do(roster, series, held, Kind.CONFIRM, by, at, channel=channel, note=note)


def decline_seat(
    standing: Standing,
    *,
    by: User | None,
    reason: DeclineReason | str,
    channel: Channel | str,
    note: str = "",
    seen: str = "",
    instead: Standing | None = None,
    instead_note: str = "",
    at: datetime | None = None,
) -> Done:
    """确认不参评: the seat goes to the next alternate by the rule, or to `instead` with a reason of its own.

    Somebody who has confirmed is taken off that list first (移除), unless they no longer qualify, and unless they
    change their own mind: then this does both. An alternate may decline ahead. Raises
    RosterRefused where a reason is missing or `instead` may not enter.
    """
    at = at or timezone.now()
    if reason not in DeclineReason.values:
        raise RosterRefused("请选择不参评的理由。")
    note = _note(note)
    if reason == DeclineReason.OTHER and len(note) < 2:
        raise RosterRefused("理由为「其他」时，请写明具体情况。")
    with holding_roster(standing.roster, by=by) as roster:
        held = _held(standing, seen)
        if held.answer == Answer.DECLINED:
            raise AnswerMoved(held)
        out_of_rule = reason == DeclineReason.DISQUALIFIED
        if held.answer == Answer.PARTICIPATING and by is not None and not out_of_rule:
            raise RosterRefused("该专家已确认参评；请先「移除」回到未确认，再登记不参评。")
        series = series_of_roster(roster)
        if held.answer == Answer.PARTICIPATING:
            _answer(held, Answer.UNCONFIRMED, None)
            _do(roster, series, held, Kind.REVERT, by, at, channel=channel)
        place = held.place
        _answer(held, Answer.DECLINED, at, channel=channel, reason=reason, note=note)
        done = _do(
            roster, series, held, Kind.DECLINE, by, at, channel=channel, reason=reason, note=note
        )
        if instead is not None and place is not None:
            if done.entered is not None and done.entered.pk == instead.pk:
                return done
            done = _choose(roster, series, instead, place, by, at, instead_note)
    return done


def revert_seat(
    standing: Standing,
    *,
    by: User | None,
    choice: str = "",
    note: str = "",
    seen: str = "",
    seen_holder: int | None = None,
    at: datetime | None = None,
) -> Done:
    """移除: back to unconfirmed. Of a decline whose seat is taken, `choice` SEAT or RESERVE decides.

    SEAT: back into the seat, and whoever holds it waits again in their old place. RESERVE: waits as an alternate.
    `seen_holder`: who held it on the form; HolderMoved if somebody else would give way by now.
    Raises SeatTaken without a choice, RosterRefused where a cap forbids the return.
    """
    at = at or timezone.now()
    with holding_roster(standing.roster, by=by) as roster:
        held = _held(standing, seen)
        if held.answer == Answer.UNCONFIRMED:
            # An answer that differs from the one shown has been refused above.
            raise RosterRefused("该专家尚未答复，无需移除；如指定有误，请另选递补或登记不参评。")
        series = series_of_roster(roster)
        if held.answer == Answer.DECLINED and choice != "RESERVE":
            holder = _standing(holder_now(series, held))
            if holder is not None and not choice:
                raise SeatTaken(holder)
            if holder is not None and seen_holder not in (None, holder.pk):
                raise HolderMoved(holder)
        _answer(held, Answer.UNCONFIRMED, None)
        return _do(roster, series, held, Kind.REVERT, by, at, choice=choice, note=_note(note))


def choose_alternate(
    alternate: Standing,
    place: DrawSeat,
    *,
    by: User,
    note: str,
    seen_holder: int | None = None,
    at: datetime | None = None,
) -> Done:
    """另选递补: another alternate than the rule's enters a seat that is empty or was filled by 递补; with a reason.

    `seen_holder`: who held it on the form, 0 for nobody; raises HolderMoved if that is another by now.
    """
    at = at or timezone.now()
    with holding_roster(alternate.roster, by=by) as roster:
        rows = Standing.objects.select_related("expert")
        holder = rows.filter(place=place, position=Position.SEATED).first()
        if seen_holder is not None and seen_holder != (holder.pk if holder else 0):
            raise HolderMoved(holder)
        series = series_of_roster(roster)
        return _choose(roster, series, alternate, place, by, at, note)


def log_contact(
    standing: Standing,
    *,
    by: User | None,
    channel: Channel | str,
    outcome: ContactOutcome | str,
    note: str = "",
    at: datetime | None = None,
) -> Done:
    """登记联系记录: nobody moves by it. Allowed on a locked roster too, for calls do not stop there."""
    at = at or timezone.now()
    if channel not in Channel.values or outcome not in ContactOutcome.values:
        raise RosterRefused("请选择联系方式和结果。")
    with holding_roster(standing.roster, by=by, locked_too=True) as roster:
        held = Standing.objects.get(pk=standing.pk)
        held.contacts += 1
        held.save(update_fields=["contacts"])
        event = add_event(
            roster,
            Kind.CONTACT,
            by=by,
            at=at,
            action="draws.log_contact",
            told={"seat": lot_of(held.seat), "channel": channel, "outcome": outcome},
            seat=held.seat,
            channel=channel,
            outcome=outcome,
            note=_note(note),
        )
    return Done(event)


def holder_now(series: Series, standing: Standing) -> DrawSeat | None:
    """Who holds the seat that somebody who declined has left; None if it is empty or they only waited."""
    try:
        series.succession.preview(Event("REVERT", series.name(standing.seat)))
    except FairdrawError as error:
        if error.code == "SEAT_TAKEN":
            return series.seat_of[error.params["holder"]]
    return None


def holder_of(standing: Standing) -> Standing | None:
    """Who sits now where somebody who declined has left; None if the seat is empty or they only waited."""
    holder = holder_now(series_of_roster(standing.roster), standing)
    return None if holder is None else _standing(holder)


ACTIONS = {
    Kind.CONFIRM: "draws.confirm_seat",
    Kind.DECLINE: "draws.decline_seat",
    Kind.REVERT: "draws.revert_seat",
    Kind.CHOOSE: "draws.choose_alternate",
}


def _held(standing: Standing, seen: str) -> Standing:
    """The standing as it now is; raises AnswerMoved if the page showed another answer."""
    rows = Standing.objects.select_related("seat", "place", "expert").filter(pk=standing.pk)
    held = rows.first()
    if held is None:
        raise RosterRefused("该专家所在的补充抽取已作废，名单上没有这个人，请刷新页面。")
    if seen and seen != held.answer:
        raise AnswerMoved(held)
    if held.position == Position.VOID:
        raise RosterRefused("该专家所在的补充抽取已作废，不在名单上。")
    return held


def _note(text: str) -> str:
    note = " ".join(text.replace("\x00", "").split())
    if len(note) > 200:
        raise RosterRefused(f"说明最多 200 字，现为 {len(note)} 字。")
    return note


def _answer(
    held: Standing,
    answer: Answer,
    at: datetime | None,
    *,
    channel: str = "",
    reason: str = "",
    note: str = "",
) -> None:
    """What somebody says now, not yet written: the deed writes it together with where they stand."""
    held.answer, held.answered_at = answer, at
    held.channel, held.reason, held.note = channel, reason, note


def _choose(
    roster: Roster,
    series: Series,
    alternate: Standing,
    place: DrawSeat,
    by: User | None,
    at: datetime,
    note: str,
) -> Done:
    note = _note(note)
    if len(note) < 4:
        raise RosterRefused("另选递补人选请写明理由，至少 4 个字。")
    held = _held(alternate, "")
    return _do(roster, series, held, Kind.CHOOSE, by, at, place=place, note=note)


def _do(
    roster: Roster,
    series: Series,
    held: Standing,
    kind: RosterEvent.Kind,
    by: User | None,
    at: datetime,
    *,
    place: DrawSeat | None = None,
    choice: str = "",
    **fields: Any,
) -> Done:
    """Apply one deed to the succession, write the event and every standing that moves."""
    name = series.name(held.seat)
    deed = Event(
        {Kind.CONFIRM: "ACCEPT"}.get(kind, str(kind)),
        name,
        choice=choice or None,
        seat=series.name(place) if place is not None else None,
    )
    try:
        outcome: Outcome = series.succession.apply(deed)
    except FairdrawError as error:
        raise RosterRefused(refusal_words(error)) from None
    entered, left = (
        series.seat_of[who] if who else None for who in (outcome.entered, outcome.left)
    )
    event = add_event(
        roster,
        kind,
        by=by,
        at=at,
        action=ACTIONS[kind],
        told={
            "seat": lot_of(held.seat),
            "entered": lot_of(entered),
            "left": lot_of(left),
            "choice": choice,
            "channel": fields.get("channel", ""),
            "reason": fields.get("reason", ""),
            "self": by is None,
        },
        seat=held.seat,
        place=series.seat_of[outcome.seat] if outcome.seat else None,
        entered=entered,
        left=left,
        choice=choice,
        skips=passed_over(outcome),
        **fields,
    )
    changed = settle(roster, series, held)
    # Whoever declines by their own link keeps it, to see what they said and to change their mind.
    own = held.seat_id if by is None else None
    left_seats = [each.seat_id for each in changed if each.position != Position.SEATED]
    end_links([seat for seat in left_seats if seat != own], at=at)
    stop_asking(held.seat, at=at)
    return Done(event, _standing(entered), _standing(left), outcome.gap)


def _standing(seat: DrawSeat | None) -> Standing | None:
    if seat is None:
        return None
    return Standing.objects.select_related("seat", "expert").get(seat=seat)
