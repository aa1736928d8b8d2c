"""Release, messages, the outbox: nothing before the release, nothing in the clear, nothing twice."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.draws.letters import NO_LINK, letter
from mingqian.draws.models import AnswerLink, Message, Position, Roster
from mingqian.draws.queries.answer_links import last_moment
from mingqian.draws.queries.outbox import addressees
from mingqian.draws.services.answering import confirm_seat, decline_seat, revert_seat
from mingqian.draws.services.messages import (
    cancel_messages,
    hand_on,
    mark_sent,
    read_message,
    texts_to_print,
    write_messages,
)
from mingqian.draws.services.release_roster import DeadlineRefused, release_roster
from mingqian.draws.services.reminders import remind_everybody
from mingqian.draws.services.rosters import RosterRefused
from mingqian.draws.services.void import void_draw
from mingqian.experts.models import Expert
from tests.factories.ceremonies import Cast, make_cast
from tests.factories.invitations import (
    drawn_roster,
    link_for,
    released,
    seated,
    standing_of,
    token_in,
)

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast):
    return released(cast)


class Refusing:
    """A gateway that takes nothing."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or ConnectionError("down")

    def send(self, kind: str, recipient: str, text: str) -> None:
        raise self.error


@pytest.fixture
def gateway(settings, tmp_path):
    """Short messages go into files."""
    ways = {"SMS": "mingqian.draws.adapters.FileAdapter"}
    settings.MINGQIAN = settings.MINGQIAN | {"MESSAGES": ways, "HOME": tmp_path}
    return tmp_path / "sent"


def texts(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]


def write(roster, cast, seats=None, kind="INVITATION", **more) -> list[Message]:
    return write_messages(roster, kind=kind, by=cast.clerk, seats=seats, **more).messages


# Release


def test_the_lead_releases_with_the_rules_last_moment_and_the_log_knows(cast):
    roster = release_roster(drawn_roster(cast), by=cast.lead)
    assert roster.answer_by == last_moment(cast.application)
    assert roster.answer_by == cast.application.starts_at - timedelta(hours=24)
    assert roster.events.get().kind == "RELEASE"
    assert Event.objects.get(action="draws.release_roster").actor_id == cast.lead.pk
    again = release_roster(roster, by=cast.lead)
    assert again.events.count() == 1


def test_a_clerk_a_stranger_and_the_department_release_nothing(cast):
    roster = drawn_roster(cast)
    for user in (cast.clerk, cast.reviewer, cast.hrss_lead, cast.observer):
        with pytest.raises(PermissionDenied):
            release_roster(roster, by=user)


def test_an_earlier_moment_may_be_given_a_later_one_may_not(client, cast):
    roster = drawn_roster(cast)
    latest = last_moment(cast.application)
    with pytest.raises(DeadlineRefused, match="不能晚于"):
        release_roster(roster, by=cast.lead, answer_by=latest + timedelta(minutes=1))
    with pytest.raises(DeadlineRefused, match="现在之后"):
        release_roster(roster, by=cast.lead, answer_by=timezone.now() - DAY)
    client.force_login(cast.lead)
    url = f"/draws/{cast.application.number}/release"
    wrong = client.post(url, {"answer_by": "2026-13-01 09:00"})
    assert wrong.status_code == 422
    assert "2026-13-01 09:00" in wrong.text
    day = timezone.localtime(latest - DAY)
    answer = client.post(url, {"answer_by": f"{day:%Y-%m-%d %H:%M}"})
    assert answer.status_code == 302
    roster.refresh_from_db()
    assert roster.answer_by == (latest - DAY).replace(second=0)


# Writing


def test_everybody_unconfirmed_gets_one_message_with_a_link_of_their_own(cast, roster):
    sure = seated(roster)
    confirm_seat(sure, by=cast.clerk, channel="PHONE")
    made = write(roster, cast)
    seats = roster.standings.filter(position=Position.SEATED)
    assert {each.seat_id for each in made} == set(
        seats.exclude(pk=sure.pk).values_list("seat_id", flat=True)
    )
    found = {read_message(each, by=cast.clerk).split("/answer/")[1].split()[0] for each in made}
    assert len(found) == len(made)
    assert not write(roster, cast)


