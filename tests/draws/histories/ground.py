"""The ground of random histories: one drawn committee, and how a deed is done and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from mingqian.config.invariants import check_all
from mingqian.draws.models import Position, Roster, RosterEvent
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.workflow.services import NotReady
from tests.factories.ceremonies import Cast
from tests.factories.rosters import roster_of

anybody = st.integers(0, 10**6)


class Ground(RuleBasedStateMachine):
    """Made once; a savepoint takes each history back."""

    def __init__(self, cast: Cast, roster: Roster, counted: Counter[str]) -> None:
        super().__init__()
        self._history = transaction.atomic()
        self._history.__enter__()
        self.cast, self.counted = cast, counted
        self.roster = roster_of(roster.draw)
        self.steps = 0

    def teardown(self) -> None:
        try:
            assert check_all() == []
        finally:
            transaction.set_rollback(True)
            self._history.__exit__(None, None, None)

    def pick(self, who: int, *positions: Position) -> Any:
        """One of those who stand so; None if there is nobody."""
        found = self.roster.standings.select_related("seat", "roster__draw__application")
        if positions:
            found = found.filter(position__in=positions)
        number = found.count()
        return found.order_by("pk")[who % number] if number else None

    def do(
        self,
        name: str,
        service: Callable[..., Any],
        *given: Any,
        events: int | None = 1,
        **named: Any,
    ) -> Any:
        """One deed: done with so many events (None: any number), or refused in words with nothing changed."""
        self.steps += 1
        before, _ = self._events()
        try:
            with transaction.atomic():
                done = service(*given, **named)
        except (CeremonyRefused, NotReady) as refusal:
            done, events, name = refusal, 0, f"{name} refused"
        number, revision = self._events()
        assert revision == number
        assert events is None or number == before + events
        assert not isinstance(done, CeremonyRefused) or done.told
        self.counted[name] += 1
        return done

    def _events(self) -> tuple[int, int]:
        number = RosterEvent.objects.filter(roster=self.roster).count()
        return number, Roster.objects.values_list("revision", flat=True).get(pk=self.roster.pk)
