"""What every service of this chapter asks first: may they, and is the value fit to be stored."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from stdnum.cn import uscc as credit_code


class NotAccepted(ValueError):
    """A value that cannot be stored; `field` names it, the text says why and what to do."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
        self.message = message


def check(by, permission: str, *, office_id: int | None = None) -> None:
    """Raise PermissionDenied unless `by` may do this, for this office; None is the system itself."""
    if by is None:
        return
    if not by.may(permission):
        raise PermissionDenied(permission)
    if office_id is not None and by.office_id is not None and by.office_id != office_id:
        raise PermissionDenied(permission)


def named(text: str, longest: int = 100, *, field: str = "name") -> str:
    """A name without blanks around it. Raises NotAccepted where it is empty, too long or holds NUL."""
    text = text.strip()
    if not text:
        raise NotAccepted(field, "必填。")
    if len(text) > longest:
        raise NotAccepted(field, f"最多 {longest} 个字。")
    if "\x00" in text:
        raise NotAccepted(field, "含有不能保存的字符。")
    return text


def judged_credit_code(text: str) -> str:
    """A unified social credit code in its compact form. Raises NotAccepted (GB 32100)."""
    text = text.strip().upper()
    if len(text) != 18:
        raise NotAccepted("uscc", "统一社会信用代码应为 18 位。")
    if not credit_code.is_valid(text):
        raise NotAccepted("uscc", "统一社会信用代码的校验位不符，请核对。")
    return text


def save_once(row: models.Model, field: str, message: str) -> None:
    """Save; a value that must be unique and is not becomes NotAccepted at its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotAccepted(field, message) from error
