"""Verbs of the rule book."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from mingqian.audit import services as audit

from .defaults import CATALOGUE, DEFINITIONS, START
from .models import Enforcement, RuleParameter, Scope
from .numbers import Number
from .queries import newest_row


class RuleRefused(ValueError):
    """A change that the rule book does not take; `field` names what is wrong, the text says why."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
        self.message = message


class RuleChangedMeanwhile(RuntimeError):
    """Somebody else changed the same rule since the form was shown."""


def load_defaults(model: type[RuleParameter] = RuleParameter) -> int:
    """Add the province's start value of every rule that has no row at all; gives how many were added.

    Part of the installation (a migration calls it with its own model), hence without an audit entry.
    """
    with transaction.atomic():
        known = set(model.objects.filter(scope_type=Scope.PROVINCE).values_list("key", flat=True))
        rows = [
            model(
                key=d.key,
                scope_type=Scope.PROVINCE,
                value=d.value,
                unit=d.unit,
                enforcement=d.enforcement,
                citation=d.citation,
                note=d.note,
                valid_from=START,
            )
            for d in CATALOGUE
            if d.key not in known
        ]
        model.objects.bulk_create(rows)
    return len(rows)


def change_rule(
    key: str,
    *,
    value: object,
    enforcement: str,
    valid_from: date,
    reason: str,
    by,
    committee_code: str = "",
    citation: str | None = None,
    checked_on: date | None = None,
    seen: int | None = None,
    today: date | None = None,
) -> RuleParameter:
    """Make a new row from a day on and end the one it takes over from; rows are never overwritten.

    `seen` is the id of the newest row of this rule that the form knew. Raises PermissionDenied, RuleRefused
    (with the field) and RuleChangedMeanwhile.
    """
    refuse_change(by)
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise RuleRefused("key", "规则库中没有这条规则。")
    number = _judged_number(definition, value)
    today = today or timezone.localdate()
    if valid_from < today:
        raise RuleRefused("valid_from", "生效日期不能早于今天：已经依据旧值作出的决定不因此改变。")
    if enforcement not in Enforcement.values:
        raise RuleRefused("enforcement", "请选择执行方式。")
    reason = reason.strip()
    if len(reason) < 4:
        raise RuleRefused("reason", "请写明变更理由，至少 4 个字。")
    with transaction.atomic():
        # The province's rows are locked, so that two changes of one rule come one after the other.
        list(RuleParameter.objects.select_for_update().filter(key=key, committee_code=""))
        newest = newest_row(key)
        if seen is not None and (newest is None or newest.pk != seen):
            raise RuleChangedMeanwhile(key)
        template = _open_row(key, committee_code) or _open_row(key, "")
        _end_rows(key, committee_code, valid_from)
        row = RuleParameter.objects.create(
            key=key,
            scope_type=Scope.COMMITTEE if committee_code else Scope.PROVINCE,
            committee_code=committee_code,
            value=number,
            unit=definition.unit,
            enforcement=enforcement,
            citation=(citation or "").strip()
            or (template.citation if template else definition.citation),
            note=template.note if template else definition.note,
            valid_from=valid_from,
            checked_on=checked_on,
            change_reason=reason,
            changed_by_id=getattr(by, "id", None),
            changed_by_name=getattr(by, "real_name", "") or "系统",
        )
        audit.record(
            "rulebook.change_rule",
            on=row,
            by=by,
            details={
                "rule": definition.title,
                "key": key,
                "committee": committee_code,
                "from": {
                    "value": str(template.value or "") if template else "",
                    "enforcement": template.enforcement if template else "",
                },
                "to": {"value": str(number or ""), "enforcement": enforcement},
                "valid_from": valid_from.isoformat(),
                "reason": reason,
            },
        )
    return row


def end_committee_rule(
    key: str, *, committee_code: str, from_day: date, reason: str, by, today: date | None = None
) -> RuleParameter:
    """Let the province's value hold again for a committee from a day on.

    Raises PermissionDenied, and RuleRefused where the committee has no value of its own.
    """
    refuse_change(by)
    if from_day < (today or timezone.localdate()):
        raise RuleRefused("valid_from", "停用日期不能早于今天。")
    if len(reason.strip()) < 4:
        raise RuleRefused("reason", "请写明停用理由，至少 4 个字。")
    with transaction.atomic():
        row = (
            RuleParameter.objects.select_for_update()
            .filter(key=key, committee_code=committee_code, valid_to__isnull=True)
            .first()
        )
        if row is None or not committee_code:
            raise RuleRefused("key", "该评委会没有专用值。")
        _end_rows(key, committee_code, from_day)
        row.refresh_from_db()
        audit.record(
            "rulebook.end_committee_rule",
            on=row,
            by=by,
            details={
                "rule": DEFINITIONS[key].title,
                "committee": committee_code,
                "from_day": from_day.isoformat(),
                "reason": reason.strip(),
            },
        )
    return row


def refuse_change(by) -> None:
    """Raise PermissionDenied for everyone who may not change rules; None is the system itself."""
    if by is not None and not by.may("rulebook.change_rule"):
        raise PermissionDenied("rulebook.change_rule")


def _judged_number(definition, value: object) -> Number | None:
    if not definition.has_number:
        return None
    if value is None or str(value).strip() == "":
        if definition.value is None:
            return None
        raise RuleRefused("value", "请填写数值。")
    try:
        number = Number.of(value)
    except ValueError:
        raise RuleRefused("value", "请填写数字，例如 3、0.5 或 2/3。") from None
    least, most = Number.of(definition.least), Number.of(definition.most)
    if not least.exact <= number.exact <= most.exact:
        raise RuleRefused("value", f"数值应在 {least} 到 {most} 之间。")
    return number


def _open_row(key: str, committee_code: str) -> RuleParameter | None:
    rows = RuleParameter.objects.filter(key=key, committee_code=committee_code)
    return rows.filter(valid_to__isnull=True).first()


def _end_rows(key: str, committee_code: str, day: date) -> None:
    """End every row that would still hold on or after a day; one that has not begun ends before it does."""
    rows = RuleParameter.objects.filter(key=key, committee_code=committee_code)
    rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day)).update(
        valid_to=Greatest(F("valid_from"), day)
    )