def test_messages_are_sealed_and_name_their_own_expert_alone(cast, roster):
    first, *_ = write(roster, cast)
    own = first.seat.expert.name
    assert own.encode() not in bytes(first.sealed)
    text = read_message(first, by=cast.clerk)
    assert own in text
    others = Expert.objects.exclude(name=own).values_list("name", flat=True)
    assert not [name for name in others if name in text]
    assert "****" in first.recipient
    entry = Event.objects.get(action="draws.read_message")
    assert entry.details["message"] == first.pk
    assert own not in str(entry.details)


def test_those_left_out_are_told_with_the_reason(client, cast, roster):
    sure, waiting = seated(roster), roster.standings.filter(position=Position.WAITING)[0]
    confirm_seat(sure, by=cast.clerk, channel="PHONE")
    client.force_login(cast.clerk)
    url = f"/draws/{cast.application.number}/messages/send"
    preview = client.post(url, {"seat": [sure.seat_id, waiting.seat_id, seated(roster, 1).seat_id]})
    assert preview.status_code == 200
    assert "已确认参评" in preview.text
    assert "不在席" in preview.text
    assert "发送时为每位专家生成各自的链接" in preview.text
    assert not Message.objects.exists()
    sent = {"step": "write", "kind": "INVITATION", "channel": "SMS"}
    assert client.post(url, sent | {"seat": [seated(roster, 1).seat_id]}).status_code == 302
    assert Message.objects.get().seat_id == seated(roster, 1).seat_id
    # A form without anybody in it writes to nobody.
    client.post(url, sent)
    assert Message.objects.count() == 1


def test_those_ticked_on_the_answers_page_are_previewed(client, cast, roster):
    person, number = seated(roster), cast.application.number
    client.force_login(cast.clerk)
    ticked = {"deed": "send", "row": f"{person.pk}-UNCONFIRMED"}
    asked = f"/draws/{number}/messages/send?seat={person.seat_id}"
    to_answer = reverse("draws:confirm-answer", args=[number])
    assert client.post(to_answer, ticked)["Location"] == asked
    told = client.post(to_answer, ticked, headers={"HX-Request": "true"})
    assert told["HX-Redirect"] == asked
    preview = client.get(asked)
    assert person.expert.name in preview.text
    assert seated(roster, 1).expert.name not in preview.text
    assert not Message.objects.exists()
    assert "发送答复链接" in client.get(reverse("draws:confirm", args=[number])).text


def test_a_call_carries_no_link(client, cast, roster):
    (message,) = write(roster, cast, [seated(roster).seat_id], channel="PHONE")
    assert message.link is None
    text = read_message(message, by=cast.clerk)
    assert "/answer/" not in text
    assert cast.application.handler_phone in text


def test_mail_wants_an_address(cast, roster):
    person = seated(roster)
    written = write_messages(
        roster, kind="INVITATION", by=cast.clerk, seats=[person.seat_id], channel="MAIL"
    )
    assert written.messages == []
    assert written.left_out[0][1] == "没有登记邮箱"
    Expert.objects.filter(pk=person.expert_id).update(email="somebody@example.org")
    (message,) = write(roster, cast, [person.seat_id], channel="MAIL")
    assert message.recipient == "s***@example.org"


def test_another_office_and_other_roles_send_nothing(cast, roster):
    for user in (cast.reviewer, cast.hrss_lead, cast.observer):
        with pytest.raises(PermissionDenied):
            write_messages(roster, kind="INVITATION", by=user)


# Handing on


def test_by_hand_the_link_leaves_the_text_and_the_history_says_so(cast, roster):
    person = seated(roster)
    (message,) = write(roster, cast, [person.seat_id])
    assert mark_sent(roster, [message.pk], by=cast.clerk) == 1
    message.refresh_from_db()
    assert (message.status, message.sent_by) == ("SENT", cast.clerk)
    text = read_message(message, by=cast.clerk)
    assert "/answer/" not in text
    assert NO_LINK in text
    assert standing_of(person).contacts == 1
    event = person.roster.events.get(kind="CONTACT")
    assert (event.outcome, event.channel, event.note) == ("SENT", "SMS", "参评通知")
    assert mark_sent(roster, [message.pk], by=cast.clerk) == 0


