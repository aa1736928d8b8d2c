"""What a listing is made of: its columns and the deeds on selected rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Phone = Literal["title", "badge", "line", "bare", ""]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is what is meant (and exported): a dotted path or a function of the row; `cell` how it looks."""

    name: str
    title: str
    value: str | Callable[[Any], Any] = ""
    cell: Callable[[Any], Any] | None = None
    sort: str = ""
    link: bool = False
    number: bool = False
    wrap: bool = False
    clip: bool = False
    phone: Phone = ""
    export: bool = True
    optional: bool = False  # off until the user switches it on
    operations: bool = False  # links of the row: no sorting, no export

    def value_of(self, row: Any) -> Any:
        """The plain value."""
        if callable(self.value):
            return self.value(row)
        found: Any = row
        for part in (self.value or self.name).split("."):
            found = getattr(found, part, None)
            if callable(found):
                found = found()
            if found is None:
                return None
        return found

    @property
    def classes(self) -> str:
        """The classes of its cells."""
        names = [
            "number" if self.number else "",
            "wrap" if self.wrap else "",
            "clip" if self.clip else "",
            "operations" if self.operations else "",
            {
                "title": "phone-title",
                "badge": "phone-badge",
                "line": "phone-line",
                "bare": "phone-line bare",
            }.get(self.phone, ""),
        ]
        return " ".join(filter(None, names))


@dataclass(frozen=True, slots=True)
class Bulk:
    """A deed on the selected rows: their keys arrive as `row`."""

    label: str
    url: str
    icon: str = ""
    tone: str = ""
    confirm: str = ""
