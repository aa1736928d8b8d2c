"""What waits for an office in this chapter."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from mingqian.web.todos import TodoItem

from ..models import PoolImport, PoolMembership
from .memberships import ending, over


def todos(user) -> list[TodoItem]:
    """Registers checked but not imported, and terms that are ending: for those who keep the pool."""
    if user.office_id is None or not user.may("experts.import_pool"):
        return []
    today = timezone.localdate()
    waiting = PoolImport.objects.visible_to(user).filter(stage=PoolImport.Stage.CHECKED)
    items = [
        TodoItem(
            icon="file-spreadsheet",
            tone="blue",
            verb="核对导入",
            document=f"《{register.filename}》",
            why=_counted(register),
            url=reverse("experts:import_result", args=[register.pk]),
            button="核对",
            waiting_since=register.checked_at,
            kind="experts.import",
        )
        for register in waiting.order_by("-checked_at")[:10]
    ]
    own = PoolMembership.objects.visible_to(user)
    for rows, words, value in (
        (over(own, on=today), "位评委聘期已满，不再参加抽取", "over"),
        (ending(own, on=today), "位评委聘期将在 60 天内届满", "ending"),
    ):
        if count := rows.count():
            items.append(
                TodoItem(
                    icon="calendar",
                    tone="amber",
                    verb="续聘",
                    document="评委聘期",
                    why=f"{count} {words}",
                    url=f"{reverse('experts:list')}?term={value}",
                    button="查看",
                    kind="experts.term",
                )
            )
    return items


def _counted(register: PoolImport) -> str:
    counts = register.summary.get("counts", {})
    return (
        f"{register.committee.name}：新增 {counts.get('ADD', 0)}、变更 {counts.get('CHANGE', 0)}、"
        f"有误 {counts.get('BAD', 0)}"
    )
