"""Sixteen clerks answer for the same seats at the same moment: no seat has two holders, no event is lost."""

from collections import Counter

import pytest

from mingqian.audit.queries import check_chain
from mingqian.config.invariants import check_all
from mingqian.draws.models import Position, Roster, RosterEvent, Standing
from mingqian.draws.services.answering import (
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.rosters import RosterRefused
from tests.draws.crowd import MANY, sixteen_at_once
from tests.factories.confirmations import drawn, seated

pytestmark = pytest.mark.django_db(transaction=True)


def everything_holds(roster: Roster) -> None:
    events = list(RosterEvent.objects.filter(roster=roster).order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert Roster.objects.get(pk=roster.pk).revision == len(events)
    held = Standing.objects.filter(roster=roster, position=Position.SEATED).values_list("place")
    assert max(Counter(held).values()) == 1
    assert list(check_all()) == []
    assert check_chain() is None


def test_one_of_sixteen_answers_for_one_person_counts():
    cast, roster = drawn()
    person = seated(roster)[0]
    clerks = (cast.clerk, cast.lead)

    def press(number: int) -> str:
        try:
            if number % 2:
                confirm_seat(person, by=clerks[0], channel="PHONE", seen="UNCONFIRMED")
                return "confirmed"
            decline_seat(person, by=clerks[1], reason="TRAVEL", channel="PHONE", seen="UNCONFIRMED")
        except RosterRefused:
            return "told"
        return "declined"

    answers = Counter(sixteen_at_once(press))
    assert answers.pop("told") == MANY - 1
    assert len(answers) == 1
    everything_holds(roster)


def test_sixteen_declines_of_one_specialty_promote_each_alternate_once():
    cast, roster = drawn()
    people = seated(roster)

    def press(number: int) -> str:
        person = people[number % len(people)]
        try:
            done = decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
        except RosterRefused:
            return "told"
        return str(done.entered.pk) if done.entered else "gap"

    answers = Counter(sixteen_at_once(press))
    entered = {key: number for key, number in answers.items() if key not in ("told", "gap")}
    assert set(entered.values()) == {1}
    everything_holds(roster)


def test_contacts_declines_and_returns_together_lose_nothing():
    cast, roster = drawn()
    people = seated(roster)[:4]

    def press(number: int) -> str:
        person = people[number % 4]
        try:
            if number % 3 == 0:
                log_contact(person, by=cast.lead, channel="PHONE", outcome="NO_REPLY")
            elif number % 3 == 1:
                decline_seat(person, by=cast.clerk, reason="HEALTH", channel="PHONE")
            else:
                revert_seat(person, by=cast.clerk, choice="SEAT")
        except RosterRefused:
            return "told"
        return "done"

    answers = Counter(sixteen_at_once(press))
    assert RosterEvent.objects.filter(roster=roster).count() == answers["done"]
    everything_holds(roster)
