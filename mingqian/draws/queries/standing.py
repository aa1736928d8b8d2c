"""A roster as it stands: who sits now and how they came to, who waits, who declined; and as it was when locked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mingqian.accounts.models import User
from mingqian.draws.models import (
    Answer,
    DesignatedMember,
    Draw,
    DrawKind,
    DrawSeat,
    DrawStatus,
    FrozenMember,
    Position,
    RosterEvent,
    SeatType,
    Standing,
)
from mingqian.draws.models import Roster as RosterModel
from mingqian.draws.succession_words import VOID_NOW
from mingqian.web.sealed import mask_name

from .roster import GroupRoster, Roster, RosterRow, group_of, place_of
from .succession import Series, series_of_roster

BY_LOT, PROMOTED, SUPPLEMENTED = "正选", "递补", "补充抽取"


TABS = {
    "open": (Answer.UNCONFIRMED, "未确认名单"),
    "yes": (Answer.PARTICIPATING, "参评名单"),
    "no": (Answer.DECLINED, "不参评名单"),
}
"""The tabs of 确认专家参评 as an address names them, and what a list of each is called."""


def roster_of(draw: Draw) -> RosterModel | None:
    """The roster that began with this draw; None for a supplement or a draw older than rosters."""
    return RosterModel.objects.select_related("draw").filter(draw=draw).first()


def draws_of(roster: RosterModel) -> list[Draw]:
    """The draws that make up a roster: the first, then the supplements in force, in the order of joining."""
    joined = roster.events.filter(kind=RosterEvent.Kind.JOIN).select_related(
        "draw__application__matter"
    )
    later = [each.draw for each in joined.order_by("seq") if each.draw is not None]
    return [roster.draw, *(draw for draw in later if draw.status == DrawStatus.EXECUTED)]


@dataclass(frozen=True)
class Placed:
    """A standing with the row that shows it."""

    standing: Standing
    row: RosterRow


class StandingRoster(Roster):
    """The people of a roster as they stand now, for one reader (None: whoever keeps them for the record)."""

    as_drawn = False

    def __init__(self, roster: RosterModel, reader: User | None, *, named: bool = True) -> None:
        self.roster = roster
        self.draw = roster.draw
        self.application = roster.draw.application
        self.masked = not named or (reader is not None and not reader.may("draws.export_roster"))
        self.may_reveal = reader is not None and reader.may("experts.reveal_field")

    @cached_property
    def series(self) -> Series:
        return series_of_roster(self.roster)

    @cached_property
    def standings(self) -> list[Standing]:
        """Everybody on the list."""
        return [each for each in self._everybody if each.position != Position.VOID]

    @cached_property
    def _everybody(self) -> list[Standing]:
        """Those too who came by a supplement declared void since; the seat of whoever sits is as it is now."""
        found = list(
            self.roster.standings.select_related(
                "seat__expert__unit",
                "seat__group",
                "seat__specialty",
                "seat__draw__application__matter",
                "place__group",
                "place__specialty",
                "place__expert",
                "expert__unit",
            )
        )
        for standing in found:
            if standing.place is not None:
                standing.place = self.series.as_it_is(standing.place)
        return found

    @property
    def seated(self) -> list[Standing]:
        """Who sits now."""
        return [each for each in self.standings if each.position == Position.SEATED]

    @cached_property
    def groups(self) -> list[GroupRoster]:
        """Who sits by group of the seat, then who waits, in order of substitution."""
        made: dict[str, GroupRoster] = {}
        for placed in self.placed:
            row, standing = placed.row, placed.standing
            if standing.position == Position.OUT:
                continue
            group = made.setdefault(row.group, GroupRoster(row.group))
            if standing.position == Position.WAITING:
                group.alternates.append(row)
            elif row.seat_type == SeatType.DESIGNATED:
                group.designated.append(row)
            else:
                group.primaries.append(row)
        for group in made.values():
            for rows in (group.designated, group.primaries):
                rows[:] = [replace(row, order=number) for number, row in enumerate(rows, 1)]
        return list(made.values())

    @cached_property
    def declined(self) -> list[RosterRow]:  # type: ignore[override]
        """Who does not serve, in the order of their groups."""
        rows = [p.row for p in self.placed if p.standing.position == Position.OUT]
        return [replace(row, order=number) for number, row in enumerate(rows, 1)]

    def of_tab(self, tab: str) -> list[RosterRow]:
        """The rows of one tab: who sits and has answered so, or who declined."""
        answer, _ = TABS[tab]
        if answer == Answer.DECLINED:
            return self.declined
        members = (row for group in self.groups for row in group.members)
        return [row for row in members if row.answer == answer]

    @cached_property
    def empty(self) -> int:  # type: ignore[override]
        """Seats that nobody holds."""
        return sum(1 for place in self.series.succession.seats if place.holder is None)

    @cached_property
    def placed(self) -> list[Placed]:
        """Everybody in the order of the list: by group, seat, and order of substitution."""
        reasons = dict(
            DesignatedMember.objects.filter(application=self.application).values_list(
                "expert", "reason"
            )
        )
        waiting = {name: rank for rank, name in enumerate(self.series.succession.waiting)}
        found = []
        for standing in self.standings:
            shown = standing.place or standing.seat
            turn = waiting.get(self.series.name(standing.seat), len(waiting))
            key = (_order_of(shown), turn if standing.position == Position.WAITING else shown.rank)
            found.append((key, shown.pk, standing))
        found.sort(key=lambda each: each[:2])
        turns: dict[tuple[str, str], int] = {}
        placed = []
        for _, _, standing in found:
            group = group_of(standing.place or standing.seat)
            row = self._row(standing.seat, 0, group, reasons)
            placed.append(Placed(standing, self._as_it_stands(row, standing, turns)))
        return placed

    @cached_property
    def _members_frozen(self) -> dict[tuple[int, int], FrozenMember]:
        seats = [standing.seat for standing in self._everybody]
        members = FrozenMember.objects.filter(
            draw__in={seat.draw_id for seat in seats}, expert__in={seat.expert_id for seat in seats}
        )
        return {(each.draw_id, each.expert_id): each for each in members}

    def _frozen_as(self, seat: DrawSeat) -> FrozenMember | None:
        return self._members_frozen.get((seat.draw_id, seat.expert_id))

    def _as_it_stands(
        self, row: RosterRow, standing: Standing, turns: dict[tuple[str, str], int]
    ) -> RosterRow:
        """The row of a seat with what has become of whoever was drawn into it."""
        if standing.position == Position.WAITING:
            turn = turns[row.group, row.specialty] = turns.get((row.group, row.specialty), 0) + 1
            # Numbered as drawn, like the transcript: the first who waits may well be the second drawn.
            own = standing.seat
            drawn = own.seat_type == SeatType.ALTERNATE and not standing.reserve
            return replace(
                row,
                order=turn,
                rank=own.rank if drawn else turn,
                seat=f"备选 {own.rank}" if drawn else f"备选后补 {standing.reserve}",
                seat_type=SeatType.ALTERNATE,
                entry=self._came(standing),
            )
        seat_type, seat = row.seat_type, row.seat
        if standing.position == Position.SEATED and row.seat_type != SeatType.DESIGNATED:
            seat_type, seat = SeatType.PRIMARY, self._way(standing)
        specialty = row.specialty
        if standing.place is not None and standing.place.specialty is not None:
            specialty = standing.place.specialty.name
        return replace(
            row,
            seat=seat,
            seat_type=seat_type,
            specialty=specialty,
            answer=standing.answer,
            entry=self._came(standing),
            why=_why(standing, noted=not self.masked),
        )

    def _way(self, standing: Standing) -> str:
        if standing.place_id == standing.seat_id:
            drawn_later = standing.seat.draw_id != self.draw.pk
            return SUPPLEMENTED if drawn_later else BY_LOT
        return PROMOTED if standing.seat.seat_type == SeatType.ALTERNATE else SUPPLEMENTED

    def _came(self, standing: Standing) -> str:
        """Whose seat somebody took, by which supplement they came, or who took the seat they left."""
        words = []
        if standing.position == Position.SEATED and standing.place_id != standing.seat_id:
            before = self._left_by.get(standing.place_id or 0) or standing.place
            if before is not None:
                words.append(f"接替 {self._called(before)}")
        if standing.position == Position.OUT:
            place = self._place_left.get(standing.seat_id)
            holder = self._holders.get(place) if place else None
            if holder is not None:
                words.append(f"由 {self._called(holder.seat)} 递补")
            elif place:
                words.append("席位空缺" if place in self._places else "席位因补充抽取作废已取消")
        application = standing.seat.draw.application
        if application.kind == DrawKind.SUPPLEMENTARY:
            words.append(f"补充抽取 {application.number}")
        return "；".join(words)

    def told(self, seat: DrawSeat) -> str:
        """How a history names whoever was first drawn into a seat; those who are no longer listed too."""
        void = seat.pk in self._void
        return self._called(seat) + (VOID_NOW if void else "")

    @cached_property
    def _void(self) -> set[int]:
        """Seats of supplements declared void."""
        return {each.seat_id for each in self._everybody if each.position == Position.VOID}

    def _called(self, seat: DrawSeat) -> str:
        frozen = self._frozen_as(seat)
        name = frozen.name if frozen else seat.expert.name
        return mask_name(name) if self.masked else name

    @cached_property
    def _places(self) -> set[int]:
        """Every seat there is to fill now."""
        return {self.series.seat_of[each.seat].pk for each in self.series.succession.seats}

    @cached_property
    def _holders(self) -> dict[int, Standing]:
        """Seat -> who holds it now."""
        return {each.place_id: each for each in self.seated if each.place_id is not None}

    @cached_property
    def _declines(self) -> list[RosterEvent]:
        events = self.roster.events.filter(kind=RosterEvent.Kind.DECLINE, place__isnull=False)
        return list(events.order_by("seq"))

    @cached_property
    def _place_left(self) -> dict[int, int]:
        """Seat first drawn into -> the seat left by declining, the last time."""
        return {e.seat_id: e.place_id for e in self._declines if e.seat_id and e.place_id}

    @cached_property
    def _left_by(self) -> dict[int, DrawSeat]:
        """Seat -> who declined it last and is still out, by the seat first drawn into."""
        out = {s.seat_id: s.seat for s in self.standings if s.position == Position.OUT}
        return {
            e.place_id: out[e.seat_id] for e in self._declines if e.place_id and e.seat_id in out
        }


class LockedRoster(Roster):
    """The people of a roster as a locked version holds them, for one reader."""

    as_drawn = False

    def __init__(
        self, draw: Draw, content: dict[str, Any], reader: User, *, named: bool = True
    ) -> None:
        super().__init__(draw, reader, named=named)
        self.content = content
        self.empty = content["empty"]

    @cached_property
    def groups(self) -> list[GroupRoster]:
        made: dict[str, GroupRoster] = {}
        for seat in self.content["seats"]:
            group = made.setdefault(seat["group"], GroupRoster(seat["group"]))
            appointed = seat["type"] == SeatType.DESIGNATED
            (group.designated if appointed else group.primaries).append(self._read(seat))
        for seat in self.content["waiting"]:
            group = made.setdefault(seat["group"], GroupRoster(seat["group"]))
            group.alternates.append(self._read(seat))
        return list(made.values())

    def _read(self, seat: dict[str, Any]) -> RosterRow:
        name = mask_name(seat["name"]) if self.masked else seat["name"]
        return RosterRow(
            order=seat["order"],
            rank=seat["order"],
            seat=seat["way"],
            seat_type=seat["type"],
            name=name,
            gender=seat["gender"],
            unit=seat["unit"],
            title=seat["title"],
            level=seat["level"],
            specialty=seat["specialty"],
            group=seat["group"],
            duty=seat["duty"],
            reason=seat["reason"],
            lot=seat["lot"],
            mobile="",
            expert_no="" if self.masked else seat["expert"],
            changed="",
            found_by=" ".join((name, seat["unit"], seat["specialty"], seat["lot"])).lower(),
            answer=seat["answer"],
        )


def content_rows(roster: StandingRoster, rows: Iterable[RosterRow]) -> list[dict[str, Any]]:
    """Rows as a locked version keeps them, each with the pseudonyms of its person and of its seat."""
    of_seat = {placed.standing.seat.pk: placed.standing for placed in roster.placed}
    by_expert = {each.expert.expert_no: each for each in of_seat.values()}
    kept = []
    for row in rows:
        standing = by_expert[row.expert_no]
        name = roster.series.name
        kept.append(
            {
                "person": name(standing.seat),
                "seat": name(standing.place) if standing.place else "",
                "draw": standing.seat.draw.transcript_hash,
                "expert": row.expert_no,
                "order": row.order,
                "type": row.seat_type,
                "way": row.seat,
                "name": row.name,
                "gender": row.gender,
                "unit": row.unit,
                "title": row.title,
                "level": row.level,
                "specialty": row.specialty,
                "group": row.group,
                "duty": row.duty,
                "reason": row.reason,
                "lot": row.lot,
                "answer": row.answer,
            }
        )
    return kept


def _order_of(seat: DrawSeat) -> tuple[int, int, str]:
    """Designated members first, then the groups in the committee's order, then the specialties by code."""
    return place_of(seat), seat.group_id or 0, seat.specialty.code if seat.specialty else "~"


def _why(standing: Standing, *, noted: bool) -> str:
    """Reason and channel; the note, in people's own words, only for whoever may see names."""
    note = standing.note if noted else ""
    parts = (standing.get_reason_display(), note, standing.get_channel_display())
    return "·".join(part for part in parts if part)
