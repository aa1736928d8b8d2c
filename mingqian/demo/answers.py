"""The morning after the draw's last lot: the list is released, experts are told and telephoned; one cannot come."""

from __future__ import annotations

from mingqian.draws.models import (
    Answer,
    Channel,
    ContactOutcome,
    DeclineReason,
    Draw,
    Message,
    Position,
    SeatType,
    Standing,
)
from mingqian.draws.services.answering import confirm_seat, decline_seat, log_contact
from mingqian.draws.services.expert_answers import answer_by_link
from mingqian.draws.services.messages import mark_sent, texts_to_print, write_messages
from mingqian.draws.services.release_roster import release_roster

from .cast import BUILDING_CLERK, BUILDING_LEAD
from .founding import Province

AGREE = 0.6  # of those telephoned first
BY_LINK = 2  # who answer by themselves
TO_SEND = 3  # messages that are left for the next hour


def invite(province: Province, draw: Draw) -> None:
    """The lead releases the list; the clerk writes to everybody, sends nearly all; the first answers come by link."""
    clerk, clock = province.user(BUILDING_CLERK), province.clock
    roster = release_roster(draw.roster, by=province.user(BUILDING_LEAD))
    clock.wait(minutes=2)
    written = write_messages(roster, kind=Message.Kind.INVITATION, by=clerk).messages
    sent = [message.pk for message in written[:-TO_SEND]]
    clock.wait(minutes=3)
    told = texts_to_print(roster, sent, by=clerk)
    mark_sent(roster, sent, by=clerk)
    for _, _, address in told[-BY_LINK:]:
        clock.wait(seconds=50)
        answer_by_link(address.rsplit("/", 1)[-1], answer=Answer.PARTICIPATING)


def telephone(province: Province, draw: Draw) -> None:
    """More than half have confirmed by the end of the story; somebody has moved up and is not reached yet."""
    clerk, clock = province.user(BUILDING_CLERK), province.clock
    seated = _seated(draw)
    declines = next(each for each in seated if _has_alternates(draw, each))
    for standing in seated[: round(len(seated) * AGREE)]:
        if standing == declines or standing.answer != Answer.UNCONFIRMED:
            continue
        clock.wait(seconds=35)
        log_contact(
            standing, by=clerk, channel=Channel.PHONE, outcome=ContactOutcome.AGREED, note=""
        )
        confirm_seat(standing, by=clerk, channel=Channel.PHONE)
    clock.wait(minutes=1)
    done = decline_seat(
        declines,
        by=clerk,
        reason=DeclineReason.TRAVEL,
        channel=Channel.PHONE,
        note="会议期间人在省外",
    )
    if done.entered is not None:
        clock.wait(minutes=2)
        log_contact(
            done.entered,
            by=clerk,
            channel=Channel.PHONE,
            outcome=ContactOutcome.NO_REPLY,
            note="已留言，约 11 时前回电",
        )


def _seated(draw: Draw) -> list[Standing]:
    found = draw.roster.standings.filter(position=Position.SEATED)
    people = found.select_related("seat", "expert", "roster__draw__application")
    return list(people.order_by("seat__group__order", "seat__specialty__code", "seat__rank", "pk"))


def _has_alternates(draw: Draw, standing: Standing) -> bool:
    """Whether somebody waits in the specialty of a seat that was drawn."""
    alternates = draw.seats.filter(seat_type=SeatType.ALTERNATE, specialty=standing.seat.specialty)
    return standing.seat.seat_type == SeatType.PRIMARY and alternates.exists()
