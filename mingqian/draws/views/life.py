"""The life of an application as steps and as history, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.audit.queries import history_of
from mingqian.audit.words import action_word
from mingqian.draws.models import (
    Answer,
    Draw,
    DrawApplication,
    DrawStatus,
    Position,
    RosterVersion,
    Standing,
)
from mingqian.draws.queries.roster import with_answers
from mingqian.web.components import Step, TimelineEntry, Tone
from mingqian.workflow.models import MatterStatus
from mingqian.workflow.reasons import reason_labels

MOST_EVENTS = 200
OF_SEATS = (
    "draws.confirm_seat",
    "draws.decline_seat",
    "draws.revert_seat",
    "draws.choose_alternate",
    "draws.log_contact",
    "draws.mark_messages",
    "draws.hand_on_messages",
    "draws.read_message",
)


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}" if at else ""


def steps_of(application: DrawApplication) -> list[Step]:
    """草稿 → 提交 → 审核 → 抽取 → 确认 → 锁定."""
    matter = application.matter
    status = MatterStatus(matter.status)
    drawn = _executed(application)
    planned = (
        f"计划 {_day(application.planned_draw_at)}"
        if application.planned_draw_at
        else "监督人员到场"
    )
    labels = ["草稿", "提交", "审核", "抽取", "确认", "锁定"]
    notes = [
        f"{matter.created_by.real_name} {_day(matter.created_at)}",
        f"第 {matter.version} 版 {_day(matter.submitted_at)}" if matter.version else "评委会办公室",
        "人社部门",
        planned,
        "逐人确认参评",
        "生成评委名单",
    ]
    here, stopped = 0, False
    if status == MatterStatus.DRAFT:
        notes[0] = "正在填写"
    elif status == MatterStatus.RETURNED:
        notes[0], notes[2] = "退回修改中", f"退回 {_day(matter.decided_at)}"
    elif status == MatterStatus.CANCELLED:
        notes[0], stopped = f"已作废 {_day(matter.moved_at)}", True
    elif status == MatterStatus.SUBMITTED:
        here, notes[2] = 2, f"{_day(matter.submitted_at)} 起等待"
    elif status == MatterStatus.REJECTED:
        here, stopped, notes[2] = 2, True, f"不予通过 {_day(matter.decided_at)}"
    else:
        notes[2] = f"通过 {_day(matter.decided_at)}"
        here = 4 if drawn else 3
        if drawn:
            notes[3] = f"已抽取 {_day(drawn.executed_at)}"
            here, notes[4], notes[5] = _after_the_draw(drawn)
        elif application.ended_at is not None:
            notes[3], stopped = f"已终止 {_day(application.ended_at)}", True
    steps = []
    for place, (label, note) in enumerate(zip(labels, notes, strict=True)):
        state = "done" if place < here else "todo"
        if place == here:
            state = "stopped" if stopped else "here"
        address = (
            reverse("draws:confirm", args=[(application.parent or application).number])
            if drawn and place == 4
            else ""
        )
        steps.append(Step(label, note, state, address))  # type: ignore[arg-type]
    return steps


def _after_the_draw(drawn: Draw) -> tuple[int, str, str]:
    """Where it stands between confirming and locking, and what is said under these two."""
    if drawn.application.parent is not None:
        return _after_a_supplement(drawn, drawn.application.parent)
    row: Any = with_answers(Draw.objects.filter(pk=drawn.pk)).get()
    expected = row.primaries + row.extra
    confirmed = f"已确认 {row.confirmed} / {expected}"
    if row.lock is not None:
        return 6, confirmed, f"已锁定第 {row.lock} 版"
    return (5 if row.confirmed == expected else 4), confirmed, "生成评委名单"


def _executed(application: DrawApplication) -> Draw | None:
    if application.matter.status != MatterStatus.APPROVED:
        return None
    return application.draws.filter(status=DrawStatus.EXECUTED).first()


WORDS: dict[str, tuple[str, Tone, bool]] = {
    "workflow.open": ("新建草稿", "", False),
    "draws.copy_application": ("从往年申请复制", "", False),
    "draws.create_supplement": ("按缺口建立补充抽取草稿", "", False),
    "draws.end_supplement": ("终止补充抽取", "red", False),
    "draws.save_application": ("保存草稿", "", False),
    "draws.clear_seats": ("清空正选", "", False),
    "draws.spread_seats": ("按在库比例分配", "", False),
    "draws.copy_last_year": ("复制上年席位", "", False),
    "draws.derive_alternates": ("备选按比例补齐", "", False),
    "draws.change_seats": ("按提示调整席位", "", False),
    "draws.apply_fix": ("采用改法调整席位", "", False),
    "draws.take_back": ("撤销席位改动", "", False),
    "draws.run_trial": ("试抽取", "gold", True),
    "workflow.submit": ("提交", "blue", False),
    "workflow.withdraw": ("撤回", "amber", False),
    "workflow.approve": ("审核通过", "green", False),
    "workflow.return": ("退回修改", "red", False),
    "workflow.reject": ("不予通过", "red", False),
    "workflow.cancel": ("作废", "amber", False),
    "workflow.attach": ("上传附件", "", False),
    "workflow.remove_attachment": ("移除附件", "", False),
}
NO_SAVES = {
    "draws.run_trial",
    "draws.copy_application",
    "draws.create_supplement",
    "draws.end_supplement",
}
SAVES = {action for action in WORDS if action.startswith("draws.")} - NO_SAVES


def history_entries(application: DrawApplication) -> list[TimelineEntry]:
    """What happened to it and to its draws, newest first; one person's saves in a row are told as one.

    What was said of single seats stands on the page of answers.
    """
    found = [*history_of(application.matter).exclude(action__in=OF_SEATS)[:MOST_EVENTS]]
    for draw in application.draws.all():
        found += history_of(draw)[:MOST_EVENTS]
    events = sorted(found, key=lambda event: event.seq, reverse=True)[:MOST_EVENTS]
    return [_entry(group) for group in _runs(events)]


def _runs(events: Iterable[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        joins = (
            last is not None
            and event.action in SAVES
            and last.action in SAVES
            and event.actor_id == last.actor_id
        )
        if joins:
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def _entry(events: list[Event]) -> TimelineEntry:
    newest = events[0]
    title, tone, filled = WORDS.get(newest.action, (action_word(newest.action), "", False))
    details: dict[str, Any] = newest.details
    quote, text = "", newest.actor_name
    if newest.action in SAVES and len(events) > 1:
        title = f"修改草稿 {len(events)} 次"
    if newest.action in SAVES:
        changed = list(
            dict.fromkeys(word for each in events for word in each.details.get("changed", []))
        )
        text += (
            f"·改动 {'、'.join(changed[:6])}{'等' if len(changed) > 6 else ''}" if changed else ""
        )
    if newest.action == "workflow.submit":
        title = f"提交第 {details.get('version', '')} 版"
    if newest.action == "draws.run_trial":
        title = f"试抽取 第 {details.get('number', '')} 次"
        text += "·" + (
            "可以抽取" if details.get("feasible") else f"缺 {details.get('lacking', 0)} 席"
        )
    if newest.action == "draws.end_supplement":
        quote = details.get("reason", "")
    if newest.action in ("workflow.return", "workflow.reject", "workflow.approve"):
        reasons = "、".join(reason_labels(details.get("reasons", [])))
        quote = "\n".join(part for part in (reasons, details.get("opinion", "")) if part)
    return TimelineEntry(newest.at, title, text=text, quote=quote, tone=tone, filled=filled)


def _after_a_supplement(drawn: Draw, first: DrawApplication) -> tuple[int, str, str]:
    """The same of those whom a supplement brought: they sit on the roster of the first draw."""
    seated = Standing.objects.filter(seat__draw=drawn, position=Position.SEATED)
    expected = seated.count()
    sure = seated.filter(answer=Answer.PARTICIPATING).count()
    confirmed = f"已确认 {sure} / {expected}"
    lock = RosterVersion.objects.filter(
        roster__draw__application=first, roster__draw__status=DrawStatus.EXECUTED, unlocked_at=None
    ).first()
    if lock is not None:
        return 6, confirmed, f"已锁定第 {lock.number} 版"
    return (5 if sure == expected else 4), confirmed, "并入首次抽取的名单"