def test_a_cancelled_message_takes_its_link_along(client, cast, roster):
    (message,) = write(roster, cast, [seated(roster).seat_id])
    token = read_message(message, by=cast.clerk).split("/answer/")[1].split()[0]
    assert client.get(f"/answer/{token}").status_code == 200
    assert cancel_messages(roster, [message.pk], by=cast.clerk) == 1
    assert client.get(f"/answer/{token}").status_code == 404
    assert "/answer/" not in read_message(Message.objects.get(), by=cast.clerk)


def test_an_adapter_gets_number_and_text_once(cast, roster, gateway):
    made = write(roster, cast, [seated(roster).seat_id, seated(roster, 1).seat_id])
    keys = [each.pk for each in made]
    assert hand_on(roster, keys, by=cast.clerk) == (2, 0)
    assert hand_on(roster, keys, by=cast.clerk) == (0, 0)
    kept = texts(gateway)
    assert len(kept) == 2
    assert all(text.startswith("139") and "/answer/" in text for text in kept)
    assert (next(gateway.glob("*.txt")).stat().st_mode & 0o777) == 0o600


def test_what_an_adapter_refuses_has_failed_and_can_be_sent_again(
    cast, roster, gateway, monkeypatch
):
    (message,) = write(roster, cast, [seated(roster).seat_id])
    with monkeypatch.context() as patched:
        patched.setattr("mingqian.draws.services.messages.adapter_for", lambda _: Refusing())
        assert hand_on(roster, [message.pk], by=cast.clerk) == (0, 1)
    message.refresh_from_db()
    assert (message.status, message.sent_at) == ("FAILED", None)
    assert message.failure == "连接不上短信网关，可再次发送"
    assert hand_on(roster, [message.pk], by=cast.clerk) == (1, 0)
    assert len(texts(gateway)) == 1


def test_the_office_reads_what_to_do_and_no_class_name(client, cast, roster, monkeypatch):
    refusing = Refusing(ValueError("code 4"))
    monkeypatch.setattr("mingqian.draws.services.messages.adapter_for", lambda _: refusing)
    (message,) = write(roster, cast, [seated(roster).seat_id])
    assert hand_on(roster, [message.pk], by=cast.clerk) == (0, 1)
    client.force_login(cast.clerk)
    page = client.get(f"/draws/{cast.application.number}/messages").text
    assert "短信网关没有接收，可再次发送" in page
    assert "ValueError" not in page


def test_a_form_sent_twice_writes_and_sends_once(client, cast, roster, gateway):
    client.force_login(cast.clerk)
    url = f"/draws/{cast.application.number}/messages/send"
    people = [seated(roster, n).seat_id for n in range(3)]
    seen = re.search(r'name="seen" value="(\d+)"', client.post(url, {"seat": people}).text)
    form = {"step": "write", "kind": "INVITATION", "channel": "SMS", "seat": people}
    form["seen"] = seen[1]
    assert "发出 3 份" in client.post(url, form, follow=True).text
    assert "另有 3 人未写" in client.post(url, form, follow=True).text
    assert len(texts(gateway)) == Message.objects.count() == 3
    # Everybody else is still to be invited; those who hold a link only by name, on a form that knows of it.
    others = roster.standings.filter(position=Position.SEATED).count() - 3
    assert len(addressees(roster, "INVITATION").standings) == others
    form["seen"] = Message.objects.latest("pk").pk
    assert "发出 3 份" in client.post(url, form, follow=True).text


def test_without_an_adapter_everything_waits(cast, roster):
    made = write(roster, cast)
    assert hand_on(roster, [each.pk for each in made], by=cast.clerk) == (0, 0)
    assert {each.status for each in Message.objects.all()} == {"WAITING"}


# The pages


def test_the_outbox_shows_states_and_no_text(client, cast, roster):
    person = seated(roster)
    token = link_for(person, cast.clerk)
    client.get(f"/answer/{token}")
    client.post(f"/answer/{token}", {"answer": "PARTICIPATING"})
    write(roster, cast, [seated(roster, 1).seat_id])
    client.force_login(cast.clerk)
    url = f"/draws/{cast.application.number}/messages"
    text = client.get(url).text
    assert "确认参评（答复链接）" in text
    assert "已答复" in text
    assert "/answer/" not in text
    waiting = client.get(url, {"status": "WAITING"}).text
    assert seated(roster, 1).expert.name in waiting
    assert person.expert.name not in waiting


