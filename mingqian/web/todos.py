"""A line of 待办事项. Each chapter answers `queries.todos(user) -> list[TodoItem]`; the portal puts them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from .components import Tone

DUE_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class TodoItem:
    """What to do, with which document, why, and until when.

    `kind` groups items (draws.returned, draws.review …); `verb` is what the list filters by (退回修改, 审核 …).
    """

    icon: str
    tone: Tone
    verb: str
    document: str
    why: str
    url: str
    button: str
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    kind: str = ""

    @property
    def age(self) -> timedelta | None:
        """How long it has waited."""
        return timezone.now() - self.waiting_since if self.waiting_since else None

    @property
    def waiting(self) -> str:
        """等待 3 天; blank without a beginning."""
        return f"等待 {span(self.age)}" if self.age is not None else ""

    @property
    def due_tone(self) -> Tone:
        """Red when overdue or due today, amber within three days."""
        if self.due_at is None:
            return ""
        now = timezone.now()
        if self.due_at <= now or timezone.localdate(self.due_at) == timezone.localdate(now):
            return "red"
        return "amber" if self.due_at - now <= DUE_SOON else ""

    @property
    def due_day(self) -> str:
        """今天 17:30, 11-18 09:00, or with the year when it is another one."""
        if self.due_at is None:
            return ""
        at, today = timezone.localtime(self.due_at), timezone.localdate()
        if at.date() == today:
            return f"今天 {at:%H:%M}"
        return f"{at:%m-%d %H:%M}" if at.year == today.year else f"{at:%Y-%m-%d}"

    @property
    def due_left(self) -> str:
        """剩 3 小时, or 已超期 2 天."""
        if self.due_at is None:
            return ""
        left = self.due_at - timezone.now()
        return f"剩 {span(left)}" if left > timedelta() else f"已超期 {span(-left)}"

    @property
    def is_overdue(self) -> bool:
        """Past its deadline."""
        return self.due_at is not None and self.due_at <= timezone.now()

    @property
    def is_due_today(self) -> bool:
        """Due today or overdue."""
        return self.due_tone == "red"


def span(length: timedelta | None) -> str:
    """A length of time as people say it: minutes, hours, or days (with hours while they are few)."""
    if length is None:
        return ""
    seconds = max(int(length.total_seconds()), 0)
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days >= 3 or (days and not hours):
        return f"{days} 天"
    if days:
        return f"{days} 天 {hours} 小时"
    if hours:
        return f"{hours} 小时"
    return f"{max(minutes, 1)} 分钟"


def sort_key(item: TodoItem) -> tuple[bool, float, float]:
    """Deadlines first, nearest first; then what has waited longest."""
    due = item.due_at.timestamp() if item.due_at else 0.0
    since = item.waiting_since.timestamp() if item.waiting_since else float("inf")
    return (item.due_at is None, due, since)
