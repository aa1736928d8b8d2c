"""确认专家参评: everybody of a roster with where they stand and what they answered, as different eyes may see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.models import (
    Answer,
    DesignatedMember,
    DrawSeat,
    FrozenMember,
    Position,
    Roster,
    RosterEvent,
    SeatType,
    Standing,
)
from mingqian.draws.succession_words import VOID_NOW
from mingqian.experts.models import ExpertStatus, MembershipStatus, PoolMembership
from mingqian.web.components import Tone
from mingqian.web.sealed import mask_name

from .answer_links import kept_declines
from .roster import MEMBER, group_of, place_of
from .strata import OPEN_WORDS
from .succession import Series, series_of_roster

OPEN, YES, NO, WAITING = "open", "yes", "no", "waiting"
TABS = {OPEN: "未确认", YES: "确认参评", NO: "不参评", WAITING: "备选"}


@dataclass(frozen=True, slots=True)
class Person:
    """One of those drawn or appointed. `name` is masked unless this reader may see it; no phone in the clear.

    `order` is the number of the seat they hold or held, 0 for none. `unfit`: why they no longer qualify, in words.
    `said_no`: declined by link while nobody could leave; the office is still to register it.
    """

    standing: Standing
    tab: str
    order: int
    name: str
    gender: str
    unit: str
    title: str
    level: str
    specialty: str
    group: str
    duty: str
    seat: str
    tone: Tone
    mobile: str
    expert_no: str
    unfit: str
    said_no: bool
    found_by: str

    @property
    def key(self) -> str:
        """How a form names this person together with the answer that the page showed."""
        return f"{self.standing.pk}-{self.standing.answer}"

    @property
    def short_group(self) -> str:
        """The group without its last syllable, for narrow screens."""
        return self.group.removesuffix("组")


@dataclass(slots=True)
class Tally:
    """The counters of one group, or of all."""

    name: str
    expected: int = 0
    confirmed: int = 0
    declined: int = 0
    open: int = 0
    waiting: int = 0
    gaps: int = 0


class Confirmation:
    """A roster for one reader. Everything is read in a fixed number of queries, however many people there are."""

    def __init__(self, roster: Roster, reader: User) -> None:
        self.roster = roster
        self.application = roster.draw.application
        self.masked = not reader.may("draws.export_roster")
        self.may_reveal = reader.may("experts.reveal_field")

    @cached_property
    def events(self) -> list[RosterEvent]:
        """Every event of the roster in order, with the people it names."""
        return list(
            self.roster.events.select_related(
                "by", "draw__application__matter", "seat__expert", "place__expert", "place__group",
                "entered__expert", "left__expert",
            ).order_by("seq")
        )  # fmt: skip

    @cached_property
    def series(self) -> Series:
        """What the engine makes of the draws and the events."""
        return series_of_roster(self.roster, events=self.events)

    @cached_property
    def _everybody(self) -> list[Standing]:
        """Those too who came by a supplement declared void since: the history tells of them."""
        return list(
            self.roster.standings.select_related(
                "expert__unit", "place",
                "seat__group", "seat__specialty", "seat__draw__application__matter",
            )
        )  # fmt: skip

    @cached_property
    def standings(self) -> dict[int, Standing]:
        """Seat id -> where its person stands."""
        listed = (each for each in self._everybody if each.position != Position.VOID)
        return {standing.seat_id: standing for standing in listed}

    @cached_property
    def places(self) -> list[DrawSeat]:
        """Every seat there is to fill, in the order of the list; the empty ones too."""
        series = self.series
        found = (series.as_it_is(series.seat_of[p.seat]) for p in series.succession.seats)
        return sorted(found, key=_order)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Seat id -> its number on the list, from 1."""
        return {seat.pk: number for number, seat in enumerate(self.places, 1)}

    @cached_property
    def empty(self) -> list[DrawSeat]:
        """Drawn seats that nobody holds; of appointed members none is filled by a draw."""
        held = {standing.place_id for standing in self.standings.values()}
        return [
            seat
            for seat in self.places
            if seat.pk not in held and seat.seat_type != SeatType.DESIGNATED
        ]

    @cached_property
    def people(self) -> list[Person]:
        """Everybody: by number of the seat, then those who wait in order."""
        order = {self.series.seat_of[name].pk: n for n, name in enumerate(self.waiting_names)}
        people = [self._person(standing) for standing in self.standings.values()]
        return sorted(
            people,
            key=lambda p: (
                p.order or 10_000,
                order.get(p.standing.seat_id, 10_000),
                p.standing.pk,
            ),
        )

    @property
    def waiting_names(self) -> tuple[str, ...]:
        """Pseudonyms of those who wait, in order."""
        return self.series.succession.waiting

    @cached_property
    def by_seat(self) -> dict[int, Person]:
        """Seat id -> the person first drawn or appointed for it."""
        return {person.standing.seat_id: person for person in self.people}

    def of_name(self, name: str) -> Person:
        """The person behind a pseudonym."""
        return self.by_seat[self.series.seat_of[name].pk]

    def called(self, seat: int) -> str:
        """How the history names whoever was first drawn into a seat; those who are no longer listed too."""
        if seat in self.by_seat:
            return self.by_seat[seat].name
        gone = next(standing for standing in self._everybody if standing.seat_id == seat)
        return self._name(gone) + VOID_NOW

    def find(self, standing: str) -> Person | None:
        """The person whose standing has this number, as an address gives it."""
        return next((p for p in self.people if str(p.standing.pk) == standing), None)

    def place_words(self, seat: DrawSeat) -> str:
        """建筑施工组 第 4 席."""
        group = group_of(self.series.as_it_is(seat))
        seats = [each.pk for each in self.places if group_of(each) == group]
        return f"{group} 第 {seats.index(seat.pk) + 1} 席" if seat.pk in seats else group

    @cached_property
    def tallies(self) -> list[Tally]:
        """All together first, then group by group in the order of the list."""
        whole = Tally("合计")
        groups: dict[str, Tally] = {}
        for seat in [*self.places, *(standing.seat for standing in self.standings.values())]:
            groups.setdefault(group_of(seat), Tally(group_of(seat)))
        for seat in self.places:
            groups[group_of(seat)].expected += 1
        for seat in self.empty:
            groups[group_of(seat)].gaps += 1
        for person in self.people:
            tally = groups[person.group]
            tally.confirmed += person.tab == YES
            tally.declined += person.tab == NO
            tally.open += person.tab == OPEN
            tally.waiting += person.tab == WAITING
        for tally in groups.values():
            whole.expected += tally.expected
            whole.gaps += tally.gaps
            whole.confirmed += tally.confirmed
            whole.declined += tally.declined
            whole.open += tally.open
            whole.waiting += tally.waiting
        return [whole, *groups.values()]

    @cached_property
    def late(self) -> bool:
        """The last moment for experts' own answers has passed: who is unconfirmed has not answered."""
        until = self.roster.answer_by
        return until is not None and until <= timezone.now() and not self.roster.is_void

    @cached_property
    def counts(self) -> Counter[str]:
        """How many people each tab holds."""
        return Counter(person.tab for person in self.people)

    def shown(self, tab: str, *, group: str = "", text: str = "") -> list[Person]:
        """One tab, narrowed to a group and to rows that contain the text (Chinese or pinyin initials)."""
        wanted = text.strip().lower()
        return [
            person
            for person in self.people
            if person.tab == tab
            and (not group or person.group == group)
            and wanted in person.found_by
        ]

    @cached_property
    def _frozen(self) -> dict[tuple[int, int], FrozenMember]:
        """(draw, expert) -> the member as frozen."""
        experts = [standing.expert_id for standing in self._everybody]
        draws = {standing.seat.draw_id for standing in self._everybody}
        rows = FrozenMember.objects.filter(draw__in=draws, expert__in=experts)
        return {(row.draw_id, row.expert_id): row for row in rows}

    @cached_property
    def _memberships(self) -> dict[int, PoolMembership]:
        """Expert id -> the membership of this committee that counts: an active one, else the latest."""
        rows = PoolMembership.objects.filter(
            committee=self.application.committee_id,
            expert__in=[standing.expert_id for standing in self.standings.values()],
        ).order_by("term_from", "pk")
        found: dict[int, PoolMembership] = {}
        for row in rows:
            kept = found.get(row.expert_id)
            if (
                kept is None
                or kept.status != MembershipStatus.ACTIVE
                or row.status == MembershipStatus.ACTIVE
            ):
                found[row.expert_id] = row
        return found

    @cached_property
    def _said_no(self) -> set[int]:
        return set(kept_declines().filter(roster=self.roster).values_list("pk", flat=True))

    def _name(self, standing: Standing) -> str:
        """As frozen, for these eyes."""
        frozen = self._frozen.get((standing.seat.draw_id, standing.expert_id))
        name = frozen.name if frozen else standing.expert.name
        return mask_name(name) if self.masked else name

    def _person(self, standing: Standing) -> Person:
        seat, expert = standing.seat, standing.expert
        frozen = self._frozen.get((seat.draw_id, expert.pk))
        name = self._name(standing)
        unit = frozen.unit_name if frozen else (expert.unit.name if expert.unit else "")
        series = self.series
        held = series.as_it_is(series.seat_of_pk(standing.place_id)) if standing.place_id else seat
        specialty = held.specialty.name if held.specialty else OPEN_WORDS
        if seat.seat_type == SeatType.DESIGNATED:
            specialty = ""
        word, tone = self._seat_words(standing)
        finding = (
            (name, unit, specialty)
            if self.masked
            else (name, expert.name_initials, expert.name_pinyin, unit, specialty)
        )
        return Person(
            standing=standing,
            tab=tab_of(standing),
            order=self.numbers.get(held.pk, 0) if standing.position != Position.WAITING else 0,
            name=name,
            gender=expert.get_gender_display(),
            unit=unit,
            title=expert.title_name,
            level=expert.get_title_level_display(),
            specialty=specialty,
            group=group_of(held),
            duty=DesignatedMember.Duty(seat.duty).label if seat.duty else MEMBER,
            seat=word,
            tone=tone,
            mobile="" if self.masked else expert.mobile_masked,
            expert_no="" if self.masked else expert.expert_no,
            unfit=self._unfit(standing),
            said_no=standing.pk in self._said_no,
            found_by=" ".join(part.lower() for part in finding),
        )

    def _seat_words(self, standing: Standing) -> tuple[str, Tone]:
        """正选, 递补 1, 备选 2, 指定, 补充."""
        seat = standing.seat
        if seat.seat_type == SeatType.DESIGNATED:
            return "指定", "teal"
        if standing.reserve:
            return f"备选后补 {standing.reserve}", "gray"
        if seat.seat_type == SeatType.ALTERNATE:
            if standing.position == Position.SEATED:
                return f"递补 {seat.rank}", "gold"
            return f"备选 {seat.rank}", "gold" if standing.position == Position.WAITING else "gray"
        if standing.position == Position.SEATED and standing.place_id != seat.pk:
            first = seat.draw_id == self.roster.draw_id
            return ("递补", "gold") if first else ("补充", "blue")
        return ("正选" if seat.draw_id == self.roster.draw_id else "补充"), "blue"

    def _unfit(self, standing: Standing) -> str:
        if standing.position == Position.OUT:
            return ""
        if standing.expert.status != ExpertStatus.ACTIVE:
            return f"专家状态现为「{standing.expert.get_status_display()}」"
        membership = self._memberships.get(standing.expert_id)
        if membership is None:
            return "已不在本评委会专家库"
        if membership.status != MembershipStatus.ACTIVE:
            return f"在本评委会专家库现为「{membership.get_status_display()}」"
        starts = self.application.starts_at
        meeting_on = timezone.localtime(starts).date() if starts else None
        if meeting_on and not membership.term_from <= meeting_on <= membership.term_to:
            return f"聘期至 {membership.term_to}，不含会议日"
        return ""


def tab_of(standing: Standing) -> str:
    """Under which tab somebody stands."""
    if standing.position == Position.SEATED:
        return YES if standing.answer == Answer.PARTICIPATING else OPEN
    return NO if standing.position == Position.OUT else WAITING


def _order(seat: DrawSeat) -> tuple[int, int, str, int, int]:
    code = seat.specialty.code if seat.specialty else "~"
    return place_of(seat), seat.group_id or 0, code, seat.rank, seat.pk
