"""Deeds of random histories: supplements, from the first seat left empty to the lots, and how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from mingqian.draws.models import DrawApplication, DrawKind, DrawStatus, Position
from mingqian.draws.queries.ceremony import current_draw
from mingqian.draws.queries.series import series_of
from mingqian.draws.services.ending import end_supplement
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.freeze import freeze_draw
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.void import abandon_attempt
from tests.factories.ceremonies import Cast, give, show
from tests.factories.draws import seats_by_name
from tests.factories.supplements import cast_of, supplement_of

from .answers import OTHER_REASON, Answers

MOST_SUPPLEMENTS = 2
OFFERED, ANOTHER, WHOLE = "as offered", "another specialty", "whole pool"
ways = st.sampled_from([OFFERED, ANOTHER, WHOLE])


class Supplements(Answers):
    """Everything that is done about seats that stay empty."""

    first_specialty, another_specialty = "建筑设计", "结构工程"

    @rule()
    def a_specialty_runs_dry(self) -> None:
        """Seats of the first specialty change hands until one stays empty."""
        mine = self.roster.standings.filter(
            position=Position.SEATED, place__specialty__name=self.first_specialty
        )
        while standing := mine.first():
            done = self._decline_by_link(standing)
            if isinstance(done, CeremonyRefused) or done.gap:
                return

    @precondition(lambda self: self.steps > 2)
    @rule(way=ways)
    def apply_for_supplement(self, way: str) -> None:
        if not series_of(self.roster).gap:
            self.a_specialty_runs_dry()
        if self._supplements().count() < MOST_SUPPLEMENTS:
            self.do(f"apply {way}", self._apply, way, events=0)

    def _apply(self, way: str) -> None:
        """Made, filled in, submitted and approved."""
        mode = {"mode": "WHOLE_POOL"} if way == WHOLE else {}
        made = supplement_of(self.roster, self.cast, **mode)
        if way == ANOTHER:
            seats = seats_by_name(
                made.committee, {self.first_specialty: 0, self.another_specialty: 1}
            )
            draft = Draft(seats=seats, values={"reason_text": "该专业库内已无人可抽"})
            made = save_application(made, draft=draft, revision=made.revision, by=self.cast.clerk)
        cast_of(made, self.cast)

    def _supplements(self) -> QuerySet[DrawApplication]:
        """Those approved and not ended, the newest first."""
        rows = DrawApplication.objects.filter(kind=DrawKind.SUPPLEMENTARY, ended_at=None)
        return rows.select_related("matter").order_by("-round_no")

    @precondition(lambda self: self._supplements().exists())
    @rule()
    def freeze(self) -> None:
        self._freeze()

    def _freeze(self) -> Any:
        own = self._ceremony()
        return self.do("freeze", freeze_draw, own.application, events=0, by=own.clerk, at=own.at)

    def _ceremony(self) -> Cast:
        supplement = self._supplements()[0]
        at = self.cast.at + timedelta(hours=supplement.round_no)
        return replace(self.cast, application=supplement, at=at)

    @precondition(lambda self: self.steps > 2)
    @rule(way=ways)
    def draw_supplement(self, way: str) -> None:
        if not self._supplements().exists():
            self.apply_for_supplement(way)
        if not self._supplements().exists() or isinstance(self._freeze(), CeremonyRefused):
            return
        own = self._ceremony()
        draw = current_draw(own.application)
        if draw.status == DrawStatus.FROZEN:
            people = (own.clerk, own.observer, own.reviewer)
            for user in people:
                give(draw, user, at=own.minute(2))
            for user in people:
                show(draw, user, at=own.minute(4))
            draw.refresh_from_db()
        if draw.status == DrawStatus.COMMITTED:
            self.do(
                "draw",
                execute_draw,
                draw,
                by=own.clerk,
                key=draw.commit_hash,
                at=own.minute(5),
            )

    @precondition(lambda self: self._supplements().exists())
    @rule()
    def abandon(self) -> None:
        draw = current_draw(self._supplements()[0])
        if draw is not None and draw.status == DrawStatus.FROZEN:
            reason = "监督人员不能到场"
            self.do("abandon", abandon_attempt, draw, events=0, by=self.cast.clerk, reason=reason)

    @precondition(lambda self: self._supplements().exists())
    @rule()
    def end(self) -> None:
        supplement = self._supplements()[0]
        self.do("end", end_supplement, supplement, events=0, by=self.cast.lead, reason=OTHER_REASON)
