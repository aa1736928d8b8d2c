"""The roster of an executed draw, as different eyes may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mingqian.accounts.models import User
from mingqian.draws.models import (
    Answer,
    DesignatedMember,
    Draw,
    DrawApplication,
    DrawSeat,
    DrawStatus,
    FrozenMember,
    Position,
    RosterVersion,
    SeatType,
    Standing,
)
from mingqian.web.sealed import mask_name

from .strata import OPEN_WORDS

WHOLE_POOL = "不分学科组"
APPOINTED = "指定委员"
MEMBER = "委员"
DRAWN = (DrawStatus.EXECUTED, DrawStatus.VOIDED)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One seat and its holder. `name` is masked unless this reader may see it; no phone or ID in the clear.

    `order` counts within the list it stands in; `rank` is the draw's own: for an alternate the order of
    substitution within the specialty.
    """

    order: int
    rank: int
    seat: str
    seat_type: str
    name: str
    gender: str
    unit: str
    title: str
    level: str
    specialty: str
    group: str
    duty: str
    reason: str  # of a designated member
    lot: str
    mobile: str
    expert_no: str
    changed: str  # the record now belongs to somebody else than the one drawn: who, in words
    found_by: str  # what the search box of the page compares with
    answer: str = ""  # of the roster as it stands: an `Answer`
    entry: str = ""  # how somebody came to sit, or who took the seat, in words
    why: str = ""  # of an answer: reason, note and channel


@dataclass(slots=True)
class GroupRoster:
    """One discipline group: its designated members, primaries, and alternates in order of substitution."""

    name: str
    designated: list[RosterRow] = field(default_factory=list)
    primaries: list[RosterRow] = field(default_factory=list)
    alternates: list[RosterRow] = field(default_factory=list)

    @property
    def members(self) -> list[RosterRow]:
        """Who sits: designated first, then primaries."""
        return [*self.designated, *self.primaries]

    @property
    def rows(self) -> list[RosterRow]:
        """Everybody, alternates last."""
        return [*self.members, *self.alternates]


class Roster:
    """The seats of one draw by group, for one reader: as they were drawn.

    `named` False masks the names for readers, too, who may see them: a paper says so unless its purpose is told.
    """

    as_drawn = True
    declined: Sequence[RosterRow] = ()
    empty = 0

    def __init__(self, draw: Draw, reader: User, *, named: bool = True) -> None:
        self.draw = draw
        self.application = draw.application
        self.masked = not (named and reader.may("draws.export_roster"))
        self.may_reveal = reader.may("experts.reveal_field")

    @cached_property
    def groups(self) -> list[GroupRoster]:
        """In the order of the committee's groups; designated members stand in a group of their own."""
        reasons = dict(
            DesignatedMember.objects.filter(application=self.application).values_list(
                "expert", "reason"
            )
        )
        made: dict[str, GroupRoster] = {}
        counters: dict[tuple[str, str], int] = defaultdict(int)
        for seat in self._seats():
            name = group_of(seat)
            group = made.setdefault(name, GroupRoster(name))
            counters[name, seat.seat_type] += 1
            row = self._row(seat, counters[name, seat.seat_type], name, reasons)
            _list_of(group, seat.seat_type).append(row)
        return list(made.values())

    def _seats(self) -> list[DrawSeat]:
        order = {"DESIGNATED": 0, "PRIMARY": 1, "ALTERNATE": 2}
        seats = self.draw.seats.select_related("expert__unit", "group", "specialty")
        return sorted(
            seats,
            key=lambda s: (
                place_of(s),
                s.group_id or 0,
                order[s.seat_type],
                s.specialty.code if s.specialty else "~",
                s.rank,
            ),
        )

    @cached_property
    def _frozen(self) -> dict[int, FrozenMember]:
        """expert id -> the member as frozen, for those who hold a seat."""
        held = self.draw.seats.values("expert")
        return {each.expert_id: each for each in self.draw.members.filter(expert__in=held)}

    def _frozen_as(self, seat: DrawSeat) -> FrozenMember | None:
        """Whoever was drawn into a seat, as frozen."""
        return self._frozen.get(seat.expert_id)

    def _row(self, seat: DrawSeat, order: int, group: str, reasons: dict[int, str]) -> RosterRow:
        expert = seat.expert
        frozen = self._frozen_as(seat)
        drawn_name = frozen.name if frozen else expert.name
        unit = frozen.unit_name if frozen else (expert.unit.name if expert.unit else "")
        name = mask_name(drawn_name) if self.masked else drawn_name
        shown = mask_name(expert.name) if self.masked else expert.name
        changed = frozen is not None and (frozen.name, frozen.id_index) != (
            expert.name,
            expert.id_index,
        )
        duty = DesignatedMember.Duty(seat.duty).label if seat.duty else MEMBER
        specialty = seat.specialty.name if seat.specialty else OPEN_WORDS
        alternate = seat.seat_type == SeatType.ALTERNATE
        return RosterRow(
            order=order,
            rank=seat.rank,
            seat=f"备选 {seat.rank}" if alternate else seat.get_seat_type_display(),
            seat_type=seat.seat_type,
            name=name,
            gender=expert.get_gender_display(),
            unit=unit,
            title=expert.title_name,
            level=expert.get_title_level_display(),
            specialty="" if seat.seat_type == SeatType.DESIGNATED else specialty,
            group=group,
            duty=duty,
            reason=reasons.get(expert.pk, ""),
            lot=seat.lot_code,
            mobile="" if self.masked else expert.mobile_masked,
            expert_no="" if self.masked else expert.expert_no,
            changed=f"抽取后姓名或证件号码有改动，现登记为 {shown}" if changed else "",
            found_by=" ".join(
                part.lower()
                for part in (
                    name,
                    "" if self.masked else expert.name_initials,
                    "" if self.masked else expert.name_pinyin,
                    unit,
                    specialty,
                    seat.lot_code,
                )
            ),
        )

    @cached_property
    def members(self) -> int:
        """How many sit: primaries and designated."""
        return sum(len(group.members) for group in self.groups)

    @cached_property
    def alternates(self) -> int:
        """How many stand by."""
        return sum(len(group.alternates) for group in self.groups)

    def chosen(self, *, group: str = "", text: str = "") -> list[GroupRoster]:
        """The groups narrowed to one group, and to rows that contain the text (Chinese or pinyin initials)."""
        wanted = text.strip().lower()
        found = []
        for each in self.groups:
            if group and each.name != group:
                continue
            narrowed = GroupRoster(
                each.name,
                *(
                    [row for row in rows if wanted in row.found_by]
                    for rows in (each.designated, each.primaries, each.alternates)
                ),
            )
            if narrowed.rows:
                found.append(narrowed)
        return found


