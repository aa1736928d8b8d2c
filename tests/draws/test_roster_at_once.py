"""Whoever waited for the roster finds its draw and its meeting as they are after the wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingqian.draws.models import DrawApplication, Roster, RosterEvent
from mingqian.draws.queries.answer_links import last_moment
from mingqian.draws.services.release_roster import release_roster
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.rosters import RosterVoid
from mingqian.draws.services.void import void_draw
from tests.draws.crowd import one_behind_another
from tests.factories.ceremonies import make_cast
from tests.factories.invitations import drawn_roster

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def test_who_waited_while_the_meeting_moved_goes_by_the_new_time():
    cast = make_cast(SIZES)
    roster = drawn_roster(cast)
    later = timedelta(days=7)

    def move() -> None:
        reschedule_meeting(
            roster,
            starts_at=cast.application.starts_at + later,
            ends_at=cast.application.ends_at + later,
            place="江州会议中心",
            reason="场地被征用，改期一周",
            by=cast.lead,
        )

    held = one_behind_another(move, lambda: release_roster(roster, by=cast.lead))
    moved = DrawApplication.objects.get(pk=cast.application.pk)
    assert moved.starts_at == cast.application.starts_at + later
    assert held.answer_by == last_moment(moved)
    assert Roster.objects.get(pk=roster.pk).answer_by == last_moment(moved)


def test_who_waited_while_the_draw_was_declared_void_is_told_so():
    cast = make_cast(SIZES)
    roster = drawn_roster(cast)
    void_draw(roster.draw, by=cast.hrss_lead, reason="会议改期至下月")

    def release() -> str:
        try:
            release_roster(roster, by=cast.lead)
        except RosterVoid:
            return "void"
        return "released"

    told = one_behind_another(lambda: void_draw(roster.draw, by=cast.observer), release)
    assert told == "void"
    assert not RosterEvent.objects.filter(kind="RELEASE").exists()
