"""Answers to the roster: each refusal in words, and after each deed the standings, the event and the log."""

import pytest
from django.core.exceptions import PermissionDenied

from mingqian.audit.models import Event
from mingqian.draws.models import (
    Answer,
    Position,
    Roster,
    RosterEvent,
    SeatType,
    Standing,
)
from mingqian.draws.services.answering import (
    AnswerMoved,
    Done,
    SeatTaken,
    choose_alternate,
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.locking import lock_roster
from mingqian.draws.services.rosters import RosterLocked, RosterRefused, RosterVoid
from mingqian.draws.services.void import void_draw
from tests.draws.test_roster_cases import with_appointed
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.rosters import confirm, make_crowded, roster_of

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 12, "结构工程": 12, "给水排水": 12}
FIRST = "建筑设计"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast) -> Roster:
    return roster_of(executed(cast))


def people(roster: Roster, position: Position, specialty: str = FIRST) -> list[Standing]:
    found = roster.standings.filter(position=position)
    if specialty:
        found = found.filter(seat__specialty__name=specialty)
    return list(found.select_related("seat", "place", "roster__draw").order_by("seat__rank", "pk"))


def again(standing: Standing) -> Standing:
    return Standing.objects.select_related("seat", "place", "roster__draw").get(pk=standing.pk)


def decline(standing: Standing, cast: Cast, **changes) -> Done:
    told = {"by": cast.clerk, "reason": "TRAVEL", "channel": "PHONE"} | changes
    return decline_seat(again(standing), **told)


def nothing_happened(roster: Roster) -> bool:
    return Roster.objects.get(pk=roster.pk).revision == roster.revision


def test_a_confirmation_is_kept_with_channel_and_time_and_logged_once(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    done = confirm_seat(
        standing, by=cast.clerk, channel="PHONE", note=" 届时\n\x00参加 ", at=cast.minute(9)
    )
    held = again(standing)
    assert (held.answer, held.channel, held.note) == ("PARTICIPATING", "PHONE", "届时 参加")
    assert held.answered_at == cast.minute(9)
    assert (held.position, held.place) == (Position.SEATED, standing.seat)
    assert (done.event.seq, done.event.kind, done.entered) == (1, "CONFIRM", None)
    [entry] = Event.objects.filter(action="draws.confirm_seat")
    assert entry.details["seat"] == standing.seat.lot_code
    assert entry.details["event"] == 1
    assert standing.expert.name not in str(entry.details)


def test_a_decline_brings_in_the_next_alternate_of_the_specialty(cast, roster):
    standing, first = people(roster, Position.SEATED)[0], people(roster, Position.WAITING)[0]
    done = decline(standing, cast)
    assert (done.entered, done.left, done.gap) == (first, None, False)
    gone, entered = again(standing), again(first)
    assert (gone.position, gone.place, gone.reason) == (Position.OUT, None, "TRAVEL")
    assert (entered.position, entered.place) == (Position.SEATED, standing.seat)
    assert entered.answer == Answer.UNCONFIRMED
    event = RosterEvent.objects.get()
    assert (event.seat, event.place, event.entered) == (standing.seat, standing.seat, first.seat)
    assert Event.objects.filter(action="draws.decline_seat").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "请选择不参评的理由"),
        ({"reason": "MOOD"}, "请选择不参评的理由"),
        ({"reason": "OTHER"}, "写明具体情况"),
        ({"reason": "OTHER", "note": " 某 "}, "写明具体情况"),
        ({"note": "长" * 201}, "最多 200 字"),
        ({"seen": "PARTICIPATING"}, "已变为「未确认」"),
    ],
)
def test_a_decline_that_lacks_something_is_refused_in_words(cast, roster, changes, words):
    with pytest.raises(RosterRefused, match=words):
        decline(people(roster, Position.SEATED)[0], cast, **changes)
    assert nothing_happened(roster)


def test_whoever_waits_confirms_nothing_and_may_decline_ahead(cast, roster):
    first, second, *_ = people(roster, Position.WAITING)
    with pytest.raises(RosterRefused, match="现为备选"):
        confirm_seat(first, by=cast.clerk, channel="PHONE")
    done = decline(first, cast)
    assert (done.entered, done.gap, again(first).position) == (None, False, Position.OUT)
    assert decline(people(roster, Position.SEATED)[0], cast).entered == second


