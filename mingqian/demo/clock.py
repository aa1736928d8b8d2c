"""The clock of the story: what happened two weeks ago is told as of two weeks ago, in the log too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone


@contextmanager
def at(moment: dt.datetime) -> Iterator[dt.datetime]:
    """Inside the block, `timezone.now()` starts at the moment and runs on as fast as real time does."""
    started = dt.datetime.now(dt.UTC)

    def now() -> dt.datetime:
        return moment + (dt.datetime.now(dt.UTC) - started)

    with mock.patch.object(timezone, "now", now):
        yield moment
