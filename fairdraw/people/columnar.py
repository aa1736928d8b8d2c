"""Columns: one property of many people, with what they share written down once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Any

from fairdraw.errors import FairdrawError


@dataclass(frozen=True)
class Column[Kind: Hashable]:
    """One property of everybody: person i has ``kinds[codes[i]]``; all kinds are different."""

    kinds: tuple[Kind, ...]
    codes: array[int]

    @classmethod
    def of(cls, entries: Iterable[Kind]) -> Column[Kind]:
        """Number what occurs, in the order of its first occurrence."""
        number: dict[Kind, int] = {}
        codes = array("i", [number.setdefault(entry, len(number)) for entry in entries])
        return cls(tuple(number), codes)

    def __iter__(self) -> Iterator[Kind]:
        return map(self.kinds.__getitem__, self.codes)

    def arranged(self, order: Iterable[int]) -> Column[Kind]:
        """The same people in another order."""
        return Column(self.kinds, array("i", map(self.codes.__getitem__, order)))

    def cleaned(self, clean: Callable[[Any, str], Any], ids: Sequence[str]) -> Column[Any]:
        """Each kind replaced by ``clean(kind, id of the first person who has it)``."""
        first = dict(zip(reversed(self.codes), reversed(ids)))
        merged = Column.of([clean(kind, first[code]) for code, kind in enumerate(self.kinds)])
        if merged.kinds == self.kinds:
            return self
        return Column(merged.kinds, array("i", map(merged.codes.__getitem__, self.codes)))


def hashable(entry: Any) -> Any:
    """Lists and sets as tuples, all the way down; anything else as it is."""
    if isinstance(entry, (list, set, frozenset, tuple)):
        return tuple(map(hashable, entry))
    return entry


def counted(column: Any, name: str) -> int:
    """How many entries a column has; COLUMN_INVALID for text, and for what has no order or end."""
    if isinstance(column, (str, bytes, Mapping, set, frozenset)):
        raise FairdrawError("COLUMN_INVALID", column=name, found=type(column).__name__)
    try:
        return len(column)
    except TypeError:
        raise FairdrawError("COLUMN_INVALID", column=name, found=type(column).__name__) from None


def paired_values(columns: Mapping[str, Column[Any]]) -> Column[Any]:
    """One column of (category, value) pairs out of a column for each category."""
    together = Column.of(zip(*(column.codes for column in columns.values())))
    kinds = [
        tuple(
            (category, column.kinds[code])
            for (category, column), code in zip(columns.items(), codes)
            if column.kinds[code] is not None
        )
        for codes in together.kinds
    ]
    return Column(tuple(kinds), together.codes)


def written(value: Any) -> str:
    """Canonical JSON of clean text, None and tuples of them."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return quoted(value)
    return "[" + ",".join(map(written, value)) + "]"
