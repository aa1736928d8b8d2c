"""An expert answers while the office declines for them; sixteen clicks on one link; two release at once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mingqian.draws.models import AnswerLink, Position, RosterEvent
from mingqian.draws.services.answering import AnswerMoved, decline_seat
from mingqian.draws.services.expert_answers import LinkGone, answer_by_link
from mingqian.draws.services.messages import write_messages
from mingqian.draws.services.release_roster import release_roster
from tests.draws.crowd import sixteen_at_once
from tests.factories.ceremonies import make_cast
from tests.factories.invitations import drawn_roster, link_for, released, seated, standing_of

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def at_once(*deeds) -> list[object]:
    """Each deed in a thread of its own, released together; a refusal is its own answer."""
    start = threading.Barrier(len(deeds), timeout=60)

    def one(deed) -> object:
        try:
            start.wait()
            return deed()
        except Exception as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(one, deeds))


@pytest.mark.parametrize("turn", range(3))
def test_the_expert_says_yes_while_the_office_declines(turn):
    cast = make_cast(SIZES)
    roster = released(cast)
    person = seated(roster, turn)
    token = link_for(person, cast.clerk)
    expert, office = at_once(
        lambda: answer_by_link(token, answer="PARTICIPATING", seen="UNCONFIRMED").answer,
        lambda: (
            decline_seat(
                person, by=cast.clerk, reason="DUTY", channel="PHONE", seen="UNCONFIRMED"
            ).event.kind
        ),
    )
    held = standing_of(person)
    if expert == "PARTICIPATING":
        assert office is AnswerMoved
        assert (held.position, held.answer) == (Position.SEATED, "PARTICIPATING")
    else:
        assert (expert, office) == (LinkGone, "DECLINE")
        assert (held.position, held.answer) == (Position.OUT, "DECLINED")
        assert not AnswerLink.objects.filter(seat=person.seat_id, revoked_at=None).exists()
    said = RosterEvent.objects.filter(seat=person.seat_id, kind__in=("CONFIRM", "DECLINE"))
    assert said.count() == 1


def test_sixteen_clicks_on_one_link_are_one_answer():
    cast = make_cast(SIZES)
    person = seated(released(cast))
    token = link_for(person, cast.clerk)
    answers = Counter(
        sixteen_at_once(lambda _: answer_by_link(token, answer="PARTICIPATING").answer)
    )
    assert answers == {"PARTICIPATING": 16}
    assert RosterEvent.objects.filter(kind="CONFIRM").count() == 1


def test_released_once_and_written_to_once():
    cast = make_cast(SIZES)
    roster = drawn_roster(cast)
    sixteen_at_once(lambda _: release_roster(roster, by=cast.lead).pk)
    assert RosterEvent.objects.filter(kind="RELEASE").count() == 1
    seat = seated(roster).seat_id
    written = sixteen_at_once(
        lambda _: len(
            write_messages(roster, kind="INVITATION", by=cast.clerk, seats=[seat]).messages
        )
    )
    assert sorted(written) == [0] * 15 + [1]
    assert AnswerLink.objects.filter(seat=seat).count() == 1
