"""Sixteen people at the same moment, or one behind another, each with a database connection of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

MANY = 16


def sixteen_at_once(deed: Callable[[int], object]) -> list[object]:
    """Run the deed in sixteen threads with connections of their own, released together."""
    start = threading.Barrier(MANY, timeout=60)

    def one(number: int) -> object:
        try:
            start.wait()
            return deed(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


def one_behind_another[T](first: Callable[[], object], second: Callable[[], T]) -> T:
    """What the second deed comes to that begins while the transaction of the first is still open."""
    done = threading.Event()

    def behind() -> T:
        try:
            assert done.wait(60)
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(behind)
        with transaction.atomic():
            first()
            done.set()
            _until_somebody_waits()
        return waiting.result(60)


def _until_somebody_waits() -> None:
    """On SQLite a second writer waits from its first word on, so there is nothing to wait for."""
    if connection.vendor != "postgresql":
        return
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came to wait")
