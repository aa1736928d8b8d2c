"""Ending otherwise: an abandoned attempt keeps its number, a void takes two people and binds the next draw."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from fairdraw.verify import verify
from mingqian.audit.models import Event
from mingqian.draws.models import Draw, DrawStatus
from mingqian.draws.queries.ceremony import current_draw
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.holding import CeremonyMovedOn, CeremonyRefused
from mingqian.draws.services.void import SeedIsFixed, abandon_attempt, void_draw, withdraw_void
from tests.factories.accounts import make_user
from tests.factories.ceremonies import (
    Cast,
    committed,
    executed,
    frozen,
    give,
    make_cast,
    revealed,
    show,
    voided,
)

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def test_an_attempt_without_a_reveal_is_abandoned_numbered_and_followed_by_another(cast):
    draw = committed(cast)
    show(draw, cast.clerk)
    ended = abandon_attempt(draw, by=cast.clerk, reason="监督人员不能揭示", at=cast.minute(9))
    assert ended.status == DrawStatus.ABANDONED
    assert ended.events.last().details["unrevealed"] == ["hrss", "observer"]
    again = executed(cast)
    assert again.attempt == 2
    document = json.loads(bytes(again.transcript))
    assert document["attempt"] == 2
    [earlier] = document["metadata"]["earlier_attempts"]
    assert (earlier["attempt"], earlier["ended"]) == (1, "abandoned")
    assert earlier["unrevealed"] == ["hrss", "observer"]
    assert verify(bytes(again.transcript)).ok


def test_once_everything_is_revealed_stopping_is_refused(cast):
    draw = revealed(cast)
    with pytest.raises(SeedIsFixed):
        abandon_attempt(draw, by=cast.clerk, reason="结果不理想，重来")
    assert current_draw(cast.application) == draw


def test_an_executed_draw_is_not_abandoned(cast):
    with pytest.raises(CeremonyMovedOn):
        abandon_attempt(executed(cast), by=cast.clerk, reason="结果不理想，重来")


@pytest.mark.parametrize("reason", ["", "   ", "太短", "坏\x00字符串", "长" * 501])
def test_a_reason_is_required(cast, reason):
    with pytest.raises(CeremonyRefused):
        abandon_attempt(frozen(cast), by=cast.clerk, reason=reason)


@pytest.mark.parametrize("first", ["hrss_lead", "observer"])
def test_a_void_takes_two_people_in_either_order(cast, first):
    draw = executed(cast)
    one, other = cast.hrss_lead, cast.observer
    if first == "observer":
        one, other = other, one
    assert void_draw(draw, by=one, reason="会议改期至下月").status == DrawStatus.EXECUTED
    assert void_draw(draw, by=one, reason="会议改期至下月").status == DrawStatus.EXECUTED
    ended = void_draw(draw, by=other)
    assert ended.status == DrawStatus.VOIDED
    assert ended.void_reason == "会议改期至下月"
    assert Event.objects.filter(action="draws.void_draw").count() == 1


def test_one_side_alone_voids_nothing_even_with_two_of_its_people(cast):
    draw = executed(cast)
    void_draw(draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(draw, by=make_user("hrss_lead"), reason="会议改期至下月")
    assert Draw.objects.get(pk=draw.pk).status == DrawStatus.EXECUTED


def test_the_database_refuses_a_void_by_one_person(cast):
    draw = executed(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(
            status=DrawStatus.VOIDED, void_hrss_by=cast.observer, void_observer_by=cast.observer
        )


def test_a_request_may_be_taken_back_before_it_is_confirmed(cast):
    draw = executed(cast)
    void_draw(draw, by=cast.observer, reason="会议改期至下月")
    assert withdraw_void(draw, by=cast.observer).void_reason == ""
    void_draw(draw, by=cast.hrss_lead, reason="另有理由在此")
    assert Draw.objects.get(pk=draw.pk).status == DrawStatus.EXECUTED


def test_a_void_draw_is_kept_and_the_next_one_is_bound_to_it(cast):
    void = voided(cast)
    assert void.seats.count() == 24
    assert verify(bytes(void.transcript)).ok
    again = executed(cast)
    assert again.pk != void.pk
    assert json.loads(bytes(again.transcript))["previous"] == void.transcript_hash
    assert {d.status for d in cast.application.draws.all()} == {"VOIDED", "EXECUTED"}


def test_offices_and_reviewers_void_nothing(cast):
    draw = executed(cast)
    for user in (cast.clerk, cast.lead, cast.reviewer, make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            void_draw(draw, by=user, reason="结果不理想，重来")


def test_a_draw_under_way_is_not_voided(cast):
    draw = frozen(cast)
    give(draw, cast.clerk)
    with pytest.raises(CeremonyMovedOn):
        void_draw(draw, by=cast.observer, reason="会议改期至下月")


def test_a_void_draw_is_not_drawn_again(cast):
    draw = voided(cast)
    with pytest.raises(CeremonyMovedOn):
        execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
