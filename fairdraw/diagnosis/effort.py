"""How much a diagnosis may work. Work is counted and never timed, so that answers are reproducible."""

from __future__ import annotations

from dataclasses import dataclass

#: About so many microseconds of one processor: an answer that somebody waits for.
WHOLE_EFFORT = 8_000_000


class ExhaustedError(Exception):
    """The work that a question needs is more than what is left."""


@dataclass
class Effort:
    """``left``: what may still be spent; None: as much as it takes."""

    left: int | None = None

    def spend(self, units: int) -> None:
        """Account for work that is about to be done, or is done; ExhaustedError if it is too much."""
        if self.left is None:
            return
        if units > self.left:
            raise ExhaustedError
        self.left -= units

    @property
    def is_limited(self) -> bool:
        """Whether there is an end to it."""
        return self.left is not None

    def reserve(self, numerator: int, denominator: int) -> Effort:
        """A share of what is left, taken away from here: one task cannot use up everything."""
        if self.left is None:
            return Effort()
        share = self.left * numerator // denominator
        self.left -= share
        return Effort(share)

    def give_back(self, other: Effort) -> None:
        """What a share did not need."""
        if self.left is not None and other.left is not None:
            self.left += other.left
            other.left = 0
