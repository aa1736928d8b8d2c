"""The clock of the story: what happened two weeks ago is told as of two weeks ago, in the log too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone


class Clock:
    """A clock that is turned forward between the deeds of the story, never back; else it runs like any other."""

    def __init__(self) -> None:
        self._ahead = dt.timedelta(0)

    def now(self) -> dt.datetime:
        """The time of the story."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def wait(self, **time: float) -> None:
        """Let time pass: minutes=20."""
        self._ahead += dt.timedelta(**time)

    def turn_to(self, moment: dt.datetime) -> None:
        """The next chapter begins at this moment."""
        if moment < self.now():
            raise ValueError(f"The story is past {moment} already: {self.now()}.")
        self._ahead = moment - dt.datetime.now(dt.UTC)


@contextmanager
def telling(start: dt.datetime) -> Iterator[Clock]:
    """Inside the block `timezone.now()` is the clock of the story, which begins at the moment `start`."""
    clock = Clock()
    clock._ahead = start - dt.datetime.now(dt.UTC)
    with mock.patch.object(timezone, "now", clock.now):
        yield clock
