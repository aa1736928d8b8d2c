"""更正答复截止时间: links and waiting messages follow, nothing that has left is changed, and the rules still judge."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.draws import adapters
from mingqian.draws.models import AnswerLink, DrawApplication, Message, RosterVersion
from mingqian.draws.queries.answer_links import last_moment
from mingqian.draws.queries.succession import series_of_roster
from mingqian.draws.services.answering import confirm_seat
from mingqian.draws.services.deadline import moment_words, move_deadline
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.links import end_links
from mingqian.draws.services.messages import hand_on, mark_sent, read_message, write_messages
from mingqian.draws.services.release_roster import DeadlineRefused
from mingqian.draws.services.rosters import RosterLocked, RosterRefused, RosterVoid
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, make_cast, voided
from tests.factories.invitations import (
    drawn_roster,
    link_for,
    released,
    seated,
    standing_of,
    token_in,
)
from tests.factories.rosters import roster_of

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
REASON = "原截止时间填写有误"
DAY = timedelta(days=1)
YES = {"answer": "PARTICIPATING"}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast):
    return released(cast)


def earlier(cast: Cast, by: timedelta = DAY) -> datetime:
    return last_moment(cast.application) - by


def move(roster, cast, **changes):
    values = {"answer_by": earlier(cast), "reason": REASON, "by": cast.lead}
    return move_deadline(roster, **values | changes)


def in_letter(at: datetime) -> str:
    return f"{timezone.localtime(at):%m月%d日 %H:%M}"


def invite(roster, cast, *places: int) -> list[Message]:
    seats = [seated(roster, place).seat_id for place in places]
    return write_messages(roster, kind="INVITATION", by=cast.clerk, seats=seats).messages


def test_the_moment_moves_with_one_event_and_one_entry(cast, roster):
    before = roster.answer_by
    event = move(roster, cast).event
    roster.refresh_from_db()
    assert roster.answer_by == earlier(cast)
    assert [each.kind for each in roster.events.all()] == ["RELEASE", "RELEASE"]
    told = (event.note, event.by_id, event.details["old"], event.details["new"])
    assert told == (REASON, cast.lead.pk, moment_words(before), moment_words(earlier(cast)))
    entry = Event.objects.get(action="draws.move_deadline")
    assert entry.details["before"] == {"answer_by": moment_words(before)}
    assert entry.details["after"] == {"answer_by": moment_words(earlier(cast))}
    answers = series_of_roster(roster).succession.answers
    assert set(answers.values()) == {"UNCONFIRMED"}


def test_links_in_force_work_until_the_new_moment_and_ended_ones_stay_ended(client, cast, roster):
    sent, ended = seated(roster), seated(roster, 1)
    token, gone = link_for(sent, cast.clerk), link_for(ended, cast.clerk)
    end_links([ended.seat_id], at=timezone.now())
    before = AnswerLink.objects.get(seat=ended.seat_id).expires_at
    waits = invite(roster, cast, 2)[0]
    move(roster, cast)
    live = AnswerLink.objects.filter(seat__in=[sent.seat_id, waits.seat_id])
    assert {link.expires_at for link in live} == {earlier(cast)}
    assert AnswerLink.objects.get(seat=ended.seat_id).expires_at == before
    assert client.get(f"/answer/{gone}").status_code == 404
    assert moment_words(earlier(cast))[5:] in client.get(f"/answer/{token}").text.replace(
        "月", "-"
    ).replace("日", "")


def test_a_moment_that_was_too_early_is_put_right_and_the_same_link_answers(client, cast, roster):
    person = seated(roster)
    token = link_for(person, cast.clerk)
    past = timezone.now() - timedelta(hours=1)
    type(roster).objects.filter(pk=roster.pk).update(answer_by=past)
    AnswerLink.objects.update(expires_at=past)
    assert client.post(f"/answer/{token}", YES).status_code == 409
    move(roster, cast)
    assert client.post(f"/answer/{token}", YES).status_code == 302
    assert standing_of(person).answer == "PARTICIPATING"


def test_after_an_earlier_moment_has_passed_the_link_takes_nothing(client, cast, roster):
    token = link_for(seated(roster), cast.clerk)
    soon = timezone.now() + timedelta(minutes=5)
    move(roster, cast, answer_by=soon)
    assert client.get(f"/answer/{token}").status_code == 200
    link = AnswerLink.objects.get(revoked_at=None)
    assert link.expires_at == soon
    AnswerLink.objects.update(expires_at=soon - timedelta(minutes=6))
    assert "答复时间已过" in client.get(f"/answer/{token}").text


def test_what_waits_is_written_anew_with_its_own_link_and_what_left_stays(cast, roster):
    waits, by_phone, left = invite(roster, cast, 0, 1, 2)
    Message.objects.filter(pk=by_phone.pk).update(channel="PHONE", link=None)
    mark_sent(roster, [left.pk], by=cast.clerk)
    token, old, new = token_in(waits, cast.clerk), last_moment(cast.application), earlier(cast)
    sent = read_message(refreshed(left), by=cast.clerk)
    moved = move(roster, cast)
    assert (moved.rewritten, moved.told_before) == (2, 1)
    text = read_message(refreshed(waits), by=cast.clerk)
    assert in_letter(new) in text
    assert in_letter(old) not in text
    assert token_in(refreshed(waits), cast.clerk) == token
    assert in_letter(new) in read_message(refreshed(by_phone), by=cast.clerk)
    assert read_message(refreshed(left), by=cast.clerk) == sent
    assert in_letter(old) in sent
    assert {each.status for each in map(refreshed, (waits, by_phone))} == {"WAITING"}


def refreshed(message: Message) -> Message:
    return Message.objects.select_related("roster__draw__application__matter").get(pk=message.pk)


def test_an_adapter_sends_the_text_as_corrected(cast, roster, settings, tmp_path, monkeypatch):
    """The correction comes between reading the outbox and sending what was read."""
    ways = {"SMS": "mingqian.draws.adapters.FileAdapter"}
    settings.MINGQIAN = settings.MINGQIAN | {"MESSAGES": ways, "HOME": tmp_path}
    (message,) = invite(roster, cast, 0)
    real = adapters.adapter_for

    def corrected_meanwhile(channel):
        move(roster, cast)
        return real(channel)

    monkeypatch.setattr("mingqian.draws.services.messages.adapter_for", corrected_meanwhile)
    assert hand_on(roster, [message.pk], by=cast.clerk) == (1, 0)
    (text,) = [path.read_text("utf-8") for path in (tmp_path / "sent").glob("*.txt")]
    assert in_letter(earlier(cast)) in text
    assert in_letter(earlier(cast)) in read_message(refreshed(message), by=cast.clerk)


def test_whoever_answered_needs_no_second_word(cast, roster):
    person = seated(roster)
    link_for(person, cast.clerk)
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    assert move(roster, cast).told_before == 0


def test_it_is_judged_like_the_first(cast, roster):
    latest = last_moment(cast.application)
    with pytest.raises(DeadlineRefused, match="不能晚于"):
        move(roster, cast, answer_by=latest + timedelta(minutes=1))
    with pytest.raises(DeadlineRefused, match="现在之后"):
        move(roster, cast, answer_by=timezone.now() - DAY)
    with pytest.raises(DeadlineRefused, match="相同"):
        move(roster, cast, answer_by=latest)
    with pytest.raises(CeremonyRefused, match="更正原因"):
        move(roster, cast, reason="错")
    with pytest.raises(RosterRefused, match="刚刚已改为"):
        move(roster, cast, seen=moment_words(latest - 3 * DAY))
    roster.refresh_from_db()
    assert roster.answer_by == latest
    assert roster.events.count() == 1


def test_once_the_meeting_is_near_or_over_nothing_is_moved(client, cast, roster):
    for ago in (timedelta(hours=-2), timedelta(days=3)):
        starts = timezone.now() - ago
        DrawApplication.objects.update(starts_at=starts, ends_at=starts + DAY)
        for wanted in (earlier(cast), timezone.now() + timedelta(minutes=30)):
            with pytest.raises(DeadlineRefused):
                move(roster, cast, answer_by=wanted)
        client.force_login(cast.lead)
        page = client.get(f"/draws/{cast.application.number}/release").text
        assert "不能再更正" in page
        assert "更正截止时间</button>" not in page


def test_before_the_release_there_is_nothing_to_move(cast):
    with pytest.raises(RosterRefused, match="尚未发布"):
        move(drawn_roster(cast), cast)


@pytest.mark.breaks_invariants
def test_a_locked_list_keeps_its_moment(client, cast, roster):
    RosterVersion.objects.create(
        roster=roster, number=1, content=b"{}", digest="0" * 64, short_code="TEST",
        locked_at=timezone.now(), locked_by=cast.lead,
    )  # fmt: skip
    with pytest.raises(RosterLocked):
        move(roster, cast)
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/release"
    assert "名单已锁定，答复截止时间不能更正" in client.get(url).text
    assert client.post(url, form(cast)).status_code == 422


def test_a_void_list_keeps_its_moment(client, cast):
    roster = roster_of(voided(cast))
    with pytest.raises(RosterVoid):
        move(roster, cast)


def test_the_lead_of_the_office_alone_moves_it(client, cast, roster):
    for user in (cast.clerk, cast.reviewer, cast.hrss_lead, cast.observer, make_user("lead")):
        with pytest.raises(PermissionDenied):
            move(roster, cast, by=user)
    url = f"/draws/{cast.application.number}/release"
    for user, status in ((cast.clerk, 403), (cast.hrss_lead, 403), (make_user("lead"), 404)):
        client.force_login(user)
        assert client.post(url, form(cast)).status_code == status
    roster.refresh_from_db()
    assert roster.answer_by == last_moment(cast.application)


def form(cast, **changes: str) -> dict[str, str]:
    sent = {"step": "move", "seen": moment_words(last_moment(cast.application))}
    return sent | {"answer_by": moment_words(earlier(cast)), "reason": REASON} | changes


def test_the_page_corrects_it_keeps_what_was_typed_wrong_and_tells_what_follows(
    client, cast, roster
):
    (waits,) = invite(roster, cast, 0)
    link_for(seated(roster, 1), cast.clerk)
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/release"
    for wrong, told in (
        ({"answer_by": "2026-13-01 09:00"}, "2026-13-01 09:00"),
        ({"answer_by": ""}, "请填写答复截止时间"),
        ({"reason": "错"}, "请写明更正原因"),
        ({"seen": "2026-01-01 09:00"}, "刚刚已改为"),
    ):
        answer = client.post(url, form(cast, **wrong))
        assert answer.status_code == 422
        assert told in answer.text
        assert wrong.get("reason", REASON) in answer.text
    done = client.post(url, form(cast), follow=True)
    for told in (
        f"答复截止时间已更正为 {moment_words(earlier(cast))}",
        "1 份待发送的信息已改写",
        "1 位尚未答复的专家收到的通知写的是原时间",
        "此前的更正",
        REASON,
    ):
        assert told in done.text
    assert in_letter(earlier(cast)) in read_message(refreshed(waits), by=cast.clerk)


def test_a_form_to_release_that_comes_too_late_moves_nothing(client, cast, roster):
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/release"
    done = client.post(url, {"answer_by": moment_words(earlier(cast))}, follow=True)
    assert "名单此前已经发布" in done.text
    roster.refresh_from_db()
    assert roster.answer_by == last_moment(cast.application)
    assert f'href="/draws/{cast.application.number}/roster"' in done.text
    assert 'href=""' not in done.text
