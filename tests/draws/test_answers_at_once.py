"""Several people answer at the same moment: nobody is seated twice, no seat has two holders, no event is lost."""

import random
from collections import Counter

import pytest
from django.db import connection

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.config.invariants import check_all
from mingqian.draws.models import Answer, Position, Roster, RosterEvent, Standing
from mingqian.draws.services.answering import (
    Done,
    choose_alternate,
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.rosters import RosterRefused
from tests.draws.crowd import MANY, sixteen_at_once
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.rosters import roster_of

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"建筑设计": 12, "结构工程": 12, "给水排水": 12}
FIRST = "建筑设计"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast) -> Roster:
    return roster_of(executed(cast))


def people(roster: Roster, position: Position) -> list[Standing]:
    """Who sits in seats of the first specialty, or waits for them."""
    found = roster.standings.filter(position=position, seat__specialty__name=FIRST)
    return list(found.select_related("seat", "roster__draw__application").order_by("pk"))


def answered(deed) -> Done | str:
    """What a deed led to, or the words with which it was refused."""
    try:
        return deed()
    except RosterRefused as refused:
        return refused.told


def nothing_is_lost(roster: Roster) -> None:
    """Events are numbered without a gap, each in the log once, and every invariant holds."""
    revision = Roster.objects.get(pk=roster.pk).revision
    events = RosterEvent.objects.filter(roster=roster).order_by("seq")
    assert list(events.values_list("seq", flat=True)) == list(range(1, revision + 1))
    logged = [details["event"] for details in _logged()]
    assert sorted(logged) == list(range(1, revision + 1))
    assert check_chain() is None
    assert check_all() == []


def _logged():
    return Event.objects.filter(details__has_key="event").values_list("details", flat=True)


def test_two_clerks_answer_for_the_same_seat(cast, roster):
    """One registers that they serve, the other that they do not: the first counts, the other reads so."""
    standing = people(roster, Position.SEATED)[0]

    def press(number: int) -> Done | str:
        seen = Answer.UNCONFIRMED
        if number % 2:
            return answered(
                lambda: confirm_seat(standing, by=cast.clerk, channel="PHONE", seen=seen)
            )
        return answered(
            lambda: decline_seat(standing, by=cast.lead, reason="DUTY", channel="PHONE", seen=seen)
        )

    answers = sixteen_at_once(press)
    refused = [each for each in answers if isinstance(each, str)]
    assert len(refused) == MANY - 1
    assert all("该专家的答复已变为" in told or "名单刚刚有变化" in told for told in refused)
    assert RosterEvent.objects.count() == 1
    held = Standing.objects.get(pk=standing.pk)
    assert held.answer in (Answer.PARTICIPATING, Answer.DECLINED)
    nothing_is_lost(roster)


def test_an_expert_confirms_by_link_while_the_office_declines_for_them(cast, roster):
    standing = people(roster, Position.SEATED)[0]

    def press(number: int) -> Done | str:
        if number % 2:
            return answered(lambda: confirm_seat(standing, by=None, channel="LINK"))
        return answered(
            lambda: decline_seat(standing, by=cast.clerk, reason="UNREACHABLE", channel="PHONE")
        )

    answers = sixteen_at_once(press)
    done = [each for each in answers if isinstance(each, Done)]
    assert len(done) == 1
    held = Standing.objects.get(pk=standing.pk)
    by_link = done[0].event.by_id is None
    assert held.answer == (Answer.PARTICIPATING if by_link else Answer.DECLINED)
    assert held.channel == ("LINK" if by_link else "PHONE")
    nothing_is_lost(roster)


def test_the_last_alternate_is_not_seated_twice(cast, roster):
    """Two seats of a specialty are given up at the same moment, and one alternate is left."""
    waiting = people(roster, Position.WAITING)
    for standing in waiting[1:]:
        decline_seat(standing, by=cast.clerk, reason="DUTY", channel="PHONE")
    leavers = people(roster, Position.SEATED)[:2]

    def press(number: int) -> Done | str:
        leaver = leavers[number % 2]
        by = cast.clerk if number % 4 < 2 else None
        return answered(lambda: decline_seat(leaver, by=by, reason="TRAVEL", channel="PHONE"))

    answers = sixteen_at_once(press)
    done = [each for each in answers if isinstance(each, Done)]
    assert len(done) == 2
    assert Counter(each.gap for each in done) == {True: 1, False: 1}
    assert [each.entered.pk for each in done if each.entered] == [waiting[0].pk]
    assert people(roster, Position.WAITING) == []
    nothing_is_lost(roster)


def test_eight_people_do_whatever_they_like(cast, roster):
    """Each thread its own random deeds on few people, so that they are in each other's way all the time."""
    mine = [*people(roster, Position.SEATED), *people(roster, Position.WAITING)]
    done: list[int] = []

    def one(lot: random.Random) -> Done | str:
        try:
            return answered(lambda: deed(lot))
        finally:
            connection.close()  # as at the end of a request: eight must not keep the whole pool

    def deed(lot: random.Random) -> Done:
        standing = Standing.objects.select_related("roster__draw__application").get(
            pk=lot.choice(mine).pk
        )
        match lot.randrange(6):
            case 0:
                return confirm_seat(standing, by=cast.clerk, channel="PHONE")
            case 1:
                return decline_seat(standing, by=None, reason="TRAVEL", channel="LINK")
            case 2:
                return decline_seat(standing, by=cast.lead, reason="DUTY", channel="PHONE")
            case 3:
                choice = lot.choice(["SEAT", "RESERVE"])
                return revert_seat(standing, by=cast.clerk, choice=choice)
            case 4:
                seat = lot.choice(mine).seat
                return choose_alternate(standing, seat, by=cast.lead, note="专业更为对口")
        return log_contact(standing, by=cast.clerk, channel="SMS", outcome="SENT")

    def press(number: int) -> None:
        if number >= MANY // 2:
            return
        lot = random.Random(number)
        answers = [one(lot) for _ in range(10)]
        assert all(answers)
        done.extend(number for each in answers if isinstance(each, Done))

    sixteen_at_once(press)
    # A decline of somebody confirmed, by their own link, is two events: 移除 and 不参评.
    assert len(done) <= RosterEvent.objects.count() <= 2 * len(done)
    assert len(set(done)) == MANY // 2
    nothing_is_lost(roster)
