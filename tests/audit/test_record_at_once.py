"""Many write at the same moment: numbers without a gap, one chain."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.audit.services import record

THREADS = 12
EACH = 5


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_once_make_one_gapless_chain():
    start = Barrier(THREADS)

    def one(thread: int) -> None:
        try:
            start.wait(timeout=60)
            for n in range(EACH):
                with transaction.atomic():
                    record("demo.deed", by=None, details={"thread": thread, "n": n})
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(THREADS)))

    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, THREADS * EACH + 1)
    )
    assert check_chain() is None
    written = {(e.details["thread"], e.details["n"]) for e in Event.objects.all()}
    assert written == {(t, n) for t in range(THREADS) for n in range(EACH)}


@pytest.mark.django_db(transaction=True)
def test_deeds_that_fail_among_others_leave_no_gap():
    start = Barrier(THREADS)

    def one(thread: int) -> None:
        try:
            start.wait(timeout=60)
            for n in range(EACH):
                try:
                    with transaction.atomic():
                        record("demo.deed", by=None, details={"thread": thread})
                        if (thread + n) % 2:
                            raise RuntimeError
                except RuntimeError:
                    pass
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(THREADS)))

    assert Event.objects.count() == THREADS * EACH // 2
    assert check_chain() is None
