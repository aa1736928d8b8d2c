"""The official draw: exactly once, from what was frozen and revealed, proved before it is stored."""

import json

import pytest

from fairdraw.verify import verify
from mingqian.audit.models import Event
from mingqian.draws.models import Draw, DrawSeat, SeatType
from mingqian.draws.services.contribute import NotAParty
from mingqian.draws.services.execute import (
    FrozenPartsChanged,
    NotRevealed,
    ObserverMayNotDraw,
    execute_draw,
)
from mingqian.draws.services.holding import CeremonyMovedOn
from mingqian.draws.short_codes import short_code_of
from tests.factories.ceremonies import (
    committed,
    executed,
    give,
    make_cast,
    revealed,
    show,
    unprotected,
)

pytestmark = pytest.mark.django_db


def test_a_draw_fills_every_seat_and_its_transcript_verifies():
    cast = make_cast()
    draw = executed(cast)
    assert draw.status == "EXECUTED"
    assert draw.seats.filter(seat_type=SeatType.PRIMARY).count() == 15
    assert draw.seats.filter(seat_type=SeatType.ALTERNATE).count() == 9
    report = verify(bytes(draw.transcript))
    assert report.ok, report
    said = json.loads(bytes(draw.transcript))
    assert said["metadata"]["number"] == cast.application.number
    assert said["trials"] == cast.application.trial_count
    assert [party for party, _ in report.facts["signatures"]] == ["server"]
    assert draw.short_code == short_code_of(said["digest"])


def test_the_transcript_holds_no_name_of_any_person():
    cast = make_cast()
    text = bytes(executed(cast).transcript).decode()
    for seat in DrawSeat.objects.select_related("expert", "expert__unit"):
        assert seat.expert.name not in text
        assert seat.expert.unit.name not in text
        assert seat.expert.expert_no not in text
    for user in (cast.clerk, cast.observer, cast.reviewer):
        assert user.real_name not in text
        assert user.username not in text


def test_the_log_of_events_tells_the_order_of_the_protocol():
    document = json.loads(bytes(executed(make_cast()).transcript))
    kinds = [event["kind"] for event in document["log"]]
    assert kinds == [
        "frozen", "committed", "committed", "committed", "committed", "closed",
        "revealed", "revealed", "revealed", "all_revealed", "revealed", "executed",
    ]  # fmt: skip


def test_a_second_request_gets_the_first_result():
    cast = make_cast()
    draw = revealed(cast)
    first = execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
    again = execute_draw(draw, by=cast.lead, key=draw.commit_hash)
    assert (again.pk, again.transcript_hash, again.executed_by) == (
        first.pk,
        first.transcript_hash,
        cast.clerk,
    )
    assert Draw.objects.count() == 1
    assert Event.objects.filter(action="draws.execute_draw").count() == 1


def test_a_page_of_an_earlier_state_draws_nothing():
    cast = make_cast()
    draw = revealed(cast)
    with pytest.raises(CeremonyMovedOn):
        execute_draw(draw, by=cast.clerk, key="0" * 64)


def test_without_every_reveal_nothing_is_drawn():
    cast = make_cast()
    draw = committed(cast)
    show(draw, cast.clerk)
    with pytest.raises(NotRevealed):
        execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
    assert not DrawSeat.objects.exists()


@pytest.mark.breaks_invariants
def test_changed_frozen_bytes_are_refused():
    cast = make_cast()
    draw = revealed(cast)
    excluded = b'"exclusions":[["AGE","' + b"0" * 64 + b'"]]'
    with unprotected():
        changed = bytes(draw.pool).replace(b'"exclusions":[]', excluded, 1)
        Draw.objects.filter(pk=draw.pk).update(pool=changed)
        with pytest.raises(FrozenPartsChanged):
            execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
        Draw.objects.filter(pk=draw.pk).update(pool=bytes(draw.pool))


@pytest.mark.parametrize("change", [(b'"mode":"S"', b'"mode":"B"'), (b'"bound":', b'"band":')])
def test_another_lottery_than_the_frozen_one_is_refused(change):
    cast = make_cast()
    draw = revealed(cast)
    with unprotected():
        changed = bytes(draw.solution).replace(*change, 1)
        assert changed != bytes(draw.solution)
        Draw.objects.filter(pk=draw.pk).update(solution=changed)
        with pytest.raises(FrozenPartsChanged):
            execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
        Draw.objects.filter(pk=draw.pk).update(solution=bytes(draw.solution))


def test_later_edits_of_the_pool_change_nothing():
    cast = make_cast()
    draw = revealed(cast)
    member = draw.members.filter(codes=[]).first()
    member.expert.status = "SUSPENDED"
    member.expert.save()
    result = execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
    assert verify(bytes(result.transcript)).facts["eligible"] == draw.eligible_count


def test_the_same_person_cannot_speak_for_two_parties():
    cast = make_cast()
    draw = revealed(cast)
    assert {c.user_id for c in draw.contributions.all()} == {
        None, cast.clerk.pk, cast.reviewer.pk, cast.observer.pk,
    }  # fmt: skip
    with pytest.raises(CeremonyMovedOn):
        give(draw, cast.observer)


def test_two_parties_with_the_observer_are_enough():
    draw = executed(make_cast(), parties=2)
    parties = json.loads(bytes(draw.transcript))["parties"]
    assert [party["id"] for party in parties] == ["observer", "office", "server"]


def test_whoever_observed_does_not_draw_after_a_change_of_role():
    cast = make_cast()
    draw = revealed(cast)
    observer = as_reviewer(cast.observer)
    with pytest.raises(ObserverMayNotDraw):
        execute_draw(draw, by=observer, key=draw.commit_hash, at=cast.minute(9))
    assert not DrawSeat.objects.exists()


def test_whoever_committed_for_one_party_does_not_reveal_for_another():
    cast = make_cast()
    draw = committed(cast)
    with pytest.raises(NotAParty):
        show(draw, as_reviewer(cast.observer), at=cast.minute(5))
    assert not draw.contributions.exclude(revealed_at=None).exists()


def as_reviewer(user):
    user.role = "reviewer"
    user.save(update_fields=["role"])
    return user
