"""Supplements of one roster asked for at the same moment, by sixteen clerks or while the meeting is moved, and ended
while the pool is frozen or the next one is asked for."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from mingqian.audit.models import Event
from mingqian.draws.models import DrawApplication, Roster
from mingqian.draws.queries.series import supplement_under_way
from mingqian.draws.services.ending import AttemptUnderWay, end_supplement
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.rosters import RosterRefused
from mingqian.draws.services.supplement import SupplementOpen, create_supplement
from tests.draws.crowd import sixteen_at_once
from tests.factories.draws import refreshed
from tests.factories.supplements import cast_of, make_roster, supplement_of, use_up

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_supplement_is_made_and_all_others_are_told_of_it():
    cast, roster = make_roster()
    use_up(roster, cast)

    def ask(_: int) -> str:
        try:
            own = Roster.objects.select_related("draw__application").get(pk=roster.pk)
            return create_supplement(own, by=cast.clerk, key=uuid4().hex).number
        except SupplementOpen as refusal:
            return refusal.application.number

    numbers = sixteen_at_once(ask)
    assert DrawApplication.objects.filter(kind="SUPPLEMENTARY").count() == 1
    assert len(set(numbers)) == 1


def test_a_supplement_and_a_move_of_the_meeting_never_wait_for_each_other():
    cast, roster = make_roster()
    use_up(roster, cast)
    meeting = cast.application

    def deed(number: int) -> str:
        own = Roster.objects.select_related("draw__application").get(pk=roster.pk)
        later = timedelta(days=7 + number)
        try:
            if number % 2:
                return create_supplement(own, by=cast.clerk, key=uuid4().hex).number
            reschedule_meeting(
                own,
                starts_at=meeting.starts_at + later,
                ends_at=meeting.ends_at + later,
                place="江州会议中心",
                reason="场地被征用，改期一周",
                by=cast.lead,
            )
        except SupplementOpen as refusal:
            return refusal.application.number
        except RosterRefused as refusal:
            return refusal.told
        return "moved"

    told = sixteen_at_once(deed)
    supplement = DrawApplication.objects.get(kind="SUPPLEMENTARY")
    assert set(told) == {"moved", supplement.number}
    meeting.refresh_from_db()
    assert (supplement.starts_at, supplement.place) == (meeting.starts_at, meeting.place)


def test_a_supplement_is_either_ended_or_frozen():
    cast, roster = make_roster()
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)

    def deed(number: int) -> str:
        application = refreshed(own.application)
        try:
            if number % 2:
                freeze_draw(application, by=own.clerk, at=own.at)
                return "frozen"
            end_supplement(application, by=own.lead, reason="缺口已经补上")
        except AttemptUnderWay:
            return "frozen"
        except CannotFreeze as refusal:
            return "ended" if "补充抽取已终止" in refusal.told else refusal.told
        return "ended"

    [told] = set(sixteen_at_once(deed))
    assert (refreshed(own.application).ended_at is not None) is (told == "ended")
    assert own.application.draws.count() == (told == "frozen")
    assert Event.objects.filter(action="draws.end_supplement").count() == (told == "ended")


def test_one_next_supplement_is_made_while_the_one_before_is_ended():
    cast, roster = make_roster()
    use_up(roster, cast)
    own = cast_of(supplement_of(roster, cast), cast)
    before = own.application.number

    def deed(number: int) -> str:
        try:
            if number % 2:
                again = Roster.objects.select_related("draw__application").get(pk=roster.pk)
                return create_supplement(again, by=own.clerk, key=uuid4().hex).number
            end_supplement(refreshed(own.application), by=own.lead, reason="按现在的缺口重新申请")
        except SupplementOpen as refusal:
            return refusal.application.number
        return before

    told = set(sixteen_at_once(deed))
    assert refreshed(own.application).ended_by == own.lead
    made = DrawApplication.objects.filter(parent=cast.application, ended_at=None)
    assert told == {before, *(each.number for each in made)}
    assert made.count() <= 1
    assert supplement_under_way(cast.application) == made.first()
