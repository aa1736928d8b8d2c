"""What components are fed with. Views build these; the tags in `templatetags/web.py` draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Tone = Literal["", "blue", "green", "amber", "red", "teal", "gold", "gray"]
Level = Literal["block", "warn", "pass", "info"]


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumb; no URL for the page itself."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One station in the life of a thing: 提交, 审核, 抽取 …"""

    label: str
    note: str = ""
    state: Literal["done", "here", "todo", "stopped"] = "todo"
    url: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened. Filled dot: the system's act; hollow: a fact from people."""

    at: datetime | date
    title: str
    text: str = ""
    quote: str = ""
    tone: Tone = ""
    filled: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule looked at: what holds or does not, the figures, the citation, what to do."""

    level: Level
    title: str
    text: str = ""
    citation: str = ""
    deeds: Sequence[tuple[str, str]] = ()  # (label, url)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab is a link with a count."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a deed is blocked: title, then every reason as (sentence, citation)."""

    title: str
    reasons: Sequence[tuple[str, str]] = ()
    tone: Tone = "amber"
    key: str = "notice"


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing here, and what to do next."""

    title: str = "没有符合条件的记录"
    text: str = ""
    url: str = ""
    label: str = ""
    icon: str = "inbox"


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One figure of 在库 → 剔除 → 可抽 → 需要."""

    figure: str
    label: str
    tone: Literal["", "cut", "bad"] = ""
    of: str = ""


LEVEL_ORDER: dict[str, int] = {"block": 0, "warn": 1, "pass": 2, "info": 3}
LEVEL_ICON: dict[str, str] = {
    "block": "x",
    "warn": "alert-triangle",
    "pass": "check",
    "info": "info-circle",
}
LEVEL_WORD: dict[str, str] = {"block": "不符合", "warn": "提醒", "pass": "符合", "info": "说明"}


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of the column-and-line chart."""

    label: str
    columns: int
    line: int | None = None
    short: str = ""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One discipline group: people that can be drawn, and the seats usually filled."""

    label: str
    available: int
    usual_seats: int
    url: str = ""

    @property
    def multiple(self) -> float | None:
        """可抽 ÷ 席位, or None where no seats are known."""
        return self.available / self.usual_seats if self.usual_seats else None


@dataclass(slots=True)
class Chart:
    """A drawn chart: shapes with geometry in attributes, plus the same figures as a table."""

    title: str
    width: int
    height: int
    shapes: list[str] = field(default_factory=list)
    heads: Sequence[str] = ()
    rows: list[Sequence[str]] = field(default_factory=list)
