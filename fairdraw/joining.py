"""A supplement joins a roster: its primaries take the empty seats, its alternates wait.

One that is declared void leaves it again: nobody enters by that, and its seats are as they were before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from fairdraw.errors import FairdrawError, shown
from fairdraw.events import Place
from fairdraw.house import House, Joined
from fairdraw.seating import Person, Seating


def bring_in(house: House, supplement: Seating) -> None:
    """The people of a supplement come in, and its plan holds. Raises KEPT_DIFFER, DRAWN_TWICE."""
    _check(house, supplement)
    house.joined += (
        Joined(
            digest=supplement.digest,
            plan=house.plan,
            people=dict(house.people),
            seats=dict(house.seats),
            supplied=frozenset(house.supplied),
        ),
    )
    house.plan = supplement.plan
    house.round += 1
    for member in supplement.members:
        if member.id in house.people:
            house.update(member)
        else:
            house.appoint(member, None)
    taken = _seats_for(house, supplement.panel)
    for person in supplement.panel:
        house.draw_into(person, taken.get(person.id, person.id))
    house.list_alternates(supplement)


def send_away(house: House, digest: str) -> tuple[str, ...]:
    """Everybody of the newest supplement leaves; returns the seats that are empty by it.

    What it said of anybody or of any seat is as before it. Whoever of an earlier draw holds a seat that
    only this supplement made waits again. Raises NOT_THE_NEWEST_DRAW.
    """
    if not house.joined or house.joined[-1].digest != digest:
        raise FairdrawError("NOT_THE_NEWEST_DRAW", draw=shown(digest))
    last = house.joined[-1]
    people = [person for person in house.people if person not in last.people]
    held = [seat for seat in map(house.seat_of.get, people) if seat is not None]
    for seat in held:
        house.vacate(seat)
    for name, place in list(house.seats.items()):
        if name in last.seats:
            house.seats[name] = replace(last.seats[name], holder=place.holder)
        else:
            _take_away(house, place)
    for person in people:
        house.forget(person)
    house.people = dict(last.people)
    house.plan, house.supplied = last.plan, set(last.supplied)
    house.round -= 1
    house.joined = house.joined[:-1]
    return tuple(seat for seat in held if seat in house.seats)


def _take_away(house: House, place: Place) -> None:
    """A seat goes: whoever holds it waits again, whoever declined in it left none."""
    if place.holder is not None:
        house.vacate(place.seat)
        house.wait(place.holder)
    del house.seats[place.seat], house.empty[place.seat]
    for person, left in house.gone.items():
        if left and left[0] == place.seat:
            house.gone[person] = None


def _check(house: House, supplement: Seating) -> None:
    seated, known = house.seat_of.keys(), house.people.keys()
    kept = {member.id for member in supplement.plan.kept}
    appointed = {member.id for member in supplement.plan.designated}
    missing = seated - kept - appointed
    unexpected = (kept | (appointed & known)) - seated
    if missing or unexpected:
        raise FairdrawError("KEPT_DIFFER", missing=sorted(missing), unexpected=sorted(unexpected))
    for person in supplement.drawn:
        if person.id in known:
            raise FairdrawError("DRAWN_TWICE", id=person.id)


def _seats_for(house: House, panel: Iterable[Person]) -> dict[str, str]:
    """Primary -> the empty seat they take, for all who find one."""
    free = [house.seats[seat] for seat in house.empty if house.seats[seat].stratum is not None]
    found: dict[str, str] = {}
    fits: Callable[[Place, str, str | None], bool]
    for fits in (_same_stratum, _same_group, _any):
        for person in panel:
            group = house.group(person.stratum)
            fitting = (place for place in free if fits(place, person.stratum, group))
            place = None if person.id in found else next(fitting, None)
            if place is not None:
                free.remove(place)
                found[person.id] = place.seat
    return found


def _same_stratum(place: Place, stratum: str, group: str | None) -> bool:
    return place.stratum == stratum


def _same_group(place: Place, stratum: str, group: str | None) -> bool:
    return group is not None and place.group == group


def _any(place: Place, stratum: str, group: str | None) -> bool:
    return True