def test_a_sheet_with_codes_is_printed_while_messages_wait(client, cast, roster):
    made = write(roster, cast, [seated(roster).seat_id, seated(roster, 1).seat_id])
    client.force_login(cast.clerk)
    url = f"/draws/{cast.application.number}/messages"
    rows = {"row": [each.pk for each in made]}
    sheet = client.post(f"{url}/print", rows)
    assert sheet.status_code == 200
    assert sheet.content.startswith(b"%PDF")
    assert Event.objects.get(action="draws.print_messages").details["messages"] == 2
    done = client.post(f"{url}/deeds", rows | {"action": "paper"}, follow=True)
    assert "登记 2 份为书面送达" in done.text
    assert {each.channel for each in Message.objects.all()} == {"PAPER"}
    assert "链接不再保存" in client.post(f"{url}/print", rows, follow=True).text


def test_reading_one_is_logged_and_offers_the_deeds(client, cast, roster):
    (message,) = write(roster, cast, [seated(roster).seat_id])
    client.force_login(cast.clerk)
    text = client.get(f"/draws/{cast.application.number}/messages/{message.pk}").text
    assert "/answer/" in text
    assert "登记已发送" in text
    assert Event.objects.filter(action="draws.read_message").count() == 1


def test_past_the_last_moment_the_silent_are_marked_and_counted(client, cast, roster):
    confirm_seat(seated(roster), by=cast.clerk, channel="PHONE")
    client.force_login(cast.clerk)
    url = reverse("draws:confirm", args=[cast.application.number])
    assert "未答复" not in client.get(url).text
    Roster.objects.filter(pk=roster.pk).update(answer_by=timezone.now() - timedelta(minutes=1))
    silent = roster.standings.filter(position=Position.SEATED).count() - 1
    text = client.get(url).text
    assert f"未答复 {silent} 人" in text
    assert text.count(">未答复</span>") == silent
    assert ">未答复</span>" not in client.get(url, {"tab": "yes"}).text


# Relief and reminders


def test_whoever_was_told_and_no_longer_sits_can_be_told_so(cast, roster):
    person = seated(roster)
    done = decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    link_for(done.entered, cast.clerk)
    revert_seat(person, by=cast.clerk, choice="SEAT")
    (message,) = write(roster, cast, kind="RELIEF")
    assert message.seat_id == done.entered.seat_id
    assert message.link is None
    mark_sent(roster, [message.pk], by=cast.clerk)
    assert write(roster, cast, kind="RELIEF") == []
    # Not wanted any more: no reminder either, until a new invitation; after that they can be told again.
    done = decline_seat(standing_of(person), by=cast.clerk, reason="DUTY", channel="PHONE")
    assert done.entered.seat_id == message.seat_id
    assert write(roster, cast, [message.seat_id], kind="REMINDER") == []
    link_for(done.entered, cast.clerk)
    revert_seat(standing_of(person), by=cast.clerk, choice="SEAT")
    (again,) = write(roster, cast, kind="RELIEF")
    assert again.seat_id == message.seat_id


def test_after_a_void_everybody_who_was_told_can_be_told_so(client, cast, roster):
    token = link_for(seated(roster), cast.clerk)
    void_draw(roster.draw, by=cast.hrss_lead, reason="程序有误，重新抽取")
    void_draw(roster.draw, by=cast.observer)
    assert "已作废" in client.get(f"/answer/{token}").text
    assert client.post(f"/answer/{token}", {"answer": "PARTICIPATING"}).status_code == 409
    client.force_login(cast.clerk)
    page = client.get(f"/draws/{cast.application.number}/messages")
    assert "不再参评" in page.text
    roster.draw.refresh_from_db()
    (message,) = write(roster, cast, kind="RELIEF")
    assert mark_sent(roster, [message.pk], by=cast.clerk) == 1


