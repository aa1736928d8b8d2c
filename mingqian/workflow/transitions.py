"""The whole state machine of a matter: a move that is not in this table does not exist."""

from __future__ import annotations

from .models import Action, MatterStatus

_S, _A = MatterStatus, Action

TRANSITIONS: dict[tuple[MatterStatus, Action], MatterStatus] = {
    (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
    (_S.RETURNED, _A.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _A.WITHDRAW): _S.DRAFT,
    (_S.SUBMITTED, _A.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _A.RETURN): _S.RETURNED,
    (_S.SUBMITTED, _A.REJECT): _S.REJECTED,
    (_S.DRAFT, _A.CANCEL): _S.CANCELLED,
    (_S.RETURNED, _A.CANCEL): _S.CANCELLED,
}
# The reviewing side decides; everything else is done by the office that owns the matter.
DECISIONS = frozenset({_A.APPROVE, _A.RETURN, _A.REJECT})
