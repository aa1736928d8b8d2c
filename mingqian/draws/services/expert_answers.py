"""An expert's own answer by their link: 参评, 不参评, and changing one's mind until the last moment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mingqian.draws.models import (
    Answer,
    AnswerLink,
    Channel,
    ContactOutcome,
    DeclineReason,
    Standing,
)
from mingqian.draws.queries.answer_links import Invitation, find_link, invitation_of

from .answering import AnswerMoved, confirm_seat, decline_seat, log_contact, revert_seat
from .rosters import RosterLocked, RosterRefused, RosterVoid, SupplementInDraw, holding_roster


class LinkGone(Exception):
    """Never made, replaced by a newer one, or ended: nobody is told which."""


class LinkExpired(RosterRefused):
    """The last moment for an answer has passed."""

    told = "答复时间已过，如需更改请致电评委会办公室。"


class CallTheOffice(RosterRefused):
    """Something only the office can undo."""

    told = "您此前答复不参评，席位已另有安排，不能自行改回。如可以参评，请致电评委会办公室。"


class AnswerNotTaken(RosterRefused):
    """Refused for a reason that is the office's own business."""

    told = "您的答复现在不能登记，请致电评委会办公室，由办公室为您办理。"


class AnswerChanged(RosterRefused):
    """The office registered another answer while the page was open."""

    told = (
        "您的答复刚刚已有更新，请核对本页显示的答复；如需更改，可以重新提交，或致电评委会办公室。"
    )


class DeclineKept(RosterRefused):
    """Nobody may leave a seat just now: what the expert said is kept for the office."""

    told = "您「不参评」的答复已转给评委会办公室，由办公室稍后登记。请同时致电办公室确认。"


def note_opened(link: AnswerLink, *, at: datetime | None = None) -> None:
    """The office sees when a link was first opened. Opening answers nothing: programs open links too."""
    if link.opened_at is None:
        AnswerLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at or timezone.now())


def answer_by_link(
    token: str,
    *,
    answer: str,
    reason: str = "",
    note: str = "",
    seen: str = "",
    at: datetime | None = None,
) -> Invitation:
    """What the holder of the link says. Saying the same twice is saying it once.

    Raises LinkGone, LinkExpired, RosterLocked, RosterVoid, and what the page tells the expert: CallTheOffice,
    AnswerChanged, AnswerNotTaken, and DeclineKept, after which the decline stands in the contact records.
    """
    at = at or timezone.now()
    first = _found(token)
    kept = False
    with transaction.atomic():
        with holding_roster(first.roster, by=None):
            # The office may have ended the link, or moved its time, while this request waited for the roster.
            found = _found(token)
        if found.expired(at):
            raise LinkExpired()
        if found.answer == answer == Answer.DECLINED:
            _keep_reason(found.standing, reason=reason, note=note, at=at)
        elif found.answer != answer:
            if seen and seen != found.answer:
                raise AnswerChanged()
            AnswerLink.objects.filter(pk=found.link.pk).update(answered_at=at)
            try:
                _say(found.standing, answer, reason=reason, note=note, at=at)
            except SupplementInDraw:
                if answer != Answer.DECLINED:
                    raise AnswerNotTaken() from None
                _keep_decline(found.standing, reason=reason, note=note, at=at)
                kept = True
            except AnswerMoved:
                raise AnswerChanged() from None
            except (CallTheOffice, RosterLocked, RosterVoid):
                raise
            except RosterRefused:
                raise AnswerNotTaken() from None
    if kept:
        raise DeclineKept()
    return _found(token)


def _found(token: str) -> Invitation:
    link = find_link(token)
    invitation = invitation_of(link) if link is not None else None
    if invitation is None:
        raise LinkGone
    return invitation


def _keep_decline(standing: Standing, *, reason: str, note: str, at: datetime) -> None:
    """A contact record with what the expert said."""
    why = _why(reason, note)
    _keep(standing, f"本人经链接答复不参评（{why}），待补充抽取完成后登记", at=at)


def _keep_reason(standing: Standing, *, reason: str, note: str, at: datetime) -> None:
    """A contact record where whoever has declined gives another reason; the decline stands as it is."""
    if reason in DeclineReason.values and (reason, note) != (standing.reason, standing.note):
        _keep(standing, f"本人经链接补充不参评的理由（{_why(reason, note)}）", at=at)


def _why(reason: str, note: str) -> str:
    return DeclineReason(reason).label + (f"：{note}" if note else "")


def _keep(standing: Standing, words: str, *, at: datetime) -> None:
    """Said twice it is kept once."""
    words = words[:200]
    last = standing.roster.events.filter(seat=standing.seat_id).order_by("-seq").first()
    if last is None or last.note != words:
        log_contact(
            standing,
            by=None,
            channel=Channel.LINK,
            outcome=ContactOutcome.REFUSED,
            note=words,
            at=at,
        )


def _say(standing: Standing, answer: str, *, reason: str, note: str, at: datetime) -> None:
    if answer == Answer.DECLINED:
        decline_seat(standing, by=None, reason=reason, channel=Channel.LINK, note=note, at=at)
        return
    if answer != Answer.PARTICIPATING:
        raise RosterRefused("请选择参评或不参评。")
    if standing.answer == Answer.DECLINED:
        try:
            revert_seat(standing, by=None, at=at)
        except (RosterLocked, RosterVoid):
            raise
        except RosterRefused:
            # The seat is taken, or a cap would be broken: who it is about is nobody's business here.
            raise CallTheOffice() from None
    confirm_seat(standing, by=None, channel=Channel.LINK, note=note, at=at)