def test_of_a_void_draw_nothing_that_waits_is_sent_printed_or_marked(client, cast, roster, gateway):
    told, invited = seated(roster), seated(roster, 1)
    link_for(told, cast.clerk)
    (message,) = write(roster, cast, [invited.seat_id])
    token = token_in(message, cast.clerk)
    void_draw(roster.draw, by=cast.hrss_lead, reason="程序有误，重新抽取")
    void_draw(roster.draw, by=cast.observer)
    assert client.get(f"/answer/{token}").status_code == 404
    message.refresh_from_db()
    assert message.status == "CANCELLED"
    assert "/answer/" not in read_message(message, by=cast.clerk)
    # Even one that still waited would stay where it is.
    Message.objects.filter(pk=message.pk).update(status="WAITING", link=None)
    assert hand_on(roster, [message.pk], by=cast.clerk) == (0, 0)
    assert mark_sent(roster, [message.pk], by=cast.clerk) == 0
    with pytest.raises(RosterRefused):
        texts_to_print(roster, [message.pk], by=cast.clerk)
    roster.draw.refresh_from_db()
    (relief,) = write(roster, cast, kind="RELIEF")
    assert relief.seat_id == told.seat_id
    assert hand_on(roster, [relief.pk], by=cast.clerk) == (1, 0)
    assert standing_of(told).contacts == 1


def test_one_reminder_a_day_for_those_told_before_who_are_silent(client, cast, roster):
    silent, answered, untold = (seated(roster, n) for n in range(3))
    old = link_for(silent, cast.clerk)
    client.post(f"/answer/{link_for(answered, cast.clerk)}", {"answer": "PARTICIPATING"})
    now = timezone.now()
    assert remind_everybody(at=now) == 0  # told today
    assert remind_everybody(at=now + DAY) == 1
    assert remind_everybody(at=now + DAY) == 0
    reminder = Message.objects.get(kind="REMINDER")
    assert reminder.seat_id == silent.seat_id
    assert (reminder.made_by, reminder.status) == (None, "WAITING")
    assert client.get(f"/answer/{old}").status_code == 200
    assert untold.seat_id not in Message.objects.values_list("seat_id", flat=True)
    # One that still waits is not doubled the day after.
    assert remind_everybody(at=now + 2 * DAY) == 0
    confirm_seat(silent, by=cast.clerk, channel="PHONE")
    reminder.refresh_from_db()
    assert reminder.status == "CANCELLED"
    assert remind_everybody(at=now + 3 * DAY) == 0


def test_the_link_in_hand_works_until_the_reminder_has_left(client, cast, roster):
    person = seated(roster)
    old = link_for(person, cast.clerk)
    assert remind_everybody(at=timezone.now() + DAY) == 1
    reminder = Message.objects.get(kind="REMINDER")
    new = token_in(reminder, cast.clerk)
    for token in (old, new):
        assert client.get(f"/answer/{token}").status_code == 200
    assert mark_sent(roster, [reminder.pk], by=cast.clerk) == 1
    assert client.get(f"/answer/{old}").status_code == 404
    assert client.get(f"/answer/{new}").status_code == 200


def test_a_reminder_that_a_gateway_refuses_leaves_the_older_link(
    client, cast, roster, gateway, monkeypatch
):
    old = link_for(seated(roster), cast.clerk)
    with monkeypatch.context() as patched:
        patched.setattr("mingqian.draws.services.messages.adapter_for", lambda _: Refusing())
        assert remind_everybody(at=timezone.now() + DAY) == 1
    reminder = Message.objects.get(kind="REMINDER")
    assert reminder.status == "FAILED"
    assert client.get(f"/answer/{old}").status_code == 200
    assert hand_on(roster, [reminder.pk], by=cast.clerk) == (1, 0)
    assert client.get(f"/answer/{old}").status_code == 404


def test_an_answer_takes_the_waiting_reminder_and_its_link_away(client, cast, roster):
    person = seated(roster)
    old = link_for(person, cast.clerk)
    remind_everybody(at=timezone.now() + DAY)
    reminder = Message.objects.get(kind="REMINDER")
    new = token_in(reminder, cast.clerk)
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    reminder.refresh_from_db()
    assert "/answer/" not in read_message(reminder, by=cast.clerk)
    assert client.get(f"/answer/{new}").status_code == 404
    assert client.get(f"/answer/{old}").status_code == 200


