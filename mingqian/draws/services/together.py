"""Answers for several people at once: one deed a person, in one transaction, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from mingqian.accounts.models import User
from mingqian.draws.models import Answer, Roster, Standing

from .answering import Done, SeatTaken
from .rosters import RosterLocked, RosterRefused, RosterVoid, holding_roster


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody a deed is about, and the answer that the page showed."""

    standing: Standing
    seen: str = ""


class SomeRefused(RosterRefused):
    """At least one of several could not; nobody's answer has changed. `refusals`: who, and why."""

    def __init__(self, refusals: list[tuple[Standing, RosterRefused]]) -> None:
        self.refusals = refusals
        super().__init__(f"有 {len(refusals)} 人不能办理，全部未登记。")

    @property
    def taken(self) -> bool:
        """Nothing but seats that somebody else has taken stand in the way: the office chooses."""
        return all(isinstance(refusal, SeatTaken) for _, refusal in self.refusals)


def answer_together(
    roster: Roster,
    asked: Iterable[Asked],
    deed: Callable[[Asked], Done],
    *,
    by: User,
    locked_too: bool = False,
) -> list[Done]:
    """One deed for everybody asked, in the order of the list. Raises SomeRefused with everybody who could not."""
    done: list[Done] = []
    refusals: list[tuple[Standing, RosterRefused]] = []
    with transaction.atomic(), holding_roster(roster, by=by, locked_too=locked_too):
        for each in asked:
            try:
                with transaction.atomic():
                    done.append(deed(each))
            except (RosterLocked, RosterVoid):
                raise
            except RosterRefused as refusal:
                refusals.append((each.standing, refusal))
        if refusals:
            raise SomeRefused(refusals)
    return done


def asked_of(roster: Roster, keys: Iterable[str]) -> list[Asked]:
    """The people a form names, as `standing-answer`; a name that is not of this roster is passed over.

    In the order of the form, which is that of the list and of what the form said would happen.
    """
    seen: dict[int, str] = {}
    for key in keys:
        number, _, answer = key.partition("-")
        if number.isascii() and number.isdigit() and len(number) < 16:
            seen[int(number)] = answer if answer in Answer.values else ""
    found = roster.standings.select_related("seat", "expert", "roster__draw__application")
    people = found.in_bulk(seen)
    return [Asked(people[pk], answer) for pk, answer in seen.items() if pk in people]
