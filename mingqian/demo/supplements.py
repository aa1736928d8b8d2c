"""One specialty of the drawn roster has nobody left: the office writes the application for a supplement."""

from __future__ import annotations

import uuid

from mingqian.draws.models import Channel, DeclineReason, DrawApplication, Position, Roster
from mingqian.draws.services.answering import decline_seat
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.supplement import create_supplement

from .cast import BUILDING_CLERK
from .founding import Province
from .workdays import moment, workday_after

SPECIALTY = "桥梁工程"
NOTES = ("会议期间参加跨海大桥合龙验收", "会议期间率队赴外省检查")


def ask_for_more(province: Province) -> DrawApplication:
    """The seat's primary and its alternates decline one after the other; the draft asks for the empty seat."""
    clerk, clock = province.user(BUILDING_CLERK), province.clock
    roster = Roster.objects.get(draw__application=province.applications["drawn"])
    holder = roster.standings.filter(
        position=Position.SEATED, place__specialty__name=SPECIALTY
    ).first()
    number = 0
    while holder is not None:
        clock.wait(minutes=4)
        done = decline_seat(
            holder,
            by=clerk,
            reason=DeclineReason.DUTY,
            channel=Channel.PHONE,
            note=NOTES[number % len(NOTES)],
        )
        holder, number = done.entered, number + 1
    clock.wait(minutes=3)
    made = create_supplement(roster, by=clerk, key=str(uuid.uuid4()))
    clock.wait(minutes=2)
    draw_at = moment(workday_after(province.today, 1), 15)
    values = {"planned_draw_at": draw_at, "reason_text": f"{SPECIALTY}没有可以递补的备选"}
    return save_application(made, draft=Draft(values=values), revision=made.revision, by=clerk)
