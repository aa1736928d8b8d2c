"""Sixteen people press the button at the same moment: one draw, sixteen equal answers."""

import threading

import pytest
from django.db import connection

import fairdraw
from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.draws.models import Draw, DrawEvent, DrawSeat, DrawStatus, Party, SeatType
from mingqian.draws.queries.ceremony import commitment_of, frozen_plan, frozen_pool
from mingqian.draws.services import execute
from mingqian.draws.services.contribute import reveal_server
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.freeze import freeze_draw
from mingqian.draws.services.holding import CeremonyMovedOn
from tests.draws.crowd import MANY, sixteen_at_once
from tests.factories.ceremonies import make_cast, revealed

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def test_sixteen_simultaneous_requests_make_one_draw_and_get_the_same_answer():
    cast = make_cast(SIZES)
    draw = revealed(cast)
    people = (cast.clerk, cast.lead, cast.reviewer)

    def press(number: int) -> object:
        mine = Draw.objects.get(pk=draw.pk)
        result = execute_draw(mine, by=people[number % 3], key=draw.commit_hash)
        return result.transcript_hash, result.seed, result.short_code, bytes(result.transcript)

    answers = sixteen_at_once(press)
    assert len(set(answers)) == 1
    assert Draw.objects.get().status == DrawStatus.EXECUTED
    assert DrawSeat.objects.filter(seat_type=SeatType.PRIMARY).count() == 15
    assert Event.objects.filter(action="draws.execute_draw").count() == 1
    assert check_chain() is None


def test_the_control_without_a_lock_draws_more_than_once():
    """The same sixteen against check-then-act: if this drew only once, the test above would prove nothing."""
    draw = revealed(make_cast(SIZES))
    everybody_has_looked = threading.Barrier(MANY, timeout=60)
    drawn: list[str] = []

    def press(number: int) -> None:
        mine = Draw.objects.get(pk=draw.pk)
        free = mine.status == DrawStatus.COMMITTED
        connection.close()  # a waiting thread must not keep a place in the pool
        everybody_has_looked.wait()
        if free:
            pool, plan = frozen_pool(mine), frozen_plan(mine)
            nonces = {c.party: bytes([number + 1]) * 32 for c in mine.contributions.all()}
            # Each would use whatever it read last: here, a number of its own.
            seed = fairdraw.nonce_commitment(
                nonces["office"] + commitment_of(mine).value.encode()[:16]
            )
            result = fairdraw.draw(pool, plan, fairdraw.solve(pool, plan), bytes.fromhex(seed))
            drawn.append(result.panel[0].id)

    sixteen_at_once(press)
    assert len(drawn) == MANY
    assert len(set(drawn)) > 1


def test_while_a_draw_is_computed_the_database_is_free_and_the_first_result_stands(monkeypatch):
    """Another request draws while this one verifies: it is not held up, and this one gives its answer."""
    cast = make_cast(SIZES)
    draw = revealed(cast)
    real, seen = execute.verify, []

    def slow(body: bytes, earlier: bytes | None) -> object:
        assert not connection.in_atomic_block
        assert not draw.contributions.get(party=Party.SERVER).revealed_at
        if not seen:
            seen.append(body)
            later = cast.minute(9)
            seen.append(execute_draw(draw, by=cast.lead, key=draw.commit_hash, at=later))
        return real(body, earlier)

    monkeypatch.setattr(execute, "verify", slow)
    answer = execute_draw(draw, by=cast.clerk, key=draw.commit_hash, at=cast.minute(8))
    mine, first = seen
    assert mine != bytes(first.transcript)
    assert bytes(answer.transcript) == bytes(first.transcript)
    assert answer.executed_by == cast.lead
    assert DrawSeat.objects.filter(seat_type=SeatType.PRIMARY).count() == 15
    assert Event.objects.filter(action="draws.execute_draw").count() == 1


def test_a_log_that_went_on_while_the_draw_was_computed_stores_nothing(monkeypatch):
    cast = make_cast(SIZES)
    draw = revealed(cast)
    real = execute.verify

    def slow(body: bytes, earlier: bytes | None) -> object:
        DrawEvent.objects.create(draw=draw, at=cast.minute(8), kind="all_revealed")
        return real(body, earlier)

    monkeypatch.setattr(execute, "verify", slow)
    with pytest.raises(CeremonyMovedOn):
        execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
    assert not DrawSeat.objects.exists()
    assert not draw.contributions.get(party=Party.SERVER).revealed_at


def test_sixteen_simultaneous_freezes_make_one_attempt():
    cast = make_cast(SIZES)

    def press(number: int) -> object:
        return freeze_draw(cast.application, by=cast.clerk, at=cast.at).pool_root

    assert len(set(sixteen_at_once(press))) == 1
    assert Draw.objects.count() == 1


def test_the_servers_number_is_shown_once():
    draw = revealed(make_cast(SIZES))
    first = reveal_server(draw, at=draw.frozen_at)
    assert reveal_server(draw, at=draw.committed_at).revealed_at == first.revealed_at
