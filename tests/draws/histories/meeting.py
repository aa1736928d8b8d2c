"""Deeds of random histories: the list is released, its people write back, the meeting moves, lists lock, draws are void."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from mingqian.draws.models import (
    Answer,
    Channel,
    Draw,
    DrawApplication,
    DrawKind,
    DrawStatus,
    Message,
    Position,
    Roster,
    RosterVersion,
)
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.queries.rules.finding import Level
from mingqian.draws.services.answering import confirm_seat
from mingqian.draws.services.expert_answers import LinkGone, answer_by_link
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.messages import mark_sent, write_messages
from mingqian.draws.services.release_roster import release_roster
from mingqian.draws.services.reschedule import reschedule_meeting
from mingqian.draws.services.void import void_draw
from tests.factories.invitations import token_in

from .ground import anybody
from .supplements import Supplements

VOID_REASON = "会议改期至下月"
SAID = (Answer.PARTICIPATING, Answer.DECLINED)


class Meeting(Supplements):
    """What the office, HRSS, the observer and the experts themselves do with the whole list."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.tokens: list[str] = []

    # ------------------------------------------------------------------ links

    @rule(who=anybody, answer=st.sampled_from(["", *SAID]))
    def write(self, who: int, answer: str) -> None:
        """A letter with a link to somebody who sits and may answer at once; the first one releases the list."""
        released = Roster.objects.filter(pk=self.roster.pk, released_at__isnull=False).exists()
        lead = self.cast.lead
        self.do("release", release_roster, self.roster, events=0 if released else 1, by=lead)
        if standing := self.pick(who, Position.SEATED):
            written = self.do(
                "write",
                write_messages,
                self.roster,
                events=0,
                kind=Message.Kind.INVITATION,
                by=self.cast.clerk,
                seats=[standing.seat_id],
            )
            for message in getattr(written, "messages", []):
                self.tokens.append(token_in(message, self.cast.clerk))
                mark_sent(self.roster, [message.pk], by=self.cast.clerk)
                if answer:
                    self._answer(self.tokens[-1], answer)

    @precondition(lambda self: self.tokens)
    @rule(which=anybody, answer=st.sampled_from(SAID))
    def answer_by_link(self, which: int, answer: str) -> None:
        """Of the links ever sent: one in force answers, one that ended does nothing."""
        self._answer(self.tokens[which % len(self.tokens)], answer)

    def _answer(self, token: str, answer: str) -> None:
        self.do("link", self._answer_by_link, token, answer, events=None)

    def _answer_by_link(self, token: str, answer: str) -> None:
        before = self._standings()
        try:
            answer_by_link(token, answer=answer, reason="TRAVEL")
        except LinkGone:
            assert self._standings() == before

    # ------------------------------------------------------------------ the meeting moves

    @precondition(lambda self: self.steps > 2)
    @rule(days=st.integers(1, 9))
    def reschedule(self, days: int) -> None:
        meeting = DrawApplication.objects.get(pk=self.roster.draw.application_id)
        assert meeting.starts_at is not None
        assert meeting.ends_at is not None
        later = timedelta(days=days)
        self.do(
            "reschedule",
            reschedule_meeting,
            self.roster,
            starts_at=meeting.starts_at + later,
            ends_at=meeting.ends_at + later,
            place=meeting.place,
            reason="场地被征用，改期",
            by=self.cast.lead,
        )

    # ------------------------------------------------------------------ locks

    @precondition(lambda self: self.steps > 2)
    @rule()
    def lock(self) -> None:
        """Everybody who sits confirms, then the lead locks, with a reason for every warning."""
        asked = self.roster.standings.filter(position=Position.SEATED, answer=Answer.UNCONFIRMED)
        for standing in asked:
            self.do("confirm", confirm_seat, standing, by=self.cast.clerk, channel=Channel.SMS)
        roster = Roster.objects.get(pk=self.roster.pk)
        warned = [f.key for f in lock_state(roster).findings if f.level is Level.WARN]
        given = dict.fromkeys(warned, "备选已用尽，会议在即")
        self.do("lock", lock_roster, roster, by=self.cast.lead, reasons=given)

    @rule()
    def unlock(self) -> None:
        if RosterVersion.objects.filter(unlocked_at=None).exists():
            reason = "一名委员请假"
            self.do("unlock", unlock_roster, self.roster, by=self.cast.hrss_lead, reason=reason)

    # ------------------------------------------------------------------ void

    @rule(which=anybody)
    def void_supplement(self, which: int) -> None:
        drawn = Draw.objects.filter(
            application__kind=DrawKind.SUPPLEMENTARY, status=DrawStatus.EXECUTED
        )
        if number := drawn.count():
            self._void("void supplement", drawn.order_by("pk")[which % number], events=1)

    @precondition(lambda self: self.steps > 7)
    @rule()
    def void_first(self) -> None:
        """After it every deed is refused: so not too early."""
        self._void("void first", Draw.objects.get(pk=self.roster.draw_id), events=0)

    def _void(self, name: str, draw: Draw, *, events: int) -> None:
        if draw.status == DrawStatus.EXECUTED:
            hrss, observer = self.cast.hrss_lead, self.cast.observer
            self.do(f"{name} first", void_draw, draw, events=0, by=hrss, reason=VOID_REASON)
            self.do(name, void_draw, draw, events=events, by=observer)