def test_whoever_answers_by_a_slip_not_yet_noted_keeps_it(client, cast, roster):
    link_for(seated(roster), cast.clerk)
    remind_everybody(at=timezone.now() + DAY)
    slip = token_in(Message.objects.get(kind="REMINDER"), cast.clerk)
    answer = client.post(f"/answer/{slip}", {"answer": "PARTICIPATING"}, follow=True)
    assert answer.status_code == 200
    assert Message.objects.get(kind="REMINDER").status == "CANCELLED"


def test_who_loses_the_seat_leaves_no_link_in_any_text(cast, roster):
    person = seated(roster)
    (message,) = write(roster, cast, [person.seat_id])
    decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    message.refresh_from_db()
    assert message.status == "CANCELLED"
    assert "/answer/" not in read_message(message, by=cast.clerk)
    assert not AnswerLink.objects.filter(seat=person.seat_id, revoked_at=None).exists()


def test_each_message_counts_as_one_contact_with_its_event(cast, roster):
    people = [seated(roster, n) for n in range(2)]
    made = write(roster, cast, [each.seat_id for each in people])
    made += write(roster, cast, [people[0].seat_id], kind="CHANGE", channel="PHONE")
    mark_sent(roster, [each.pk for each in made], by=cast.clerk)
    assert [standing_of(each).contacts for each in people] == [2, 1]
    assert roster.events.filter(kind="CONTACT").count() == 3


def test_no_reminder_after_the_last_moment_or_before_the_release(cast):
    roster = drawn_roster(cast)
    assert remind_everybody(at=timezone.now() + DAY) == 0
    release_roster(roster, by=cast.lead)
    link_for(seated(roster), cast.clerk)
    assert remind_everybody(at=last_moment(cast.application)) == 0


def test_the_command_says_how_many(cast, roster, capsys):
    link_for(seated(roster), cast.clerk)
    call_command("remind")
    assert "0 reminders" in capsys.readouterr().out
    assert AnswerLink.objects.filter(revoked_at=None).count() == 1


def addresses_in(text: str) -> list[str]:
    """Every address of a roster and its outbox on a page, as a browser would ask for it."""
    main = text[text.index("<main") :]
    found = re.findall(r'(?:href|action|formaction)="(\?[^"]*|/draws/[^"]*)"', main)
    kept = ("/roster", "/messages", "/send", "/deeds", "/print", "/release", "/reschedule")
    return [html.unescape(each) for each in found if each[0] == "?" or any(k in each for k in kept)]


def test_every_address_of_the_outbox_keeps_the_attempt(client, cast, roster, monkeypatch):
    link_for(seated(roster), cast.clerk)
    write(roster, cast, [seated(roster, 1).seat_id])
    void_draw(roster.draw, by=cast.hrss_lead, reason="程序有误，重新抽取")
    void_draw(roster.draw, by=cast.observer)
    roster.draw.refresh_from_db()
    (relief,) = write(roster, cast, kind="RELIEF")
    again = released(replace(cast, at=cast.minute(90)))
    assert again.draw.attempt == 2
    monkeypatch.setattr("mingqian.draws.views.messages.PAGE_SIZE", 1)
    client.force_login(cast.lead)
    outbox = f"/draws/{cast.application.number}/messages"
    for path in (
        f"{outbox}?attempt=1",
        f"{outbox}?attempt=1&page=2",
        f"{outbox}?attempt=1&status=WAITING",
        f"{outbox}/send?attempt=1&kind=RELIEF",
        f"{outbox}/{relief.pk}?attempt=1",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        found = addresses_in(answer.text)
        assert found
        assert [each for each in found if "attempt=1" not in each] == []
    printed = client.post(f"{outbox}/print?attempt=1", {"row": "999999"})
    assert printed["Location"] == f"{outbox}?attempt=1"


def test_a_designated_member_is_not_told_of_a_lot(roster):
    drawn = seated(roster).seat
    assert "经随机抽取，您被选为" in letter("INVITATION", roster, drawn, link="")
    drawn.seat_type = "DESIGNATED"
    told = letter("INVITATION", roster, drawn, link="")
    assert "您被指定为" in told
    assert "随机抽取" not in told
