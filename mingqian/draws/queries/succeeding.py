"""What a decline, a return or a choice would do, told before it is done; nothing here is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fairdraw.errors import FairdrawError
from fairdraw.substitution import Event, Skip
from mingqian.draws.models import Answer, DrawSeat, Position, SeatType
from mingqian.draws.succession_words import passed_over, refusal_words, skip_words

from .confirming import Confirmation, Person
from .succession import series_of_roster


@dataclass(frozen=True, slots=True)
class Heir:
    """Somebody who waits for a seat, and why they may not enter; "" if they may."""

    person: Person
    forbidden: str


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Somebody who declines: who enters by the rule, who is passed over, who else could be chosen.

    `seated`: they give up a seat. `gap`: nobody can enter. `appointed`: no alternate fills an appointed seat.
    """

    person: Person
    seated: bool
    place: str = ""
    entered: Person | None = None
    passed: tuple[Heir, ...] = ()
    others: tuple[Heir, ...] = ()
    gap: bool = False
    appointed: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who is taken off a tab: whose answer is undone, or who comes back from 不参评.

    `holder` has the seat now, so that the office must choose. `forbidden`: why the seat cannot be taken back.
    """

    person: Person
    place: str = ""
    holder: Person | None = None
    forbidden: str = ""
    reserve: str = ""


def vacancies(page: Confirmation, people: Iterable[Person]) -> list[Vacancy]:
    """The declines of several people, one after the other in the order of the list."""
    series = series_of_roster(page.roster, events=page.events)
    found = []
    for person in people:
        standing = person.standing
        name = series.name(standing.seat)
        seated = standing.position == Position.SEATED
        held = standing.place_id
        place = page.place_words(series.seat_of_pk(held)) if held else ""
        try:
            outcome = series.succession.apply(Event("DECLINE", name))
        except FairdrawError as error:
            found.append(Vacancy(person, seated, place, refused=refusal_words(error)))
            continue
        appointed = standing.seat.seat_type == SeatType.DESIGNATED
        others: list[Heir] = []
        if outcome.seat is not None and not appointed:
            others = [
                Heir(page.of_name(each), _why(skip))
                for each, skip in series.succession.candidates(outcome.seat)
                if each != outcome.entered
            ]
        found.append(
            Vacancy(
                person,
                seated,
                place,
                entered=page.of_name(outcome.entered) if outcome.entered else None,
                passed=tuple(
                    Heir(page.of_name(s["id"]), skip_words(s["row"], s["limit"]))
                    for s in passed_over(outcome)
                ),
                others=tuple(others),
                gap=outcome.gap,
                appointed=appointed,
            )
        )
    return found


def heirs(page: Confirmation, place: DrawSeat) -> list[Heir]:
    """Who could be chosen for a seat that is empty or was filled by 递补, in order of waiting."""
    candidates = page.series.succession.candidates(page.series.name(place))
    return [Heir(page.of_name(name), _why(skip)) for name, skip in candidates]


def returns(page: Confirmation, people: Iterable[Person]) -> list[Return]:
    """What 移除 would do for each."""
    return [_return(page, person) for person in people]


def _return(page: Confirmation, person: Person) -> Return:
    if person.standing.answer != Answer.DECLINED:
        return Return(person)
    succession = page.series.succession
    name = page.series.name(person.standing.seat)
    left = next(
        (e for e in reversed(page.events) if e.kind == "DECLINE" and e.seat_id == person.standing.seat_id),
        None,
    )  # fmt: skip
    # A seat that only a supplement had made is gone with it.
    stands = left is not None and left.place_id in page.numbers
    place = page.place_words(left.place) if left and left.place and stands else ""
    holder = None
    try:
        succession.preview(Event("REVERT", name))
    except FairdrawError as error:
        if error.code != "SEAT_TAKEN":
            return Return(person, place, forbidden=refusal_words(error))
        holder = page.of_name(error.params["holder"])
    forbidden = ""
    try:
        succession.preview(Event("REVERT", name, choice="SEAT"))
    except FairdrawError as error:
        forbidden = refusal_words(error)
    alternate = person.standing.seat.seat_type == SeatType.ALTERNATE
    reserve = f"备选第 {person.standing.seat.rank} 位" if alternate else "本专业备选的最后一位"
    return Return(person, place, holder, forbidden, reserve)


def _why(skip: Skip | None) -> str:
    return "" if skip is None else skip_words(skip.row, skip.limit)
