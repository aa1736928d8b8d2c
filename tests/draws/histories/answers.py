"""Deeds of random histories: what experts and their office answer, and how it is taken back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from mingqian.draws.models import (
    Answer,
    Channel,
    ContactOutcome,
    DeclineReason,
    DrawSeat,
    Position,
    Roster,
    Standing,
)
from mingqian.draws.queries.succession import series_of_roster
from mingqian.draws.services.answering import (
    Done,
    SeatTaken,
    choose_alternate,
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.rosters import RosterLocked, RosterVoid, SupplementInDraw
from mingqian.draws.services.taking_back import after_declining, take_back

from .ground import Ground, anybody

OTHER_REASON = "专业更为对口"
NOT_NOW = (RosterLocked, RosterVoid, SupplementInDraw)
reasons = st.sampled_from([each for each in DeclineReason if each != DeclineReason.OTHER])
channels = st.sampled_from(list(Channel))


class Answers(Ground):
    """Everything that is said for or by those who were drawn."""

    @rule(who=anybody, channel=channels)
    def confirm(self, who: int, channel: Channel) -> None:
        self.do("confirm", confirm_seat, self.pick(who), by=self.cast.clerk, channel=channel)

    @rule(who=anybody, reason=reasons)
    def decline(self, who: int, reason: DeclineReason) -> None:
        if standing := self.pick(who, Position.SEATED):
            self._decline("decline", standing, reason)

    @rule(who=anybody)
    def decline_ahead(self, who: int) -> None:
        if standing := self.pick(who, Position.WAITING):
            self._decline("decline ahead", standing, DeclineReason.DUTY)

    def _decline(self, name: str, standing: Standing, reason: DeclineReason) -> Any:
        """Of somebody who had confirmed it is refused, or for want of qualification does both: 移除 and the decline."""
        return self.do(
            name,
            decline_seat,
            standing,
            events=2 if standing.answer == Answer.PARTICIPATING else 1,
            by=self.cast.clerk,
            reason=reason,
            channel=Channel.PHONE,
        )

    @rule(who=anybody)
    def decline_by_link(self, who: int) -> None:
        standing = self.pick(who)
        self._decline_by_link(standing)

    def _decline_by_link(self, standing: Standing) -> Any:
        confirmed = standing.answer == Answer.PARTICIPATING
        return self.do(
            "decline by link",
            decline_seat,
            standing,
            events=2 if confirmed else 1,
            by=None,
            reason=DeclineReason.TRAVEL,
            channel=Channel.LINK,
        )

    @rule(who=anybody, instead=anybody)
    def decline_for_another(self, who: int, instead: int) -> None:
        if alternate := self.pick(instead, Position.WAITING):
            same = self.roster.standings.filter(
                position=Position.SEATED, place__specialty=alternate.seat.specialty_id
            )
            self.do(
                "decline for another",
                decline_seat,
                same.order_by("pk")[who % same.count()] if same else self.pick(who),
                events=None,
                by=self.cast.clerk,
                reason=DeclineReason.RECUSAL,
                channel=Channel.PAPER,
                instead=alternate,
                instead_note=OTHER_REASON,
            )

    @rule(who=anybody, choice=st.sampled_from(["", "SEAT", "RESERVE"]))
    def revert(self, who: int, choice: str) -> None:
        found = self.roster.standings.exclude(answer=Answer.UNCONFIRMED).order_by("answer", "pk")
        if number := found.count():
            refusal = self.do(
                "revert", revert_seat, found[who % number], by=self.cast.clerk, choice=choice
            )
            if isinstance(refusal, SeatTaken):
                assert refusal.holder.position == Position.SEATED

    @rule(which=anybody)
    def choose(self, which: int) -> None:
        """Of those offered for a seat that is empty or held by 递补, whatever the rule says of them."""
        series = series_of_roster(self.roster)
        offered = [
            (candidate, place.seat, skip is None)
            for place in series.succession.seats
            for candidate, skip in series.succession.candidates(place.seat)
        ]
        if offered:
            candidate, seat, allowed = offered[which % len(offered)]
            done = self._choose(series.seat_of[candidate], series.seat_of[seat])
            assert isinstance(done, Done) == allowed or isinstance(done, NOT_NOW)

    @rule(who=anybody, place=anybody)
    def choose_anybody(self, who: int, place: int) -> None:
        """Somebody who waits, into any seat: mostly refused."""
        alternate = self.pick(who, Position.WAITING)
        seats = DrawSeat.objects.filter(standing__roster=self.roster).order_by("pk")
        if alternate and seats:
            self._choose(alternate.seat, seats[place % len(seats)])

    def _choose(self, alternate: DrawSeat, place: DrawSeat) -> Any:
        standing = Standing.objects.select_related("seat", "roster").get(seat=alternate)
        return self.do(
            "choose", choose_alternate, standing, place, by=self.cast.clerk, note=OTHER_REASON
        )

    @rule(who=anybody)
    def contact(self, who: int) -> None:
        standing = self.pick(who)
        self.do(
            "contact",
            log_contact,
            standing,
            by=self.cast.clerk,
            channel=Channel.PHONE,
            outcome=ContactOutcome.NO_REPLY,
        )

    @rule(who=anybody)
    def think_better_of_it(self, who: int) -> None:
        """撤销: a decline put back leaves everybody as they were."""
        standing = self.pick(who, Position.SEATED)
        before = self._standings()
        done = self._decline("decline", standing, DeclineReason.HEALTH) if standing else None
        if done is None or isinstance(done, CeremonyRefused):
            return
        steps = [step.record() for step in after_declining(standing, done)]
        revision = Roster.objects.values_list("revision", flat=True).get(pk=self.roster.pk)
        back = self.do(
            "take back",
            take_back,
            self.roster,
            steps,
            events=len(steps),
            revision=revision,
            by=self.cast.clerk,
        )
        if not isinstance(back, CeremonyRefused):
            assert [row[:4] for row in self._standings()] == [row[:4] for row in before]

    def _standings(self) -> list[tuple[Any, ...]]:
        rows = self.roster.standings.order_by("pk")
        return list(rows.values_list("pk", "position", "place", "reserve", "answer"))
