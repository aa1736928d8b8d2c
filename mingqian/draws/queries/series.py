"""A series as its next supplement finds it: who sits, who declined, which seats are empty, which draw came last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import fairdraw
from fairdraw.seating import Seating
from fairdraw.substitution import Succession
from mingqian.draws.models import Draw, DrawApplication, DrawKind, DrawStatus, Roster, RosterEvent
from mingqian.workflow.models import MatterStatus

from .succession import seating_of, series_of_roster

IN_DRAW = (DrawStatus.FROZEN, DrawStatus.COMMITTED)
UNFINISHED = (MatterStatus.DRAFT, MatterStatus.RETURNED, MatterStatus.SUBMITTED)


@dataclass(frozen=True)
class SeriesNow:
    """The roster in force, replayed; `last` is the latest draw in it, which the next one is bound to."""

    roster: Roster
    succession: Succession
    last: Draw
    seatings: tuple[Seating, ...]

    @property
    def first(self) -> Draw:
        return self.roster.draw

    @cached_property
    def gaps(self) -> dict[str, int]:
        """Empty drawn seats by stratum."""
        return dict(self.succession.gaps)

    @property
    def gap(self) -> int:
        return sum(self.gaps.values())

    def beyond(self, total: int, asked: Mapping[str, int]) -> int:
        """Seats asked for that no empty one is there for: of the `total`, and by specialty where `asked` says which.

        An empty seat that is of no specialty may be filled by anybody.
        """
        over = sum(max(0, number - self.gaps.get(code, 0)) for code, number in asked.items())
        return max(total - self.gap, over - self.gaps.get(fairdraw.OPEN_STRATUM, 0), 0)

    @cached_property
    def seated(self) -> int:
        """Everybody who sits: drawn and designated."""
        return sum(place.holder is not None for place in self.succession.seats)

    @cached_property
    def designated(self) -> int:
        """Designated members who still sit."""
        return sum(
            place.holder is not None and place.stratum is None for place in self.succession.seats
        )

    @cached_property
    def _drawn_in(self) -> tuple[Counter[str | None], Counter[str | None]]:
        """(seats by lot, those of them that are held) by group."""
        drawn = [place for place in self.succession.seats if place.stratum is not None]
        held = [place for place in drawn if place.holder is not None]
        return Counter(place.group for place in drawn), Counter(place.group for place in held)

    def seated_in(self, group: str) -> int:
        """Who sits in a group by lot."""
        return self._drawn_in[1][group]

    def drawn_to_come(self, new: int) -> int:
        """How many sit by lot once `new` seats are filled; at least as many seats as the series has."""
        seats, held = self._drawn_in
        return max(seats.total(), held.total() + new)

    def group_to_come(self, group: str, new: int) -> int:
        """The same within one group."""
        seats, held = self._drawn_in
        return max(seats[group], held[group] + new)

    @cached_property
    def strata(self) -> dict[str, str | None]:
        """Every specialty that a draw of the series had seats for, with its group then."""
        return {
            stratum.id: stratum.group
            for seating in self.seatings
            for stratum in seating.plan.strata
            if stratum.id != fairdraw.OPEN_STRATUM
        }

    def kept(self, strata: Collection[str], groups: Collection[str]) -> tuple[fairdraw.Member, ...]:
        """Everybody who sits, as a plan with these strata and groups takes them; employers as they were drawn."""
        employers: dict[str, str | None] = {}
        for seating in self.seatings:
            employers |= {person.id: person.employer for person in seating.plan.members}
            employers |= {each.id: each.employer for each in (*seating.panel, *seating.alternates)}
        members = []
        for place in self.succession.seats:
            if place.holder is None:
                continue
            stratum = place.stratum if place.stratum in strata else None
            group = place.group if stratum is None and place.group in groups else None
            members.append(fairdraw.Member(place.holder, employers[place.holder], stratum, group))
        return tuple(sorted(members, key=lambda member: member.id))


def roster_in_force(application: DrawApplication) -> Roster | None:
    """The roster of the series that an application belongs to; None without a first draw in force."""
    first = application.parent_id or application.pk
    return (
        Roster.objects.select_related("draw__application__matter")
        .filter(draw__application=first, draw__status=DrawStatus.EXECUTED)
        .first()
    )


def series_now(application: DrawApplication) -> SeriesNow | None:
    """The series of a supplement: as it is, or for one already drawn as it was then. None for a first draw."""
    if application.kind != DrawKind.SUPPLEMENTARY:
        return None
    roster = roster_in_force(application)
    if roster is None:
        return None
    events = list(roster.events.select_related("seat", "place", "draw").order_by("seq"))
    own = [e.seq for e in events if e.kind == RosterEvent.Kind.JOIN and _is_of(e, application)]
    if own:
        events = [event for event in events if event.seq < own[-1]]
    return _series(roster, events)


def series_of(roster: Roster) -> SeriesNow:
    """The series that a roster shows now."""
    return _series(
        roster, list(roster.events.select_related("seat", "place", "draw").order_by("seq"))
    )


def _is_of(event: RosterEvent, application: DrawApplication) -> bool:
    draw = event.draw
    return bool(
        draw and draw.application_id == application.pk and draw.status == DrawStatus.EXECUTED
    )


def _series(roster: Roster, events: list[RosterEvent]) -> SeriesNow:
    draws = [roster.draw]
    for event in events:
        if event.kind == RosterEvent.Kind.JOIN and event.draw is not None:
            draws.append(event.draw)
        elif event.kind == RosterEvent.Kind.VOID and event.draw is not None:
            draws.remove(event.draw)
    return SeriesNow(
        roster,
        series_of_roster(roster, events=events).succession,
        draws[-1],
        tuple(seating_of(draw) for draw in draws),
    )


def supplement_under_way(first: DrawApplication) -> DrawApplication | None:
    """The supplement of a series that is neither drawn nor ended; one declared void may be drawn again but bars no
    other."""
    rows = DrawApplication.objects.filter(parent=first, ended_at=None).select_related("matter")
    for application in rows.order_by("-round_no"):
        if application.matter.status in UNFINISHED:
            return application
        if application.matter.status == MatterStatus.APPROVED:
            ended = (DrawStatus.EXECUTED, DrawStatus.VOIDED)
            draws = application.draws.exclude(status=DrawStatus.ABANDONED)
            if not draws.filter(status__in=ended).exists() or draws.filter(status__in=IN_DRAW):
                return application
    return None


def supplement_in_draw(roster: Roster) -> DrawApplication | None:
    """The supplement whose pool is frozen and whose lots are not drawn: until then nobody may move on the roster."""
    draw = (
        Draw.objects.filter(application__parent=roster.draw.application_id, status__in=IN_DRAW)
        .select_related("application__matter")
        .first()
    )
    return draw.application if draw else None
