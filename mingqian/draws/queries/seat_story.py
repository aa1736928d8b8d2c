"""One person of a roster: where their seat comes from, who was contacted when, and how it came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mingqian.draws.models import (
    ContactOutcome,
    DrawSeat,
    Position,
    RosterEvent,
    SeatType,
)
from mingqian.draws.succession_words import skip_words
from mingqian.web.components import TimelineEntry, Tone

from .confirming import Confirmation, Person

Kind = RosterEvent.Kind
MOST_SHOWN = 4
CONTACT_TONES: dict[str, Tone] = {
    ContactOutcome.AGREED: "green",
    ContactOutcome.REFUSED: "red",
    ContactOutcome.PENDING: "amber",
    ContactOutcome.NO_REPLY: "amber",
    ContactOutcome.BAD_NUMBER: "red",
    ContactOutcome.SENT: "blue",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence; with a person, it is a link to them."""

    text: str
    person: Person | None = None


class Story:
    """What the drawer tells of one person."""

    def __init__(self, page: Confirmation, person: Person) -> None:
        self.page, self.person = page, person
        self.seat = person.standing.seat

    @property
    def source(self) -> list[Phrase]:
        """席位来源, with pointers both ways."""
        standing = self.person.standing
        if standing.position == Position.WAITING:
            return [Phrase(self._as_drawn())]
        if standing.position == Position.OUT:
            return self._left_for()
        entry = next((event for event in reversed(self.page.events) if self._entered(event)), None)
        if entry is None or entry.kind == Kind.REVERT:
            return [Phrase(self._as_drawn())]
        if entry.kind == Kind.CHOOSE:
            return [Phrase(f"{self._as_drawn()}，另选递补"), *self._because(entry)]
        left = self._somebody(entry.seat_id, " 不参评")
        return [Phrase(f"{self._as_drawn()}，"), left, Phrase("后递补")]

    @property
    def contacts(self) -> list[TimelineEntry]:
        """Attempts to reach the person, latest first."""
        return [
            TimelineEntry(
                event.at,
                f"{event.get_channel_display()}·{event.get_outcome_display()}",
                text=self._said(self._who(event), event.note),
                tone=CONTACT_TONES.get(event.outcome, ""),
            )
            for event in reversed(self.page.events)
            if event.kind == Kind.CONTACT and event.seat_id == self.seat.pk
        ]

    @property
    def history(self) -> list[TimelineEntry]:
        """How it came to this, latest first, back to the draw."""
        entries = [entry for event in reversed(self.page.events) for entry in self._told(event)]
        draw = self.seat.draw
        appointed = self.seat.seat_type == SeatType.DESIGNATED
        lot = "" if appointed else f"签号 {self.seat.lot_code}，"
        entries.append(
            TimelineEntry(
                draw.executed_at or draw.frozen_at,
                "列为指定委员" if appointed else f"抽中为{self.seat.get_seat_type_display()}",
                text=f"{lot}{self._as_drawn()}",
                tone="blue",
                filled=True,
            )
        )
        return entries

    def _told(self, event: RosterEvent) -> Iterator[TimelineEntry]:
        """One event as it concerns this person: nothing, one entry, or two where they entered for somebody."""
        if event.kind == Kind.RESCHEDULE:
            if self.page.series.name(self.seat) in event.details.get("asked_again", ()):
                yield TimelineEntry(
                    event.at, "会议改期，重新确认", self._who(event), tone="amber", filled=True
                )
            return
        if event.kind == Kind.JOIN and event.draw_id == self.seat.draw_id:
            yield TimelineEntry(
                event.at, "补充抽取入列", self._who(event), tone="blue", filled=True
            )
            return
        if event.kind == Kind.VOID and self._lost_seat(event) and event.draw is not None:
            words = f"补充抽取 {event.draw.application.number} 作废，席位取消　{self._who(event)}"
            yield TimelineEntry(event.at, "回到备选", words, tone="amber", filled=True)
        if event.kind in (Kind.CONTACT, Kind.VOID):
            return
        mine = event.seat_id == self.seat.pk
        if self._entered(event) and not (mine and event.kind == Kind.REVERT):
            yield self._entry(event)
        if event.left_id == self.seat.pk:
            yield TimelineEntry(
                event.at,
                "回到备选",
                f"{self._named(event.seat)} {self._back_words(event)}",
                tone="amber",
                filled=True,
            )
        if mine and event.kind != Kind.CHOOSE:
            yield self._answer(event, event.get_kind_display())
        elif self._entered(event) and event.kind == Kind.DECLINE:
            yield self._answer(event, f"{self._named(event.seat)} {event.get_kind_display()}")

    def _entry(self, event: RosterEvent) -> TimelineEntry:
        place = self.page.place_words(event.place) if event.place else ""
        chosen = event.kind == Kind.CHOOSE
        former = event.left if chosen else event.seat
        text = f"接替 {place}" + (f" {self._named(former)}" if former else "（空缺）")
        if chosen:
            text = f"{text}　{self._said('理由', event.note)}".rstrip("　")
        else:
            passed = self.passed_over(event)
            text += f"；依次跳过 {'、'.join(passed)}" if passed else ""
        return TimelineEntry(
            event.at, "另选递补" if chosen else "递补为正选", text, tone="gold", filled=True
        )

    def _answer(self, event: RosterEvent, title: str) -> TimelineEntry:
        """What somebody answered, or what the office took back."""
        tones: dict[str, Tone] = {Kind.CONFIRM: "green", Kind.DECLINE: "red", Kind.REVERT: "amber"}
        parts = []
        if event.reason:
            note = "" if self.page.masked or not event.note else f"，{event.note}"
            parts.append(f"理由：{event.get_reason_display()}{note}")
        elif event.note and not self.page.masked:
            parts.append(event.note)
        if event.choice:
            parts.append("恢复原席位" if event.choice == "SEAT" else "转为备选")
        if event.channel:
            parts.append(f"渠道：{event.get_channel_display()}")
        parts.append(self._who(event))
        return TimelineEntry(event.at, title, "　".join(parts), tone=tones.get(event.kind, ""))

    def passed_over(self, event: RosterEvent) -> list[str]:
        """Who stood before and could not enter, each with why."""
        return [
            f"{self._named(self.page.series.seat_of[skip['id']])}（{skip_words(skip['row'], skip['limit'])}）"
            for skip in event.skips
        ]

    def _lost_seat(self, void: RosterEvent) -> bool:
        """Whether they sat in a seat that only the supplement had made, when it was declared void."""
        moves = (
            each
            for each in reversed(self.page.events)
            if each.seq < void.seq
            and (
                self._entered(each)
                or each.left_id == self.seat.pk
                or (each.kind == Kind.DECLINE and each.seat_id == self.seat.pk)
            )
        )
        last = next(moves, None)
        if last is None or last.place is None or not self._entered(last):
            return False
        return last.place.draw_id == void.draw_id

    def _entered(self, event: RosterEvent) -> bool:
        return event.entered_id == self.seat.pk

    def _named(self, seat: DrawSeat | None) -> str:
        return self.page.called(seat.pk) if seat else ""

    def _somebody(self, seat: int | None, more: str = "") -> Phrase:
        """A link to somebody, if they are still on the list."""
        assert seat is not None
        return Phrase(self.page.called(seat) + more, self.page.by_seat.get(seat))

    def _who(self, event: RosterEvent) -> str:
        return event.by.real_name if event.by else "本人（答复链接）"

    def _said(self, who: str, words: str) -> str:
        return f"{who}：{words}" if words and not self.page.masked else who

    def _back_words(self, event: RosterEvent) -> str:
        return "恢复原席位" if event.kind == Kind.REVERT else "另选递补"

    def _because(self, entry: RosterEvent) -> list[Phrase]:
        words = [] if self.page.masked or not entry.note else [Phrase(f"（{entry.note}）")]
        if entry.left_id is None:
            return words
        return [Phrase("，接替 "), self._somebody(entry.left_id), *words]

    def _as_drawn(self) -> str:
        """正选, 备选第 1 位, 指定委员; of a supplement with its number."""
        seat, first = self.seat, self.seat.draw_id == self.page.roster.draw_id
        if seat.seat_type == SeatType.DESIGNATED:
            return "指定委员"
        whence = "" if first else f"补充抽取 {seat.draw.application.number} "
        group = "" if seat.group is None else seat.group.name
        if seat.seat_type == SeatType.PRIMARY:
            return f"{whence}{group}正选"
        return f"{whence}{group}备选第 {seat.rank} 位"

    def _left_for(self) -> list[Phrase]:
        """Of somebody who declined: who sits there now."""
        declined = next(
            event
            for event in reversed(self.page.events)
            if event.kind == Kind.DECLINE and event.seat_id == self.seat.pk
        )
        if declined.place_id is None:
            return [Phrase(f"{self._as_drawn()}，未入席")]
        if declined.place_id not in self.page.numbers:
            return [Phrase(f"{self._as_drawn()}；席位因补充抽取作废已取消")]
        holder = next(
            (
                person
                for person in self.page.people
                if person.standing.place_id == declined.place_id
            ),
            None,
        )
        if holder is None:
            return [Phrase(f"{self._as_drawn()}；席位空缺")]
        return [
            Phrase(f"{self._as_drawn()}；席位由 "),
            Phrase(holder.name, holder),
            Phrase(" 递补"),
        ]
