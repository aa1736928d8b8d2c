"""Answers: confirming, declining, taking back, choosing, contacts; every rule and every refusal."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.config.invariants import check_all
from mingqian.draws.models import Answer, Position, Roster, RosterEvent
from mingqian.draws.services.answering import (
    AnswerMoved,
    SeatTaken,
    choose_alternate,
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.rosters import RosterRefused, RosterVoid
from mingqian.draws.services.taking_back import (
    after_confirming,
    after_declining,
    before_choosing,
    before_reverting,
    take_back,
)
from mingqian.draws.services.together import Asked, SomeRefused, answer_together, asked_of
from mingqian.draws.services.void import void_draw
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed
from tests.factories.confirmations import again, drawn, seated, waiting
from tests.factories.draws import approved, make_application, make_ground, make_people, make_units

pytestmark = pytest.mark.django_db
ARCHITECTURE = "建筑设计"


@pytest.fixture(autouse=True)
def nothing_is_lost() -> Iterator[None]:
    """Whatever a test did: nobody sits twice, no seat has two holders, and the log is whole."""
    yield
    assert list(check_all()) == []
    assert check_chain() is None


@pytest.fixture
def ground() -> tuple[Cast, Roster]:
    return drawn()


def decline(standing, by, **more):
    facts = {"reason": "TRAVEL", "channel": "PHONE"} | more
    return decline_seat(standing, by=by, **facts)


def state(standing) -> tuple[str, str]:
    now = again(standing)
    return now.position, now.answer


def test_a_confirmation_is_an_event_with_channel_and_an_entry_in_the_log(ground):
    cast, roster = ground
    person = seated(roster)[0]
    done = confirm_seat(person, by=cast.clerk, channel="PHONE", seen="UNCONFIRMED")
    assert state(person) == (Position.SEATED, Answer.PARTICIPATING)
    assert (done.event.kind, done.event.by, done.event.seq) == ("CONFIRM", cast.clerk, 1)
    entry = Event.objects.get(action="draws.confirm_seat")
    assert entry.details["seat"] == person.seat.lot_code
    assert person.expert.name not in str(entry.details)


def test_a_decline_promotes_the_next_of_the_specialty_with_pointers_both_ways(ground):
    cast, roster = ground
    person, first = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[0]
    done = decline(person, cast.clerk, note="人在省外")
    assert done.entered == first
    assert again(first).place == person.seat
    assert (done.event.seat, done.event.entered, done.event.place) == (
        person.seat, first.seat, person.seat,
    )  # fmt: skip
    assert state(person) == (Position.OUT, Answer.DECLINED)
    assert state(first) == (Position.SEATED, Answer.UNCONFIRMED)


def test_an_alternate_who_declined_ahead_is_passed_over(ground):
    cast, roster = ground
    first, second = waiting(roster, ARCHITECTURE)[:2]
    decline(first, cast.clerk)
    assert state(first) == (Position.OUT, Answer.DECLINED)
    assert decline(seated(roster, ARCHITECTURE)[0], cast.clerk).entered == second


def test_the_last_alternate_of_a_specialty_leaves_a_gap(ground):
    cast, roster = ground
    for _ in waiting(roster, ARCHITECTURE):
        assert not decline(seated(roster, ARCHITECTURE)[0], cast.clerk).gap
    last = decline(seated(roster, ARCHITECTURE)[0], cast.clerk)
    assert last.gap
    assert last.entered is None


def test_declines_need_a_reason_and_other_needs_words(ground):
    cast, roster = ground
    person = seated(roster)[0]
    with pytest.raises(RosterRefused, match="请选择"):
        decline(person, cast.clerk, reason="WHIM")
    with pytest.raises(RosterRefused, match="写明具体情况"):
        decline(person, cast.clerk, reason="OTHER")
    with pytest.raises(RosterRefused, match="最多 200 字"):
        decline(person, cast.clerk, note="长" * 201)
    assert not RosterEvent.objects.exists()


def test_who_waits_is_not_confirmed_and_who_confirmed_is_removed_first(ground):
    cast, roster = ground
    with pytest.raises(RosterRefused, match="递补入席后"):
        confirm_seat(waiting(roster)[0], by=cast.clerk, channel="PHONE")
    person = seated(roster)[0]
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    with pytest.raises(RosterRefused, match="先「移除」"):
        decline(person, cast.clerk)


def test_somebody_who_no_longer_qualifies_leaves_even_after_confirming(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    done = decline(person, cast.clerk, reason="DISQUALIFIED")
    assert done.entered is not None
    kinds = list(RosterEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["CONFIRM", "REVERT", "DECLINE"]


def test_removing_a_decline_whose_seat_is_taken_asks_to_choose(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    entered = decline(person, cast.clerk).entered
    with pytest.raises(SeatTaken) as taken:
        revert_seat(person, by=cast.clerk)
    assert taken.value.holder == entered
    done = revert_seat(person, by=cast.clerk, choice="SEAT")
    assert done.left == entered
    assert state(person) == (Position.SEATED, Answer.UNCONFIRMED)
    assert state(entered) == (Position.WAITING, Answer.UNCONFIRMED)


def test_removing_into_the_reserve_leaves_the_holder_in_the_seat(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    entered = decline(person, cast.clerk).entered
    revert_seat(person, by=cast.clerk, choice="RESERVE")
    assert state(person) == (Position.WAITING, Answer.UNCONFIRMED)
    assert again(person).reserve == 1
    assert state(entered)[0] == Position.SEATED
    for _ in range(len(waiting(roster, ARCHITECTURE)) - 1):
        assert decline(seated(roster, ARCHITECTURE)[1], cast.clerk).entered != person
    assert decline(seated(roster, ARCHITECTURE)[1], cast.clerk).entered == person


def test_removing_a_decline_whose_seat_is_empty_goes_straight_back(ground):
    cast, roster = ground
    for each in waiting(roster, ARCHITECTURE):
        decline(each, cast.clerk)
    person = seated(roster, ARCHITECTURE)[0]
    assert decline(person, cast.clerk).gap
    revert_seat(person, by=cast.clerk)
    assert state(person) == (Position.SEATED, Answer.UNCONFIRMED)


def test_another_alternate_is_chosen_with_a_reason_and_the_rule_gives_way(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    first, second = waiting(roster, ARCHITECTURE)[:2]
    with pytest.raises(RosterRefused, match="至少 4 个字"):
        decline(person, cast.clerk, instead=second, instead_note="短")
    assert state(person) == (Position.SEATED, Answer.UNCONFIRMED)
    done = decline(person, cast.clerk, instead=second, instead_note="首位备选出国未归")
    assert (done.entered, done.left) == (second, first)
    assert state(first) == (Position.WAITING, Answer.UNCONFIRMED)
    choose_alternate(first, person.seat, by=cast.clerk, note="按次序改回首位")
    assert again(first).place == person.seat
    with pytest.raises(RosterRefused, match="不是同一专业"):
        choose_alternate(
            waiting(roster, "结构工程")[0], person.seat, by=cast.clerk, note="跨专业试一试"
        )
    drawn_into, waits = seated(roster, "结构工程")[0], waiting(roster, "结构工程")[0]
    with pytest.raises(RosterRefused, match="正选在席"):
        choose_alternate(waits, drawn_into.seat, by=cast.clerk, note="换掉正选试一试")


def capped() -> tuple[Cast, Roster]:
    """Three units with two people each in one specialty, one of a unit at most."""
    committee, clerk, lead = make_ground({ARCHITECTURE: 0, "结构工程": 16, "给水排水": 16})
    make_people(committee, 6, [ARCHITECTURE], units=[*make_units(3)])
    reviewer = make_user("reviewer")
    seats = {ARCHITECTURE: 3, "结构工程": 5, "给水排水": 5}
    made = make_application(committee, lead, seats=seats, same_unit_cap=1)
    made = approved(made, lead, reviewer)
    cast = Cast(
        made, clerk, lead, reviewer, make_user("hrss_lead"), make_user("observer"),
        made.planned_draw_at,
    )  # fmt: skip
    return cast, executed(cast).roster


def test_a_unit_cap_passes_an_alternate_over_and_says_so():
    cast, roster = capped()
    units = {each.expert.unit_id for each in waiting(roster, ARCHITECTURE)}
    alone = next(e for e in seated(roster, ARCHITECTURE) if e.expert.unit_id not in units)
    number = len(waiting(roster, ARCHITECTURE))
    done = decline(alone, cast.clerk)
    assert done.gap
    assert [skip["row"] for skip in done.event.skips] == ["EMPLOYER_CAP"] * number
    with pytest.raises(RosterRefused, match="同单位上限"):
        choose_alternate(
            waiting(roster, ARCHITECTURE)[0], alone.seat, by=cast.clerk, note="请求破例递补"
        )


def test_a_contact_moves_nobody(ground):
    cast, roster = ground
    person = seated(roster)[0]
    log_contact(person, by=cast.clerk, channel="PHONE", outcome="NO_REPLY", note="已留言")
    assert state(person) == (Position.SEATED, Answer.UNCONFIRMED)
    assert again(person).contacts == 1
    with pytest.raises(RosterRefused):
        log_contact(person, by=cast.clerk, channel="PHONE", outcome="SILENCE")


def test_what_the_page_showed_must_still_hold(ground):
    cast, roster = ground
    person = seated(roster)[0]
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    with pytest.raises(AnswerMoved, match="确认参评"):
        decline(person, cast.lead, seen="UNCONFIRMED")
    with pytest.raises(AnswerMoved):
        confirm_seat(person, by=cast.lead, channel="PHONE", seen="UNCONFIRMED")


def test_neither_department_nor_observer_nor_another_office_answers(ground):
    cast, roster = ground
    person = seated(roster)[0]
    for user in (cast.reviewer, cast.hrss_lead, cast.observer, make_user("clerk")):
        with pytest.raises(PermissionDenied):
            confirm_seat(person, by=user, channel="PHONE")


def test_a_void_draw_takes_no_answer(ground):
    cast, roster = ground
    draw = void_draw(roster.draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(draw, by=cast.observer)
    with pytest.raises(RosterVoid):
        confirm_seat(seated(roster)[0], by=cast.clerk, channel="PHONE")


# Several at once


def test_several_are_answered_for_in_one_go_or_none_is(ground):
    cast, roster = ground
    people = seated(roster)[:4]
    confirm_seat(people[1], by=cast.clerk, channel="PHONE")

    def confirm(each: Asked):
        return confirm_seat(each.standing, by=cast.lead, channel="SMS", seen=each.seen)

    asked = asked_of(roster, [f"{each.pk}-UNCONFIRMED" for each in people] + ["x", "999999-"])
    assert [each.standing for each in asked] == people
    backwards = asked_of(roster, [f"{each.pk}-UNCONFIRMED" for each in people[::-1]])
    assert [each.standing for each in backwards] == people[::-1]
    with pytest.raises(SomeRefused) as refused:
        answer_together(roster, asked, confirm, by=cast.lead)
    assert [standing for standing, _ in refused.value.refusals] == [people[1]]
    assert RosterEvent.objects.count() == 1
    asked = [each for each in asked if each.standing != people[1]]
    assert len(answer_together(roster, asked, confirm, by=cast.lead)) == 3
    assert RosterEvent.objects.count() == 4


# Taking back


def take(cast, roster, steps) -> None:
    revision = Roster.objects.get(pk=roster.pk).revision
    take_back(roster, [step.record() for step in steps], revision=revision, by=cast.clerk)


def standings(roster) -> list[tuple]:
    return list(
        roster.standings.order_by("pk").values_list("position", "place", "answer", "channel", "reason", "reserve")
    )  # fmt: skip


def test_every_deed_can_be_put_back(ground):
    cast, roster = ground
    person, other = seated(roster, ARCHITECTURE)[:2]
    confirm_seat(other, by=cast.clerk, channel="SMS")
    before = standings(roster)

    confirm_seat(person, by=cast.clerk, channel="PHONE")
    take(cast, roster, after_confirming(person))
    assert standings(roster) == before

    done = decline(person, cast.clerk)
    take(cast, roster, after_declining(person, done))
    assert standings(roster) == before

    second = waiting(roster, ARCHITECTURE)[1]
    done = decline(person, cast.clerk, instead=second, instead_note="首位备选出国未归")
    take(cast, roster, after_declining(person, done))
    assert standings(roster) == before

    confirmed = again(other)
    done = decline(confirmed, cast.clerk, reason="DISQUALIFIED")
    take(cast, roster, after_declining(confirmed, done))
    assert standings(roster) == before

    steps = before_reverting(again(other), "")
    revert_seat(other, by=cast.clerk)
    take(cast, roster, steps)
    assert standings(roster) == before


def test_a_return_is_put_back_with_the_holder_and_their_answer(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    second = waiting(roster, ARCHITECTURE)[1]
    decline(person, cast.clerk, instead=second, instead_note="首位备选出国未归")
    confirm_seat(again(second), by=cast.clerk, channel="MAIL")
    before = standings(roster)
    steps = before_reverting(again(person), "SEAT")
    revert_seat(person, by=cast.clerk, choice="SEAT")
    assert state(second) == (Position.WAITING, Answer.UNCONFIRMED)
    take(cast, roster, steps)
    assert standings(roster) == before

    steps = before_reverting(again(person), "RESERVE")
    revert_seat(person, by=cast.clerk, choice="RESERVE")
    take(cast, roster, steps)
    assert state(person) == (Position.OUT, Answer.DECLINED)


def test_a_choice_is_put_back_and_of_an_empty_seat_is_not_offered(ground):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    first, second = waiting(roster, ARCHITECTURE)[:2]
    decline(person, cast.clerk)
    confirm_seat(again(first), by=cast.clerk, channel="PHONE")
    before = standings(roster)
    steps = before_choosing(person.seat)
    choose_alternate(second, person.seat, by=cast.clerk, note="首位备选出国未归")
    take(cast, roster, steps)
    assert standings(roster) == before
    for each in waiting(roster, ARCHITECTURE):
        decline(each, cast.clerk)
    assert decline(seated(roster, ARCHITECTURE)[1], cast.clerk).gap
    empty = RosterEvent.objects.order_by("-seq")[0].place
    assert before_choosing(empty) == []


def test_nothing_is_put_back_after_something_else_has_happened(ground):
    cast, roster = ground
    person, other = seated(roster)[:2]
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    revision = Roster.objects.get(pk=roster.pk).revision
    log_contact(other, by=cast.lead, channel="PHONE", outcome="AGREED")
    steps = [step.record() for step in after_confirming(person)]
    with pytest.raises(RosterRefused, match="不能再撤销"):
        take_back(roster, steps, revision=revision, by=cast.clerk)
    assert state(person) == (Position.SEATED, Answer.PARTICIPATING)
