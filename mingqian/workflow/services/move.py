"""The only place that moves a matter between states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mingqian.audit import services as audit

from ..models import Action, Matter, MatterStatus, MatterVersion, Opinion
from ..reasons import BY_CODE
from ..subjects import Defect, subject_of
from ..transitions import DECISIONS, TRANSITIONS

OPINION_MAX = 1000


class NoSuchMove(RuntimeError):
    """The table of moves has no such action from this status."""

    def __init__(self, matter: Matter, action: Action):
        super().__init__(f"{matter.number}: no {action} from {matter.status}")
        self.matter = matter
        self.action = action


class SomebodyWasFaster(RuntimeError):
    """The matter has moved since the person saw it; `matter` is its present state."""

    def __init__(self, matter: Matter):
        super().__init__(f"{matter.number} is now {matter.status}, version {matter.version}")
        self.matter = matter


class FourEyes(PermissionDenied):
    """Whoever submitted a document may not decide on it."""


class OpinionRefused(ValueError):
    """The opinion lacks what this decision needs; `field` is "opinion" or "reasons"."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
        self.message = message


class NotReady(RuntimeError):
    """The document has defects that stand against the move; all of them, at once."""

    def __init__(self, defects: list[Defect]):
        super().__init__("; ".join(defect.sentence for defect in defects))
        self.defects = defects


def perform(
    action: str,
    *,
    on: Matter,
    by,
    opinion: str = "",
    reasons: Sequence[str] = (),
    version: int | None = None,
    at: datetime | None = None,
) -> Matter:
    """Move a matter, write its version or opinion and one audit entry; gives the matter as it now is.

    `on` is the matter as the person saw it, `version` the submission number their form carried. Raises
    PermissionDenied (permission or office), FourEyes, NoSuchMove, OpinionRefused, NotReady with every defect,
    and SomebodyWasFaster where the matter is no longer in the status and version seen.
    """
    action = Action(action)
    subject = subject_of(on)
    _check_person(action, on, by, subject.permissions[action])
    target = TRANSITIONS.get((MatterStatus(on.status), action))
    if target is None:
        raise NoSuchMove(on, action)
    text, codes = _judged_opinion(action, opinion, reasons)
    at = at or timezone.now()
    with transaction.atomic():
        matter = Matter.objects.select_for_update().get(pk=on.pk)
        seen = on.version if version is None else version
        if (matter.status, matter.version) != (on.status, seen):
            raise SomebodyWasFaster(matter)
        # The instance given may be stale in who submitted; the locked row is not.
        _check_person(action, matter, by, subject.permissions[action])
        defects = [defect for defect in subject.check_ready(action, matter, by) if defect.blocks]
        if defects:
            raise NotReady(defects)
        # The row lock above is a courtesy of PostgreSQL; the condition here is what lets one through.
        moved = Matter.objects.filter(pk=on.pk, status=on.status, version=seen).update(
            status=target, moved_at=at, **_facts(action, matter, by, at)
        )
        if moved == 0:
            raise SomebodyWasFaster(Matter.objects.get(pk=on.pk))
        came_from = matter.status
        matter.refresh_from_db()
        if subject.settle is not None:
            subject.settle(action, matter, by, at)
        if action == Action.SUBMIT:
            MatterVersion.objects.create(
                matter=matter,
                number=matter.version,
                content=subject.snapshot(matter),
                submitted_by=by,
                submitted_at=at,
            )
        if action in DECISIONS:
            Opinion.objects.create(
                matter=matter,
                version=matter.version,
                decision=action,
                reasons=codes,
                text=text,
                actor=by,
                submitted_by=matter.submitted_by,
                at=at,
            )
        audit.record(
            f"workflow.{action.lower()}",
            on=matter,
            by=by,
            office_id=matter.office_id,
            details=_details(matter, came_from, text, codes),
            at=at,
        )
    return matter


def _check_person(action: Action, matter: Matter, by, permission: str) -> None:
    if not by.may(permission):
        raise PermissionDenied(permission)
    if action in DECISIONS:
        if by.office_id is not None:
            raise PermissionDenied("an office does not decide")
        if by.pk == matter.submitted_by_id:
            raise FourEyes("提交人不能审核自己提交的业务。")
    elif by.office_id != matter.office_id:
        raise PermissionDenied("another office")


def _judged_opinion(action: Action, opinion: str, reasons: Sequence[str]) -> tuple[str, list[str]]:
    text = opinion.strip()
    codes = [code for code in BY_CODE if code in set(reasons)]
    if action not in DECISIONS:
        return "", []
    if len(text) > OPINION_MAX:
        raise OpinionRefused("opinion", f"审核意见最多 {OPINION_MAX} 字，现为 {len(text)} 字。")
    if "\x00" in text:
        raise OpinionRefused("opinion", "审核意见含有不能保存的字符。")
    if set(reasons) - set(BY_CODE):
        raise OpinionRefused("reasons", "请从列表中选择退回原因。")
    if action == Action.RETURN and not codes:
        raise OpinionRefused("reasons", "请选择退回原因，可多选，一次告知全部问题。")
    if action in (Action.RETURN, Action.REJECT) and not text:
        raise OpinionRefused("opinion", "请写明审核意见，经办人据此修改。")
    return text, codes if action == Action.RETURN else []


def _facts(action: Action, matter: Matter, by, at: datetime) -> dict[str, Any]:
    if action == Action.SUBMIT:
        return {
            "version": matter.version + 1,
            "submit_count": matter.submit_count + 1,
            "submitted_by": by,
            "submitted_at": at,
            "decided_by": None,
            "decided_at": None,
            "decision_version": None,
        }
    if action in DECISIONS:
        return {
            "decided_by": by,
            "decided_at": at,
            "decision_version": matter.version,
            "return_count": matter.return_count + (action == Action.RETURN),
        }
    return {}


def _details(matter: Matter, came_from: str, text: str, codes: list[str]) -> dict[str, Any]:
    details: dict[str, Any] = {
        "number": matter.number,
        "version": matter.version,
        "from": str(came_from),
        "to": str(matter.status),
    }
    if text:
        details["opinion"] = text
    if codes:
        details["reasons"] = codes
    return details
