"""发布名单: from here on experts may be told; nothing is sent before."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.models import DrawApplication, Roster, RosterEvent
from mingqian.draws.queries.answer_links import last_moment

from .rosters import RosterRefused, add_event, holding_roster


class DeadlineRefused(RosterRefused):
    """A last moment for answers that the rules or the clock do not allow; `told` stands at its field."""


def release_roster(
    roster: Roster, *, by: User, answer_by: datetime | None = None, at: datetime | None = None
) -> Roster:
    """The office lead releases the list; experts may answer until the rule's last moment, or an earlier one given.

    Releasing twice is releasing once. Raises PermissionDenied, DeadlineRefused, RosterLocked, RosterVoid.
    """
    at = at or timezone.now()
    with holding_roster(roster, by=by, permission="draws.release_roster") as held:
        if held.released_at is not None:
            return held
        held.answer_by = judged_deadline(held.draw.application, answer_by, at=at)
        held.released_at, held.released_by = at, by
        held.save(update_fields=["released_at", "released_by", "answer_by"])
        add_event(
            held,
            RosterEvent.Kind.RELEASE,
            by=by,
            at=at,
            action="draws.release_roster",
            told={"answer_by": held.answer_by},
            details={"answer_by": held.answer_by.isoformat()},
        )
    return held


def judged_deadline(
    application: DrawApplication,
    wanted: datetime | None,
    *,
    at: datetime,
    starts_at: datetime | None = None,
) -> datetime:
    """The last moment for answers. Raises DeadlineRefused for one that has passed or is later than the rule's.

    Where the rule's own moment has passed, experts answer by telephone alone: that moment is kept.
    """
    latest = last_moment(application, starts_at)
    if wanted is None:
        return latest
    if wanted > latest:
        words = f"{timezone.localtime(latest):%Y-%m-%d %H:%M}"
        raise DeadlineRefused(f"不能晚于 {words}（按规则「专家自行答复截止」）。")
    if wanted <= at:
        raise DeadlineRefused("答复截止时间应在现在之后。")
    return wanted
