"""How a draw under way is touched: permission, scope, then application and draw locked in this order.

A deed that also holds the roster (`rosters.holding_roster`) takes it last, so that no two deeds wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.draws.models import Draw, DrawApplication


class CeremonyRefused(RuntimeError):
    """A deed that the state of the ceremony does not allow; `told` says why and what to do."""

    told = "当前状态不能进行这一步。"

    def __init__(self, told: str = "") -> None:
        self.told = told or self.told
        super().__init__(self.told)


class CeremonyMovedOn(CeremonyRefused):
    """The page was rendered for an earlier state of the ceremony."""

    told = "抽取进程已有变化，页面已更新，请核对后再操作。"


def check_scope(application: DrawApplication, by: User, permission: str) -> None:
    """Raise PermissionDenied unless this person may do this to this application."""
    check(by, permission)
    if not DrawApplication.objects.visible_to(by).filter(pk=application.pk).exists():
        raise PermissionDenied(permission)


@contextmanager
def holding_application(
    application: DrawApplication, *, by: User, permission: str
) -> Iterator[DrawApplication]:
    """The application, locked until the transaction ends."""
    check_scope(application, by, permission)
    with transaction.atomic():
        yield (
            DrawApplication.objects.select_for_update(of=("self",))
            .select_related("matter", "committee", "office")
            .get(pk=application.pk)
        )


@contextmanager
def holding_draw(draw: Draw, *, by: User, permission: str) -> Iterator[Draw]:
    """The draw as it now is, locked together with its application until the transaction ends."""
    with holding_application(draw.application, by=by, permission=permission) as application:
        held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        held.application = application
        yield held


def reason_of(text: str, *, what: str) -> str:
    """A reason as given: four characters at least, 500 at most, no control characters."""
    reason = text.strip()
    if len(reason) < 4:
        raise CeremonyRefused(f"请写明{what}，至少 4 个字。")
    if len(reason) > 500:
        raise CeremonyRefused(f"{what}最多 500 字，现为 {len(reason)} 字。")
    if any(not c.isprintable() and c not in "\r\n" for c in reason):
        raise CeremonyRefused(f"{what}含有不能保存的字符。")
    return reason
