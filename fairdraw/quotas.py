"""Quotas: how many of a panel may, or must, have certain values; and the ceiling on chances.

``Quota("region", ("north", "west"), low=2)`` asks for at least two people of the north or the west
among the primaries. Any number of quotas may overlap; a draw under quotas is a general lottery
(mode L).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from fairdraw.canonical import clean_text, pairs_in, whole_number
from fairdraw.errors import FairdrawError, shown

#: With more seats the scaled chances would leave the integers every JSON reader can hold.
MOST_SEATS = 4095
#: Rows are what a lottery costs; no set of rules that people can still read comes near this.
MOST_QUOTAS = 500
#: A ceiling is written with small numbers: 3/2, not a float's neighbour of it.
_LARGEST_TERM = 10**6
_CEILING = re.compile(r"\d{1,7}(\.\d{1,7})?|\d{1,7}/\d{1,7}", re.ASCII)


@dataclass(frozen=True)
class Quota:
    """At least ``low`` and at most ``high`` (None: any number) people with one of the values.

    Counts primaries together with the members who sit outside the draw, in the strata of ``group``
    (None: everywhere). ``alternate_low`` and ``alternate_high`` bound the drawn alternates by
    themselves. ``values``: any collection of texts, at least one, each once.

    Raises QUOTA_EMPTY (nobody can keep low > high), VALUES_MISSING, VALUE_TWICE, and the errors of
    texts and whole numbers.
    """

    category: str
    values: tuple[str, ...]
    low: int = 0
    high: int | None = None
    alternate_low: int = 0
    alternate_high: int | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        name = clean_text(self.category, "quota.category")
        object.__setattr__(self, "category", name)
        if not isinstance(self.values, (tuple, list, set, frozenset)):
            raise FairdrawError("VALUES_EXPECTED", category=name, found=type(self.values).__name__)
        values = sorted(clean_text(value, f"quota {name}.values") for value in self.values)
        if not values:
            raise FairdrawError("VALUES_MISSING", category=name)
        for value, after in pairwise(values):
            if value == after:
                raise FairdrawError("VALUE_TWICE", category=name, value=value)
        object.__setattr__(self, "values", tuple(values))
        if self.group is not None:
            object.__setattr__(self, "group", clean_text(self.group, f"quota {name}.group"))
        for low, high in (("low", "high"), ("alternate_low", "alternate_high")):
            least, most = getattr(self, low), getattr(self, high)
            whole_number(least, f"quota {name}.{low}", high=MOST_SEATS)
            if most is not None:
                whole_number(most, f"quota {name}.{high}", high=MOST_SEATS)
                if least > most:
                    raise FairdrawError(
                        "QUOTA_EMPTY", category=name, field=low, low=least, high=most
                    )

    def counts(self, values: Mapping[str, str]) -> bool:
        """Whether somebody with these values (category -> value) is counted."""
        return values.get(self.category) in self.values

    def record(self) -> dict[str, Any]:
        """As published."""
        return {
            "alternate_high": self.alternate_high,
            "alternate_low": self.alternate_low,
            "category": self.category,
            "group": self.group,
            "high": self.high,
            "low": self.low,
            "values": list(self.values),
        }


def value_pairs(values: Any, owner: str) -> tuple[tuple[str, str], ...]:
    """(category, value) pairs of one person, sorted; VALUE_TWICE if a category has two values."""
    given = pairs_in(values, "values")
    pairs = sorted((clean_text(k, "value"), clean_text(v, "value")) for k, v in given)
    for (category, _), (after, _) in pairwise(pairs):
        if category == after:
            raise FairdrawError("VALUE_TWICE", id=owner, category=category)
    return tuple(pairs)


def ceiling_of(value: Any) -> Fraction:
    """The factor of a ceiling, from a whole number, a Fraction or text such as "1.5" or "3/2".

    Raises CEILING_INVALID (no such number, or one with more than six digits), CEILING_BELOW_ONE.
    """
    written = _CEILING.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, bool) or not (written or isinstance(value, (int, Fraction))):
        raise FairdrawError("CEILING_INVALID", field="ceiling", value=shown(value)[:40])
    try:
        factor = Fraction(written.group() if written else value)
    except ZeroDivisionError:
        raise FairdrawError("CEILING_INVALID", field="ceiling", value=shown(value)[:40]) from None
    if factor < 1:
        raise FairdrawError("CEILING_BELOW_ONE", field="ceiling", value=shown(value)[:40])
    if max(factor.numerator, factor.denominator) > _LARGEST_TERM:
        raise FairdrawError("CEILING_INVALID", field="ceiling", value=shown(value)[:40])
    return factor