def group_of(seat: DrawSeat) -> str:
    """Under which heading a seat stands."""
    if seat.seat_type == SeatType.DESIGNATED:
        return APPOINTED
    return seat.group.name if seat.group else WHOLE_POOL


def place_of(seat: DrawSeat) -> int:
    """Designated members first, then the groups in the committee's order, then seats without a group."""
    if seat.seat_type == SeatType.DESIGNATED:
        return -1
    return seat.group.order if seat.group else 10_000


def _list_of(group: GroupRoster, seat_type: str) -> list[RosterRow]:
    if seat_type == SeatType.DESIGNATED:
        return group.designated
    return group.primaries if seat_type == SeatType.PRIMARY else group.alternates


def draws_with_rosters(user: User) -> QuerySet[Draw]:
    """Executed and void draws that the user may see, with what the list shows."""
    return with_answers(Draw.objects.visible_to(user).filter(status__in=DRAWN)).order_by("-id")


def with_answers(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    """Draws with the counters of their rosters: `primaries` and `extra` seats, `others`, `confirmed`, `lock`."""
    return draws.select_related("application__matter", "application__committee", "office").annotate(
        primaries=Count("seats", filter=~Q(seats__seat_type=SeatType.ALTERNATE)),
        others=Count("seats", filter=Q(seats__seat_type=SeatType.ALTERNATE)),
        confirmed=_standings(answer=Answer.PARTICIPATING),
        extra=_standings(position=Position.SEATED, of_supplement=True),
        lock=Subquery(
            RosterVersion.objects.filter(roster__draw=OuterRef("pk"), unlocked_at=None).values(
                "number"
            )[:1]
        ),
    )


def _standings(*, of_supplement: bool = False, **facts: str) -> Coalesce:
    """How many people of the roster stand so; `of_supplement`: in seats that only a supplement made."""
    found = Standing.objects.filter(roster__draw=OuterRef("pk"), **facts)
    if of_supplement:
        found = found.exclude(place__draw=OuterRef("pk"))
    counted = found.order_by().values("roster").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def roster_draw(application: DrawApplication, attempt: str = "") -> Draw | None:
    """The draw whose roster is meant: a named attempt, else the executed one, else the latest void one."""
    drawn = application.draws.filter(status__in=DRAWN).select_related(
        "application__matter", "application__committee", "office", "executed_by"
    )
    if attempt.isascii() and attempt.isdigit():
        return drawn.filter(attempt=int(attempt[:5])).first()
    return drawn.filter(status=DrawStatus.EXECUTED).first() or drawn.order_by("-attempt").first()
