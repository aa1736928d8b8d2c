"""锁定名单 and 解除锁定: the roster as it stands becomes a numbered version with a signed head, and changes no more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.audit.canonical import canonical, plain
from mingqian.audit.queries import chain_head
from mingqian.draws.models import Roster, RosterEvent, RosterVersion
from mingqian.draws.queries.locked import content_of_roster
from mingqian.draws.queries.locking import LockState, lock_state
from mingqian.draws.queries.roster_proof import roster_proof
from mingqian.draws.queries.signed_heads import head_of
from mingqian.draws.short_codes import short_code_of
from mingqian.draws.signing import sign

from .holding import reason_of
from .rosters import RosterRefused, add_event, holding_roster, open_lock

MOST_REASON = 200


class LockBlocked(RosterRefused):
    """Rules stand against it, or a warning has no reason; `state` says which."""

    def __init__(self, state: LockState) -> None:
        self.state = state
        standing = state.findings.standing
        told = "；".join(f"{each.sentence}（{each.citation}）" for each in standing[:6])
        super().__init__(f"暂不能锁定：{told}")


class AlreadyLocked(RosterRefused):
    """Somebody has locked it meanwhile."""

    def __init__(self, version: RosterVersion) -> None:
        self.version = version
        when = f"{timezone.localtime(version.locked_at):%m-%d %H:%M}"
        super().__init__(
            f"名单已由 {version.locked_by.real_name} 于 {when} 锁定（第 {version.number} 版）。"
        )


def lock_roster(
    roster: Roster,
    *,
    by: User,
    reasons: Mapping[str, str] | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> RosterVersion:
    """Keep the roster as a version and lock it. `seen`: the revision that the page showed.

    Raises AlreadyLocked, LockBlocked, RosterVoid, and RosterRefused where the roster has moved on since.
    """
    at = at or timezone.now()
    with holding_roster(roster, by=by, permission="draws.lock_roster", locked_too=True) as held:
        version = open_lock(held)
        if version is not None:
            raise AlreadyLocked(version)
        if seen is not None and seen != held.revision:
            raise RosterRefused("名单在打开本页之后有变动，页面已更新，请核对后再锁定。")
        state = lock_state(held, reasons=_cleaned(reasons or {}))
        if state.findings.standing:
            raise LockBlocked(state)
        number = held.versions.count() + 1
        proof = roster_proof(held)
        # The salt keeps anybody from guessing names by the digest, which is public.
        content = content_of_roster(held, number=number) | {
            "locked_at": at.isoformat(),
            "log": list(chain_head()),
            "proof": hashlib.sha256(proof).hexdigest(),
            "salt": token_hex(32),
        }
        body = canonical(plain(content))
        digest = hashlib.sha256(body).hexdigest()
        head = head_of(content, digest=digest, proof=proof)
        fingerprint = hashlib.sha256(head).hexdigest()
        key, signature = sign(head)
        kept = {"version": number, "digest": digest, "head": fingerprint}
        checks = [each.record() for each in state.findings]
        add_event(
            held,
            RosterEvent.Kind.LOCK,
            by=by,
            at=at,
            action="draws.lock_roster",
            details=kept,
            told={**kept, "members": state.confirmed},
        )
        return RosterVersion.objects.create(
            roster=held,
            number=number,
            content=body,
            digest=digest,
            short_code=short_code_of(fingerprint),
            head=head,
            proof=proof,
            public_key=key.hex(),
            signature=signature.hex(),
            checks=checks,
            locked_at=at,
            locked_by=by,
        )


def unlock_roster(
    roster: Roster, *, by: User, reason: str, seen: int | None = None, at: datetime | None = None
) -> RosterVersion:
    """解除锁定 by HRSS, with a reason; the version stays on record. `seen`: its number on the page.

    Raises RosterRefused where nothing is locked, where it is another version by now, or without a reason.
    """
    at = at or timezone.now()
    reason = reason_of(reason, what="解除锁定的理由")
    with holding_roster(roster, by=by, permission="draws.unlock_roster", locked_too=True) as held:
        version = open_lock(held)
        if version is None:
            raise RosterRefused("名单现未锁定，无需解除。")
        if seen is not None and seen != version.number:
            raise RosterRefused(f"名单已重新锁定为第 {version.number} 版，请核对后再操作。")
        add_event(
            held,
            RosterEvent.Kind.UNLOCK,
            by=by,
            at=at,
            action="draws.unlock_roster",
            note=reason,
            details={"version": version.number},
            told={"version": version.number, "reason": reason},
        )
        version.unlocked_at, version.unlocked_by, version.unlock_reason = at, by, reason
        version.save(update_fields=["unlocked_at", "unlocked_by", "unlock_reason"])
        return version


def _cleaned(reasons: Mapping[str, str]) -> dict[str, str]:
    """Reasons as kept: one line each, at most so long."""
    return {
        key: " ".join(text.replace("\x00", "").split())[:MOST_REASON]
        for key, text in reasons.items()
    }
