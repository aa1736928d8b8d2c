"""撤销: what one deed changed is put back by deeds of its own, as long as nothing else has happened since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from mingqian.accounts.models import User
from mingqian.draws.models import Answer, Channel, DrawSeat, Position, Roster, Standing

from .answering import (
    Done,
    choose_alternate,
    confirm_seat,
    decline_seat,
    holder_of,
    revert_seat,
)
from .rosters import RosterRefused, holding_roster

TAKEN_BACK = "撤销上一步"


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of putting back. `instead`: whose turn it is again in a seat given up; `place`: which seat."""

    do: str
    standing: int
    choice: str = ""
    channel: str = ""
    reason: str = ""
    note: str = ""
    instead: int = 0
    place: int = 0

    def record(self) -> dict[str, Any]:
        """As a session keeps it."""
        return {key: value for key, value in asdict(self).items() if value}


def confirm_again(standing: Standing) -> Step:
    """The answer of somebody who has confirmed, as it stands now."""
    return Step(
        "CONFIRM", standing.pk, channel=standing.channel or Channel.PHONE, note=standing.note
    )


def after_confirming(standing: Standing) -> list[Step]:
    """How a 确认参评 is put back."""
    return [Step("REVERT", standing.pk)]


def after_declining(before: Standing, done: Done) -> list[Step]:
    """How a 确认不参评 is put back; `before` as it stood."""
    steps = [Step("REVERT", before.pk, choice="SEAT" if done.entered else "")]
    if before.answer == Answer.PARTICIPATING:
        steps.append(confirm_again(before))
    return steps


def before_reverting(standing: Standing, choice: str) -> list[Step]:
    """How a 移除 will be put back; asked before it is done, for whoever gives way loses their answer by it."""
    if standing.answer == Answer.PARTICIPATING:
        return [confirm_again(standing)]
    holder = holder_of(standing)
    gives_way = holder if choice == "SEAT" else None
    steps = [
        Step(
            "DECLINE",
            standing.pk,
            channel=standing.channel or Channel.PHONE,
            reason=standing.reason,
            note=standing.note,
            instead=gives_way.pk if gives_way else 0,
        )
    ]
    if gives_way and gives_way.answer == Answer.PARTICIPATING:
        steps.append(confirm_again(gives_way))
    return steps


def before_choosing(place: DrawSeat) -> list[Step]:
    """How an 另选递补 will be put back: whoever holds the seat now takes it again. Of an empty seat: not at all."""
    holder = Standing.objects.filter(place=place, position=Position.SEATED).first()
    if holder is None:
        return []
    steps = [Step("CHOOSE", holder.pk, place=place.pk)]
    if holder.answer == Answer.PARTICIPATING:
        steps.append(confirm_again(holder))
    return steps


def choose_with_way_back(
    alternate: Standing, place: DrawSeat, *, by: User, note: str, seen_holder: int
) -> tuple[Done, list[Step]]:
    """另选递补, and how it is put back: both about the same holder, for the roster is held in between."""
    with holding_roster(alternate.roster, by=by):
        steps = before_choosing(place)
        done = choose_alternate(alternate, place, by=by, note=note, seen_holder=seen_holder)
    return done, steps


def take_back(roster: Roster, steps: Iterable[dict[str, Any]], *, revision: int, by: User) -> None:
    """Do the steps in order, in one transaction; refused if anything happened after `revision`."""
    with holding_roster(roster, by=by) as held:
        if held.revision != revision:
            raise RosterRefused("名单已有新的变化，不能再撤销；请逐人办理。")
        for record in steps:
            _do(held, Step(**record), by)


def _do(roster: Roster, step: Step, by: User) -> None:
    people = roster.standings.select_related("seat", "expert", "roster__draw__application")
    standing = people.get(pk=step.standing)
    if step.do == "CONFIRM":
        confirm_seat(standing, by=by, channel=step.channel, note=step.note)
    elif step.do == "REVERT":
        revert_seat(standing, by=by, choice=step.choice, note=TAKEN_BACK)
    elif step.do == "CHOOSE":
        choose_alternate(standing, DrawSeat.objects.get(pk=step.place), by=by, note=TAKEN_BACK)
    else:
        decline_seat(
            standing,
            by=by,
            reason=step.reason,
            channel=step.channel,
            note=step.note,
            instead=people.get(pk=step.instead) if step.instead else None,
            instead_note=TAKEN_BACK,
        )
