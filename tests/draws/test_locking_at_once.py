"""One locks while another unlocks: every request gets one clear answer, and there is one lock at most."""

import pytest

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.draws.models import Roster, RosterEvent, RosterVersion
from mingqian.draws.services.answering import decline_seat
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.rosters import RosterRefused
from tests.draws.crowd import sixteen_at_once
from tests.factories.ceremonies import executed, make_cast
from tests.factories.rosters import confirm, roster_of, seated

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def test_a_lock_while_others_unlock_and_answer():
    cast = make_cast(SIZES)
    draw = executed(cast)
    confirm(draw, cast.clerk)
    roster = roster_of(draw)
    lock_roster(roster, by=cast.lead)
    standing = seated(draw)[0]

    def press(number: int) -> str:
        mine = Roster.objects.get(pk=roster.pk)
        try:
            if number % 4 == 0:
                unlock_roster(mine, by=cast.reviewer, reason="一名委员请假", seen=1)
                return "unlocked"
            if number % 4 == 3:
                decline_seat(standing, by=cast.clerk, reason="DISQUALIFIED", channel="PHONE")
                return "declined"
            lock_roster(mine, by=cast.lead)
        except RosterRefused:
            return "refused"
        return "locked"

    answers = sixteen_at_once(press)
    assert answers.count("unlocked") == 1
    assert answers.count("locked") <= 1
    locked, declined = answers.count("locked"), answers.count("declined")
    # Whichever comes first after the unlock keeps the other out: a lock bars the decline, a new face the lock.
    assert locked + declined <= 1
    assert RosterEvent.objects.filter(kind="DECLINE").count() == declined
    assert RosterVersion.objects.filter(unlocked_at=None).count() == locked
    assert RosterEvent.objects.filter(kind="LOCK").count() == 1 + locked
    assert RosterEvent.objects.filter(kind="UNLOCK").count() == 1
    kinds = list(
        RosterEvent.objects.filter(kind__in=("LOCK", "UNLOCK"))
        .order_by("seq")
        .values_list("kind", flat=True)
    )
    assert kinds == ["LOCK", "UNLOCK", "LOCK"][: len(kinds)]
    assert Event.objects.filter(action="draws.lock_roster").count() == 1 + locked
    assert check_chain() is None


def test_sixteen_leads_lock_once():
    cast = make_cast(SIZES)
    draw = executed(cast)
    confirm(draw, cast.clerk)
    roster = roster_of(draw)

    def press(number: int) -> int | str:
        try:
            return lock_roster(Roster.objects.get(pk=roster.pk), by=cast.lead).number
        except RosterRefused as refused:
            return refused.told

    answers = sixteen_at_once(press)
    assert [each for each in answers if isinstance(each, int)] == [1]
    told = [str(each) for each in answers if isinstance(each, str)]
    assert all("锁定（第 1 版）" in each for each in told)
    assert RosterVersion.objects.count() == 1
