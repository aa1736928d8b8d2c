"""Sixteen people at the same moment, each with a database connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

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
