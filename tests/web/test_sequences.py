"""Numbers given out: consecutive, taken back with their transaction, never twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from mingqian.web.models import Sequence
from mingqian.web.services import next_number

# Numbers are taken here without the papers that would bear them.
pytestmark = pytest.mark.breaks_invariants


@pytest.mark.django_db
def test_numbers_count_up_from_one_under_each_key():
    assert [next_number("PAPER-2026") for _ in range(3)] == [1, 2, 3]
    assert next_number("OTHER-2026") == 1


@pytest.mark.django_db
def test_a_number_is_taken_back_with_its_transaction():
    next_number("PAPER-2026")
    with transaction.atomic():
        assert next_number("PAPER-2026") == 2
        transaction.set_rollback(True)
    assert next_number("PAPER-2026") == 2


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given_out():
    with pytest.raises(RuntimeError):
        next_number("PAPER-2026")


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_get_sixteen_different_numbers_even_for_a_new_key():
    got: list[int] = []
    failures: list[Exception] = []
    gate = threading.Barrier(16)

    def take() -> None:
        try:
            gate.wait()
            with transaction.atomic():
                got.append(next_number("PAPER-2027"))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(got) == list(range(1, 17))
    assert Sequence.objects.get(key="PAPER-2027").value == 16
