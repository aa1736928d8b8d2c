"""The expert's own page: one secret, one person, one answer; nothing about anybody else, nothing to be guessed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mingqian.accounts.throttle import PER_ADDRESS
from mingqian.audit.models import Event
from mingqian.draws.models import (
    AnswerLink,
    DeclineReason,
    Message,
    Position,
    RosterEvent,
    RosterVersion,
)
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.services.answering import confirm_seat, decline_seat, revert_seat
from mingqian.draws.services.messages import write_messages
from mingqian.draws.services.release_roster import release_roster
from mingqian.draws.services.rosters import RosterRefused
from mingqian.experts.models import Expert
from mingqian.portal.queries import todos
from mingqian.web.logs import _without_secrets
from tests.factories.ceremonies import Cast, executed, frozen, make_cast
from tests.factories.invitations import drawn_roster, link_for, released, seated, standing_of
from tests.factories.supplements import cast_of, make_roster, supplement_of, use_up

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
YES = {"answer": "PARTICIPATING"}
NO = {"answer": "DECLINED", "reason": "TRAVEL", "note": "人在省外"}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def roster(cast):
    return released(cast)


@pytest.fixture
def person(roster):
    return seated(roster)


@pytest.fixture
def token(person, cast) -> str:
    return link_for(person, cast.clerk)


def page(client, token: str, status: int = 200) -> str:
    answer = client.get(f"/answer/{token}")
    assert answer.status_code == status
    return answer.text


def lock(roster, by) -> None:
    RosterVersion.objects.create(
        roster=roster,
        number=1,
        content=b"{}",
        digest="0" * 64,
        short_code="TEST",
        locked_at=timezone.now(),
        locked_by=by,
    )


def test_the_page_tells_the_meeting_and_ones_own_seat_and_names_nobody(client, cast, person, token):
    text = page(client, token)
    application = cast.application
    for told in (application.meeting_name, application.place, person.seat.specialty.name):
        assert told in text
    assert f"{person.expert.name[0]}*" in text
    for name in Expert.objects.values_list("name", flat=True):
        assert name not in text
    assert person.seat.lot_code not in text
    assert person.expert.mobile_masked not in text


def test_the_page_is_kept_out_of_caches_search_engines_and_referrers(client, token):
    answer = client.get(f"/answer/{token}")
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    # The host at most, never the path.
    assert answer["Referrer-Policy"] == "strict-origin"
    assert client.get("/answer/guessed")["Referrer-Policy"] == "no-referrer"


def test_opening_answers_nothing_and_is_noted(client, person, token):
    page(client, token)
    assert standing_of(person).answer == "UNCONFIRMED"
    assert AnswerLink.objects.get(revoked_at=None).opened_at is not None


def test_yes_then_no_until_the_last_moment(client, person, token):
    assert client.post(f"/answer/{token}", YES).status_code == 302
    held = standing_of(person)
    assert (held.answer, held.channel) == ("PARTICIPATING", "LINK")
    assert client.post(f"/answer/{token}", NO).status_code == 302
    held = standing_of(person)
    assert (held.answer, held.reason, held.note) == ("DECLINED", "TRAVEL", "人在省外")
    kinds = [event.kind for event in person.roster.events.exclude(kind="CONTACT")]
    assert kinds == ["RELEASE", "CONFIRM", "REVERT", "DECLINE"]
    assert all(
        event.by is None
        for event in RosterEvent.objects.filter(seat=person.seat_id, channel="LINK")
    )
    assert "不参评" in page(client, token)


def test_another_reason_for_the_same_decline_is_kept(client, person, token):
    client.post(f"/answer/{token}", NO)
    for _ in range(2):
        client.post(f"/answer/{token}", NO | {"reason": "HEALTH", "note": ""})
    kept = RosterEvent.objects.filter(seat=person.seat_id).order_by("seq")
    assert [each.kind for each in kept] == ["CONTACT", "DECLINE", "CONTACT"]
    assert DeclineReason.HEALTH.label in kept[2].note
    assert standing_of(person).reason == "TRAVEL"


def test_the_log_tells_the_answer_without_a_name(client, person, token):
    client.post(f"/answer/{token}", NO)
    entry = Event.objects.get(action="draws.decline_seat")
    assert entry.actor_id is None
    assert entry.details["self"] is True
    assert entry.details["channel"] == "LINK"
    assert person.expert.name not in str(entry.details)
    assert token not in str(list(Event.objects.values()))


def test_who_declined_and_was_replaced_is_told_to_phone_the_office(client, cast, person, token):
    client.post(f"/answer/{token}", NO)
    assert standing_of(person).position == Position.OUT
    answer = client.post(f"/answer/{token}", YES)
    assert answer.status_code == 409
    assert "不能自行改回" in answer.text
    assert cast.application.handler_phone in answer.text
    assert standing_of(person).answer == "DECLINED"
    for name in Expert.objects.values_list("name", flat=True):
        assert name not in answer.text


def test_an_appointed_or_empty_seat_can_be_taken_again(client, cast, roster):
    """The alternates of the specialty have all declined ahead, so the seat stays empty and its person may return."""
    person = seated(roster)
    waiting = roster.standings.filter(
        position=Position.WAITING, seat__specialty=person.seat.specialty
    )
    for each in waiting:
        decline_seat(each, by=cast.clerk, reason="DUTY", channel="PHONE")
    token = link_for(person, cast.clerk)
    client.post(f"/answer/{token}", NO)
    assert client.post(f"/answer/{token}", YES).status_code == 302
    held = standing_of(person)
    assert (held.position, held.answer) == (Position.SEATED, "PARTICIPATING")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"answer": "MAYBE"},
        {"answer": "DECLINED"},
        {"answer": "DECLINED", "reason": "UNREACHABLE"},
        {"answer": "DECLINED", "reason": "OTHER", "note": ""},
        {"answer": "DECLINED", "reason": "TRAVEL", "note": "长" * 201},
    ],
)
def test_a_wrong_form_comes_back_with_its_reason_and_what_was_typed(client, person, token, sent):
    answer = client.post(f"/answer/{token}", sent)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert standing_of(person).answer == "UNCONFIRMED"
    if "note" in sent:
        assert sent["note"] in answer.text


def test_a_forged_form_is_refused(person, token):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/answer/{token}", YES).status_code == 403
    assert standing_of(person).answer == "UNCONFIRMED"
    field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page(strict, token))
    assert field is not None
    sent = YES | {"csrfmiddlewaretoken": field[1]}
    assert strict.post(f"/answer/{token}", sent).status_code == 302


def ended_links(cast, person) -> list[str]:
    """Replaced by a newer link, ended by the office."""
    other = seated(person.roster, 1)
    replaced = link_for(other, cast.clerk)
    link_for(other, cast.clerk)
    third = seated(person.roster, 2)
    ended = link_for(third, cast.clerk)
    decline_seat(third, by=cast.clerk, reason="DUTY", channel="PHONE")
    return [replaced, ended]


def guesses(token) -> list[str]:
    return ["x", "guessed" * 20, token[:-1], token + "="]


def guess_until_stopped(client) -> None:
    for number in range(PER_ADDRESS):
        assert client.get(f"/answer/guess{number}").status_code == 404


def answers_to(client, links: list[str], status: int) -> set[tuple[str, str]]:
    """(text, headers) of every answer, the times in them apart."""
    found = set()
    for each in links:
        for answer in (client.get(f"/answer/{each}"), client.post(f"/answer/{each}", YES)):
            assert answer.status_code == status
            kept = {
                k: v for k, v in answer.headers.items() if k not in ("X-Request-ID", "Retry-After")
            }
            found.add((answer.text, str(sorted(kept.items()))))
    return found


def test_every_wrong_link_gets_word_for_word_the_same_page(client, cast, person, token):
    wrong = [*guesses(token), *ended_links(cast, person)]
    pages = answers_to(client, wrong, 404)
    assert len(pages) == 1
    assert cast.application.meeting_name not in str(pages)


def test_a_stopped_address_learns_no_more_about_a_wrong_link(client, cast, person, token):
    wrong = [*guesses(token), *ended_links(cast, person)]
    guess_until_stopped(client)
    assert len(answers_to(client, wrong, 429)) == 1


def test_guesses_cost_the_same_work(client, token, django_assert_max_num_queries):
    counts = set()
    for each in guesses(token):
        with django_assert_max_num_queries(30) as asked:
            client.get(f"/answer/{each}")
        counts.add(len(asked))
    assert len(counts) <= 2  # the first failure of an address makes its counter


def test_guessing_is_slowed_down(client):
    guess_until_stopped(client)
    answer = client.get("/answer/one-more")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Client(REMOTE_ADDR="203.0.113.9").get("/answer/one-more").status_code == 404


def test_a_good_link_works_whatever_others_guessed_from_its_address(client, person, token):
    guess_until_stopped(client)
    assert "您的席位" in page(client, token)
    assert client.post(f"/answer/{token}", YES).status_code == 302
    assert standing_of(person).answer == "PARTICIPATING"


def test_a_link_that_was_once_good_is_no_guess(client, cast, person):
    replaced, ended = ended_links(cast, person)
    for _ in range(PER_ADDRESS):
        page(client, replaced, 404)
        page(client, ended, 404)
    page(client, "guess", 404)


def test_a_link_past_its_time_says_so_and_takes_nothing(client, person, token):
    AnswerLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    text = page(client, token, 404)
    assert "答复时间已过" in text
    assert "<form" not in text
    for told in (
        person.expert.name[0] + "*",
        "您的席位",
        person.roster.draw.application.place,
        "<dl",
    ):
        assert told not in text
    assert client.post(f"/answer/{token}", YES).status_code == 409
    assert standing_of(person).answer == "UNCONFIRMED"


@pytest.mark.breaks_invariants
def test_a_locked_list_is_read_only(client, cast, roster, person, token):
    client.post(f"/answer/{token}", YES)
    lock(roster, cast.lead)
    text = page(client, token)
    assert "名单已锁定" in text
    assert "<form" not in text
    assert client.post(f"/answer/{token}", NO).status_code == 409
    assert standing_of(person).answer == "PARTICIPATING"


def test_a_link_ends_when_its_person_leaves_the_seat(client, cast, person, token):
    decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    page(client, token, 404)
    back = revert_seat(person, by=cast.clerk, choice="SEAT")
    assert standing_of(person).position == Position.SEATED
    assert back.left is not None
    page(client, token, 404)


def test_who_gives_the_seat_back_loses_the_link(client, cast, person):
    done = decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    token = link_for(done.entered, cast.clerk)
    page(client, token)
    revert_seat(person, by=cast.clerk, choice="SEAT")
    page(client, token, 404)


def test_the_office_note_is_not_shown_to_the_expert(client, cast, person, token):
    confirm_seat(person, by=cast.clerk, channel="PHONE", note="家属接听")
    text = page(client, token)
    assert "家属接听" not in text
    assert "电话" in text


def test_somebody_else_answered_meanwhile(client, cast, person, token):
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    answer = client.post(f"/answer/{token}", NO | {"seen": "UNCONFIRMED"})
    assert answer.status_code == 409
    assert "您的答复刚刚已有更新" in answer.text
    assert "该专家" not in answer.text
    assert standing_of(person).answer == "PARTICIPATING"


def test_links_are_for_those_who_sit_on_a_released_list(cast):
    roster = drawn_roster(cast)
    with pytest.raises(RosterRefused, match="尚未发布"):
        write_messages(roster, kind="INVITATION", by=cast.clerk)
    assert not Message.objects.exists()
    assert not AnswerLink.objects.exists()


def test_only_a_hash_of_the_secret_is_kept(person, token):
    link = AnswerLink.objects.get(seat=person.seat_id)
    assert len(token) >= 43
    assert token not in str(vars(link))
    assert len(link.token_hash) == 64


def test_logs_never_carry_the_secret():
    line = {"event": "request", "path": "/answer/s3cret-X_y", "error": 'GET "/answer/s3cret" 404'}
    told = str(_without_secrets(None, "", line))
    assert "s3cret" not in told
    assert "/answer/…" in told


def test_a_decline_while_a_supplement_is_frozen_is_kept_for_the_office(client):
    cast, roster = make_roster()
    roster = release_roster(roster, by=cast.lead)
    use_up(roster, cast)
    person = roster.standings.filter(position="SEATED", place__specialty__name="结构工程")[0]
    token = link_for(person, cast.clerk)
    own = cast_of(supplement_of(roster, cast), cast)
    frozen(own)
    for _ in range(2):
        answer = client.post(f"/answer/{token}", NO | {"seen": "UNCONFIRMED"})
        assert answer.status_code == 409
        assert "您「不参评」的答复已转给评委会办公室" in answer.text
        assert "请同时致电" in answer.text
        assert cast.application.handler_phone in answer.text
    for inside in ("冻结", "补充抽取", "锁定", own.application.number):
        assert inside not in answer.text
    event = RosterEvent.objects.get(seat=person.seat_id, channel="LINK")
    assert (event.kind, event.outcome, event.by) == ("CONTACT", "REFUSED", None)
    assert "本人经链接答复不参评（出差：人在省外）" in event.note
    assert standing_of(person).answer == "UNCONFIRMED"
    assert standing_of(person).contacts == 2
    assert "draws.kept_decline" in [item.kind for item in todos(cast.clerk)]
    finding = next(f for f in lock_state(roster).findings if f.key == "kept_declines")
    assert finding.title.startswith("1 人")
    client.force_login(cast.clerk)
    confirming = f"/draws/{cast.application.number}/confirm"
    assert client.get(confirming).text.count("本人已经链接答复不参评，待登记") == 1
    executed(own)
    decline_seat(standing_of(person), by=cast.clerk, reason="TRAVEL", channel="LINK")
    assert "draws.kept_decline" not in [item.kind for item in todos(cast.clerk)]
    assert "kept_declines" not in [f.key for f in lock_state(roster).findings]
    assert "待登记" not in client.get(confirming).text
