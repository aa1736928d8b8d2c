"""会议改期: the whole series moves, whoever confirmed is asked again, nothing of before is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.committees.models import CommitteeFiling
from mingqian.draws.models import Message, RosterEvent, RosterVersion, Standing
from mingqian.draws.queries.clashes import OTHER_MEETING, clashes
from mingqian.draws.queries.succession import series_of_roster
from mingqian.draws.services.answering import confirm_seat, decline_seat, revert_seat
from mingqian.draws.services.messages import mark_sent, read_message, write_messages
from mingqian.draws.services.release_roster import DeadlineRefused
from mingqian.draws.services.reschedule import MeetingRefused, reschedule_meeting
from mingqian.draws.services.rosters import RosterLocked, RosterRefused
from mingqian.experts.services.availability import add_unavailability
from tests.factories.ceremonies import Cast, make_cast
from tests.factories.draws import refreshed
from tests.factories.invitations import drawn_roster, link_for, released, seated, standing_of

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
WEEK = timedelta(days=7)
REASON = "场地被征用，改期一周"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast):
    return released(cast)


def move(roster, cast, **changes):
    application = cast.application
    values = {
        "starts_at": application.starts_at + WEEK,
        "ends_at": application.ends_at + WEEK,
        "place": "江州会议中心",
        "reason": REASON,
        "by": cast.lead,
    }
    return reschedule_meeting(roster, **values | changes)


def form(cast, **changes) -> dict[str, str]:
    application = cast.application
    starts, ends = (
        timezone.localtime(each + WEEK) for each in (application.starts_at, application.ends_at)
    )
    return {
        "starts_at": f"{starts:%Y-%m-%d %H:%M}",
        "ends_at": f"{ends:%Y-%m-%d %H:%M}",
        "place": "江州会议中心",
        "reason": REASON,
        "step": "move",
    } | changes


def lock(roster, by) -> None:
    RosterVersion.objects.create(
        roster=roster, number=1, content=b"{}", digest="0" * 64, short_code="TEST",
        locked_at=timezone.now(), locked_by=by,
    )  # fmt: skip


def test_time_and_place_move_and_the_old_ones_are_kept(cast, roster):
    before = cast.application
    event = move(roster, cast).event
    after = refreshed(before)
    assert (after.starts_at, after.ends_at) == (before.starts_at + WEEK, before.ends_at + WEEK)
    assert after.place == "江州会议中心"
    assert after.revision == before.revision + 1
    assert event.details["old"]["place"] == before.place
    assert event.details["new"]["place"] == "江州会议中心"
    assert event.note == REASON
    assert after.matter.versions.get().content["place"] == before.place
    entry = Event.objects.get(action="draws.reschedule_meeting")
    assert entry.details["before"]["place"] == before.place


def test_whoever_confirmed_is_asked_again_and_the_engine_agrees(client, cast, roster):
    by_phone, by_link, declined = (seated(roster, n) for n in (0, 1, 6))
    confirm_seat(by_phone, by=cast.clerk, channel="PHONE")
    token = link_for(by_link, cast.clerk)
    client.post(f"/answer/{token}", {"answer": "PARTICIPATING"})
    decline_seat(declined, by=cast.clerk, reason="DUTY", channel="PHONE")
    moved = move(roster, cast)
    assert moved.asked_again == 2
    for person in (by_phone, by_link):
        held = standing_of(person)
        assert (held.answer, held.channel, held.answered_at) == ("UNCONFIRMED", "", None)
        assert held.place_id == person.place_id
    assert standing_of(declined).answer == "DECLINED"
    answers = series_of_roster(roster).succession.answers
    assert "ACCEPTED" not in answers.values()
    assert client.get(f"/answer/{token}").status_code == 404
    told = {message.seat_id for message in moved.messages}
    assert {by_phone.seat_id, by_link.seat_id} <= told
    assert {message.kind for message in moved.messages} == {"CHANGE"}
    change = next(each for each in moved.messages if each.seat_id == by_link.seat_id)
    text = read_message(change, by=cast.clerk)
    assert "江州会议中心" in text
    again = text.split("/answer/")[1].split()[0]
    page = client.get(f"/answer/{again}")
    assert "江州会议中心" in page.text
    assert "未答复" in page.text


def test_the_last_moment_for_answers_moves_along(cast, roster):
    before = roster.answer_by
    move(roster, cast)
    roster.refresh_from_db()
    assert roster.answer_by == before + WEEK


def test_what_waited_with_the_old_time_is_written_anew(cast, roster):
    person = seated(roster)
    (stale,) = write_messages(
        roster, kind="INVITATION", by=cast.clerk, seats=[person.seat_id]
    ).messages
    moved = move(roster, cast)
    stale.refresh_from_db()
    assert stale.status == "CANCELLED"
    (fresh,) = moved.messages
    assert (fresh.kind, fresh.seat_id) == ("INVITATION", person.seat_id)


def test_who_need_not_come_is_still_told_so(cast, roster):
    person = seated(roster)
    entered = decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE").entered
    written = write_messages(roster, kind="INVITATION", by=cast.clerk, seats=[entered.seat_id])
    mark_sent(roster, [each.pk for each in written.messages], by=cast.clerk)
    revert_seat(Standing.objects.get(pk=person.pk), by=cast.clerk, choice="SEAT")
    (relief,) = write_messages(
        roster, kind="RELIEF", by=cast.clerk, seats=[entered.seat_id]
    ).messages
    move(roster, cast)
    relief.refresh_from_db()
    assert relief.status == "WAITING"


def test_before_the_release_nobody_is_told(cast):
    roster = drawn_roster(cast)
    confirm_seat(seated(roster), by=cast.clerk, channel="PHONE")
    assert move(roster, cast).messages == []
    assert not Message.objects.exists()
    roster.refresh_from_db()
    assert roster.answer_by is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": timezone.now() - WEEK}, "starts_at"),
        ({"place": "  "}, "place"),
        ({"reason": "短"}, "reason"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast, roster, changes, field):
    with pytest.raises(MeetingRefused) as refusal:
        move(roster, cast, **changes)
    assert refusal.value.field == field
    assert refreshed(cast.application).starts_at == cast.application.starts_at
    assert not RosterEvent.objects.filter(kind="RESCHEDULE").exists()


def test_end_before_begin_no_change_and_no_filing_are_refused(cast, roster):
    application = cast.application
    with pytest.raises(MeetingRefused, match="晚于开始"):
        move(roster, cast, ends_at=application.starts_at + WEEK)
    with pytest.raises(MeetingRefused, match="没有变化"):
        move(
            roster,
            cast,
            starts_at=application.starts_at,
            ends_at=application.ends_at,
            place=application.place,
        )
    CommitteeFiling.objects.update(valid_to=timezone.localtime(application.starts_at).date())
    with pytest.raises(MeetingRefused, match="核准备案"):
        move(roster, cast)
    later = timezone.localtime(application.starts_at + 2 * WEEK).date()
    CommitteeFiling.objects.update(valid_to=later)
    with pytest.raises(DeadlineRefused):
        move(roster, cast, answer_by=application.starts_at + WEEK)


@pytest.mark.breaks_invariants
def test_a_locked_list_does_not_move(cast, roster):
    lock(roster, cast.lead)
    with pytest.raises(RosterLocked):
        move(roster, cast)
    assert refreshed(cast.application).place == cast.application.place


def test_the_lead_alone_moves_it(cast, roster):
    for user in (cast.clerk, cast.reviewer, cast.hrss_lead, cast.observer):
        with pytest.raises(PermissionDenied):
            move(roster, cast, by=user)


def test_an_answer_that_came_meanwhile_is_looked_at_first(cast, roster):
    roster.refresh_from_db()
    seen = roster.revision
    confirm_seat(seated(roster), by=cast.clerk, channel="PHONE")
    with pytest.raises(RosterRefused, match="刚刚有变化"):
        move(roster, cast, seen=seen)


def clashes_of(roster, cast):
    application = cast.application
    starts, ends = application.starts_at + WEEK, application.ends_at + WEEK
    return clashes(roster, starts, ends, reader=cast.lead)


def test_who_may_now_clash_is_listed(client, cast, roster):
    sits = seated(roster)
    waits = Standing.objects.filter(roster=roster, position="WAITING")[0]
    day = timezone.localtime(cast.application.starts_at + WEEK).date()
    add_unavailability(sits.expert, from_on=day, to_on=day, reason="出差", by=cast.clerk)
    waits.expert.memberships.update(term_to=day - timedelta(days=1))
    found = clashes_of(roster, cast)
    assert [(each.name, each.position) for each in found] == [
        (sits.expert.name, "在席"),
        (waits.expert.name, "备选"),
    ]
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/reschedule"
    page = client.post(url, form(cast, step="look"))
    assert sits.expert.name in page.text
    assert "聘期至" in page.text
    assert REASON in page.text
    assert refreshed(cast.application).place == cast.application.place


def test_another_meeting_is_a_clash_and_named_only_to_who_may_see_it(client, cast, roster):
    person = seated(roster)
    other = drawn_roster(
        make_cast(SIZES, starts_at=cast.application.starts_at + WEEK, meeting_name="另一次会议")
    )
    theirs = seated(other)
    Standing.objects.filter(pk=theirs.pk).update(expert=person.expert)
    found = clashes_of(roster, cast)
    assert [(each.name, each.why) for each in found] == [(person.expert.name, OTHER_MEETING)]
    client.force_login(cast.lead)
    page = client.post(f"/draws/{cast.application.number}/reschedule", form(cast, step="look"))
    assert OTHER_MEETING in page.text
    assert "另一次会议" not in page.text
    assert other.draw.application.number not in page.text
    starts, ends = cast.application.starts_at + WEEK, cast.application.ends_at + WEEK
    (whole,) = clashes(roster, starts, ends, reader=cast.hrss_lead)
    assert "另一次会议" in whole.why
    Standing.objects.filter(pk=theirs.pk).update(expert=theirs.expert)


def test_the_page_moves_the_meeting_and_keeps_what_was_typed_wrong(client, cast, roster):
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/reschedule"
    wrong = client.post(url, form(cast, ends_at="不知道", reason="短"))
    assert wrong.status_code == 422
    for kept in ("不知道", "短", "江州会议中心"):
        assert kept in wrong.text
    roster.refresh_from_db()
    done = client.post(url, form(cast, seen=str(roster.revision)), follow=True)
    assert "会议已改期" in done.text
    assert "此前的改期" in done.text
    assert refreshed(cast.application).place == "江州会议中心"


def test_too_late_for_answers_the_office_is_told_to_phone(client, cast, roster):
    link_for(seated(roster), cast.clerk)
    soon = timezone.localtime(timezone.now() + timedelta(hours=10))
    sent = form(cast) | {
        "starts_at": f"{soon:%Y-%m-%d %H:%M}",
        "ends_at": f"{soon + timedelta(hours=3):%Y-%m-%d %H:%M}",
    }
    client.force_login(cast.lead)
    answer = client.post(f"/draws/{cast.application.number}/reschedule", sent, follow=True)
    assert "请逐一电话告知" in answer.text
    assert not Message.objects.filter(kind="CHANGE").exists()