def test_an_answer_given_meanwhile_is_shown_and_not_overwritten(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    confirm_seat(standing, by=None, channel="LINK")
    for deed in (
        lambda: confirm_seat(standing, by=cast.clerk, channel="PHONE"),
        lambda: decline(standing, cast, seen="UNCONFIRMED"),
    ):
        with pytest.raises(AnswerMoved, match=r"答复已变为「确认参评」.*答复链接"):
            deed()
    with pytest.raises(RosterRefused, match="请先「移除」"):
        decline(standing, cast)
    assert RosterEvent.objects.count() == 1


def test_an_expert_changes_their_mind_by_two_events_without_a_user(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    confirm_seat(standing, by=None, channel="LINK")
    decline(standing, cast, by=None, channel="LINK")
    events = RosterEvent.objects.values_list("seq", "kind", "by")
    assert list(events) == [(1, "CONFIRM", None), (2, "REVERT", None), (3, "DECLINE", None)]
    entries = Event.objects.filter(details__has_key="event").order_by("seq")
    assert [entry.details["self"] for entry in entries] == [True, True, True]


def test_a_confirmation_is_taken_off_the_list_and_nobody_moves(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    with pytest.raises(RosterRefused, match="尚未答复，无需移除"):
        revert_seat(standing, by=cast.clerk, seen="UNCONFIRMED")
    with pytest.raises(AnswerMoved):
        revert_seat(standing, by=cast.clerk, seen="PARTICIPATING")
    confirm_seat(standing, by=cast.clerk, channel="PHONE", note="好")
    done = revert_seat(again(standing), by=cast.clerk)
    held = again(standing)
    assert (held.answer, held.channel, held.note, held.answered_at) == ("UNCONFIRMED", "", "", None)
    assert (done.entered, done.left, held.place) == (None, None, standing.seat)


def test_a_return_to_a_taken_seat_asks_first_and_seat_sends_the_other_back(cast, roster):
    standing, first = people(roster, Position.SEATED)[0], people(roster, Position.WAITING)[0]
    decline(standing, cast)
    confirm_seat(first, by=cast.clerk, channel="PHONE")
    with pytest.raises(SeatTaken) as taken:
        revert_seat(standing, by=cast.clerk)
    assert taken.value.holder == first
    done = revert_seat(standing, by=cast.clerk, choice="SEAT")
    assert (done.entered, done.left) == (standing, first)
    back, waits = again(standing), again(first)
    assert (back.position, back.place, back.answer) == ("SEATED", standing.seat, "UNCONFIRMED")
    assert (waits.position, waits.place, waits.answer) == ("WAITING", None, "UNCONFIRMED")
    assert decline(people(roster, Position.SEATED)[1], cast).entered == first


def test_a_return_into_reserve_waits_behind_everybody_drawn(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    decline(standing, cast)
    revert_seat(standing, by=cast.clerk, choice="RESERVE")
    held = again(standing)
    assert (held.position, held.place, held.reserve) == (Position.WAITING, None, 1)
    entered = []
    while not (done := decline(people(roster, Position.SEATED)[-1], cast)).gap:
        entered.append(done.entered.pk)
    assert entered[-1] == standing.pk
    assert standing.pk not in entered[:-1]


def test_the_last_alternate_leaves_a_gap_into_which_one_may_return(cast, roster):
    for standing in people(roster, Position.WAITING):
        decline(standing, cast)
    leaver = people(roster, Position.SEATED)[0]
    done = decline(leaver, cast)
    assert (done.entered, done.gap) == (None, True)
    assert roster.standings.filter(position=Position.SEATED).count() == 14
    done = revert_seat(leaver, by=cast.clerk)
    assert (done.entered, again(leaver).place) == (leaver, leaver.seat)


def test_another_than_the_next_enters_only_with_a_reason(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    first, second, *_ = people(roster, Position.WAITING)
    with pytest.raises(RosterRefused, match="请写明理由，至少 4 个字"):
        decline(standing, cast, instead=second, instead_note="好")
    assert nothing_happened(roster)
    done = decline(standing, cast, instead=second, instead_note="专业更为对口")
    assert (done.entered, done.left) == (second, first)
    assert again(first).position == Position.WAITING
    kinds = RosterEvent.objects.values_list("kind", "note")
    assert list(kinds) == [("DECLINE", ""), ("CHOOSE", "专业更为对口")]
    [entry] = Event.objects.filter(action="draws.choose_alternate")
    assert entry.details["left"] == first.seat.lot_code


def test_choosing_is_refused_where_it_cannot_be(cast, roster):
    seated = people(roster, Position.SEATED)
    waiting, stranger = (
        people(roster, Position.WAITING),
        people(roster, Position.WAITING, "结构工程"),
    )
    decline(seated[0], cast)
    for alternate, place, words in (
        (waiting[1], seated[1].seat, "正选在席"),
        (waiting[0], seated[0].seat, "不在备选之列"),
        (stranger[0], seated[0].seat, "不是同一专业"),
    ):
        with pytest.raises(RosterRefused, match=words):
            choose_alternate(alternate, place, by=cast.clerk, note="专业更为对口")
    assert RosterEvent.objects.count() == 1


def test_whoever_would_break_a_cap_is_passed_over_and_may_neither_be_chosen_nor_return():
    """Four units for everybody: as soon as two of one sit, the rest of it must wait."""
    sizes, seats = (
        {FIRST: 16, "结构工程": 14, "给水排水": 14},
        {FIRST: 5, "结构工程": 3, "给水排水": 3},
    )
    cast, roster = make_crowded(sizes, seats, units=6)

    def kept_out(event: RosterEvent) -> list[dict]:
        return [each for each in event.skips if each["row"] != "NOT_ALIKE"]

    skipped: list[RosterEvent] = []
    for _ in range(12):
        seated = people(roster, Position.SEATED, "")
        if not seated or skipped:
            break
        event = decline(seated[0], cast).event
        skipped += [event] if kept_out(event) else []
    [event] = skipped
    skip = kept_out(event)[0]
    assert skip["row"] in ("EMPLOYER_CAP", "GROUP_CAP")
    standing = roster.standings.get(seat__pseudonym=skip["id"])
    assert standing.position == Position.WAITING
    with pytest.raises(RosterRefused, match="同单位"):
        choose_alternate(standing, event.place, by=cast.clerk, note="专业更为对口")


def test_a_contact_moves_nobody_and_is_counted(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    for channel, outcome in (("", "AGREED"), ("PHONE", "MAYBE")):
        with pytest.raises(RosterRefused, match="请选择联系方式和结果"):
            log_contact(standing, by=cast.clerk, channel=channel, outcome=outcome)
    log_contact(standing, by=cast.clerk, channel="PHONE", outcome="NO_REPLY", note="晚上再打")
    held = again(standing)
    assert (held.contacts, held.answer, held.place) == (1, "UNCONFIRMED", standing.seat)
    event = RosterEvent.objects.get()
    assert (event.kind, event.outcome, event.note) == ("CONTACT", "NO_REPLY", "晚上再打")
    assert Event.objects.filter(action="draws.log_contact").count() == 1


def deeds(cast: Cast, standing: Standing, alternate: Standing):
    yield lambda: confirm_seat(standing, by=cast.clerk, channel="PHONE")
    yield lambda: decline(standing, cast)
    yield lambda: decline(standing, cast, by=None)
    yield lambda: revert_seat(standing, by=cast.clerk)
    yield lambda: choose_alternate(alternate, standing.seat, by=cast.clerk, note="专业更为对口")


def test_a_locked_roster_refuses_everything_but_contacts(cast, roster):
    confirm(roster.draw, cast.clerk)
    lock_roster(roster, by=cast.lead)
    roster.refresh_from_db()
    standing, alternate = people(roster, Position.SEATED)[0], people(roster, Position.WAITING)[0]
    for deed in deeds(cast, standing, alternate):
        with pytest.raises(RosterLocked, match="人社部门填写理由解除锁定"):
            deed()
    assert nothing_happened(roster)
    log_contact(standing, by=cast.clerk, channel="PHONE", outcome="AGREED")


def test_a_void_roster_refuses_everything(cast, roster):
    void_draw(roster.draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(roster.draw, by=cast.observer)
    standing, alternate = people(roster, Position.SEATED)[0], people(roster, Position.WAITING)[0]
    for deed in deeds(cast, standing, alternate):
        with pytest.raises(RosterVoid, match="已作废"):
            deed()
    assert nothing_happened(roster)


def test_only_people_of_the_office_answer(cast, roster):
    standing = people(roster, Position.SEATED)[0]
    for user in (cast.observer, cast.reviewer, make_user("clerk"), make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            confirm_seat(standing, by=user, channel="PHONE")
    assert nothing_happened(roster)


def test_in_a_draw_from_the_whole_pool_the_next_of_one_list_enters():
    cast = make_cast(SIZES, mode="WHOLE_POOL", total=15)
    roster = roster_of(executed(cast))
    waiting = people(roster, Position.WAITING, "")
    for leaver, next_ in zip(people(roster, Position.SEATED, ""), waiting, strict=False):
        assert decline(leaver, cast).entered == next_
    assert decline(people(roster, Position.SEATED, "")[0], cast).gap


def test_nobody_enters_the_seat_of_an_appointed_member_who_may_return():
    duties = {"CHAIR": "章程规定由组建单位指定", "VICE_CHAIR": "学科带头人"}
    cast, _ = with_appointed(duties)
    roster = roster_of(executed(cast))
    chair = roster.standings.get(seat__seat_type=SeatType.DESIGNATED, seat__duty="CHAIR")
    done = decline(chair, cast)
    assert (done.entered, again(chair).position) == (None, Position.OUT)
    alternate = people(roster, Position.WAITING)[0]
    with pytest.raises(RosterRefused):
        choose_alternate(alternate, chair.seat, by=cast.clerk, note="专业更为对口")
    revert_seat(chair, by=cast.clerk)
    confirm_seat(again(chair), by=cast.clerk, channel="PAPER")
    assert again(chair).place == chair.seat
    [entry] = Event.objects.filter(action="draws.confirm_seat")
    assert entry.details["seat"] == f"指定 {chair.seat.rank}"
