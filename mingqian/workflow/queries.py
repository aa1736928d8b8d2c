"""Questions about matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from mingqian.audit import queries as audit
from mingqian.web.todos import TodoItem

from .models import Action, Attachment, Matter, MatterStatus, MatterVersion, Opinion
from .reasons import reason_labels
from .subjects import known_subjects, subject_of
from .transitions import DECISIONS, TRANSITIONS


def waiting_for(user) -> QuerySet[Matter]:
    """Matters on which this user is the next to act, longest wait first.

    A reviewer: what was submitted by somebody else. The office: what was returned to it, and for those who
    may submit also its drafts.
    """
    wanted = Q(pk__in=[])
    for subject in known_subjects():
        of_kind = Q(kind=subject.kind)
        if user.office_id is None and user.may(subject.permissions[Action.APPROVE]):
            wanted |= of_kind & Q(status=MatterStatus.SUBMITTED) & ~Q(submitted_by_id=user.pk)
        if user.office_id is not None and user.may(subject.permissions[Action.CANCEL]):
            wanted |= of_kind & Q(status=MatterStatus.RETURNED)
        if user.office_id is not None and user.may(subject.permissions[Action.SUBMIT]):
            wanted |= of_kind & Q(status__in=[MatterStatus.RETURNED, MatterStatus.DRAFT])
    matters = Matter.objects.visible_to(user).filter(wanted)
    return matters.select_related("office", "submitted_by", "decided_by").order_by("moved_at", "id")


def todos(user) -> list[TodoItem]:
    """The rows of 待办事项 that come from matters, longest wait first, but for kinds whose chapter tells its own."""
    told = [subject.kind for subject in known_subjects() if subject.own_todos]
    matters = list(waiting_for(user).exclude(kind__in=told))
    returned = [matter.pk for matter in matters if matter.status == MatterStatus.RETURNED]
    opinions = {
        o.matter_id: o for o in Opinion.objects.filter(matter__in=returned).order_by("version")
    }
    return [_todo(matter, user, opinions.get(matter.pk)) for matter in matters]


def _todo(matter: Matter, user, opinion: Opinion | None) -> TodoItem:
    subject = subject_of(matter)
    document = f"{subject.label} {matter.number}"
    url, since = subject.url_for(matter, user), matter.moved_at
    if matter.status == MatterStatus.SUBMITTED:
        times = f"第 {matter.version} 次提交·" if matter.version > 1 else ""
        why = f"{times}{matter.office.name} 提交：{matter.title}"
        return TodoItem(
            "clipboard-check",
            "blue",
            "审核",
            document,
            why,
            url,
            "去审核",
            since,
            kind="workflow.review",
        )
    if matter.status == MatterStatus.RETURNED:
        reasons = "、".join(reason_labels(opinion.reasons)) if opinion else ""
        why = f"{reasons}：{opinion.text}" if opinion else matter.title
        return TodoItem(
            "arrow-back-up",
            "red",
            "退回修改",
            document,
            why,
            url,
            "去修改",
            since,
            kind="workflow.returned",
        )
    return TodoItem(
        "pencil",
        "gray",
        "待提交",
        document,
        matter.title,
        url,
        "继续填写",
        since,
        kind="workflow.draft",
    )


def possible_actions(matter: Matter, user) -> list[Action]:
    """What this user may do to the matter now, as `perform` would judge it before looking at the document."""
    subject = subject_of(matter)
    actions = []
    for status, action in TRANSITIONS:
        if status != matter.status or not user.may(subject.permissions[action]):
            continue
        if action in DECISIONS:
            allowed = user.office_id is None and user.pk != matter.submitted_by_id
        else:
            allowed = user.office_id == matter.office_id
        if allowed:
            actions.append(action)
    return actions


def opinions_of(matter: Matter) -> QuerySet[Opinion]:
    """Every decision on a matter, newest first."""
    return matter.opinions.select_related("actor").order_by("-version")


def last_opinion(matter: Matter) -> Opinion | None:
    """The latest decision, of whichever version."""
    return opinions_of(matter).first()


def current_version(matter: Matter) -> MatterVersion | None:
    """What was submitted last; None before the first submission."""
    return matter.versions.filter(number=matter.version).first()


def previous_version(matter: Matter) -> MatterVersion | None:
    """The submission before the last one; None where there was none."""
    return matter.versions.filter(number__lt=matter.version).order_by("-number").first()


def history_of(matter: Matter):
    """The audit entries of a matter, as the log gives them."""
    return audit.history_of(matter)


def attachments_of(matter: Matter) -> QuerySet[Attachment]:
    """The files now on a matter, in the order of uploading."""
    return matter.attachments.present().select_related("uploaded_by").order_by("id")


@dataclass(frozen=True, slots=True)
class Change:
    """One place at which two versions differ; None stands for "not there"."""

    path: tuple[str, ...]
    old: Any
    new: Any

    @property
    def key(self) -> str:
        return ".".join(self.path)


def changes(old: dict[str, Any] | None, new: dict[str, Any]) -> list[Change]:
    """Every place at which two snapshots differ, in the order of the new one, then what has gone.

    Objects are compared key by key; a list of objects that all bear a "key" likewise, each by its key; any
    other list as a whole.
    """
    before, after = dict(_leaves(old or {})), dict(_leaves(new))
    found = [
        Change(path, before.get(path), value)
        for path, value in after.items()
        if before.get(path) != value
    ]
    gone = [Change(path, value, None) for path, value in before.items() if path not in after]
    return found + [change for change in gone if change.old is not None]


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)))
    elif (
        isinstance(value, list) and value and all(isinstance(v, dict) and "key" in v for v in value)
    ):
        for part in value:
            rest = {key: inner for key, inner in part.items() if key != "key"}
            yield from _leaves(rest, (*path, str(part["key"])))
    else:
        yield path, value
