"""Random histories: whatever happens, everybody has one place, and the rules hold."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fairdraw import FairdrawError, Member, Plan, Quota
from fairdraw.roster_file import roster_file, standing
from fairdraw.seating import Seating
from fairdraw.substitution import (
    ACCEPT,
    CHOOSE,
    DECLINE,
    JOIN,
    RESERVE,
    REVERT,
    SEAT,
    Event,
    Outcome,
    Succession,
)
from tests.fairdraw.seated import seating

LISTS = {
    "by stratum": {"g.s": (3, 3), "g.t": (2, 2), "h.u": (2, 1)},
    "whole pool": {"g.s": (1, 0), "g.t": (1, 0), "*": (4, 5)},
}


class Histories(RuleBasedStateMachine):
    """A series of up to three draws and the answers to them."""

    @initialize(lists=st.sampled_from(sorted(LISTS)), seed=st.integers(0, 10**6))
    def begin(self, lists: str, seed: int) -> None:
        self.lot = random.Random(seed)
        self.shape = LISTS[lists]
        self.people: dict[str, dict[str, Any]] = {}
        first = self._draw("p", self.shape, ())
        self.draws = [first]
        self.events: list[Event] = []
        self.succession = Succession(first)

    def _draw(
        self, prefix: str, shape: dict[str, tuple[int, int]], kept: tuple[Any, ...]
    ) -> Seating:
        """People at random who keep the rules by chance or not: then they are drawn again."""
        for _ in range(300):
            lists, number = {}, 0
            for stratum, counts in shape.items():
                names = [f"{prefix}{number + n}" for n in range(sum(counts))]
                number += len(names)
                lists[stratum] = (" ".join(names[: counts[0]]), " ".join(names[counts[0] :]))
                for name in names:
                    self.people[name] = {
                        "employer": f"e{self.lot.randrange(4)}",
                        "strata": tuple(self.lot.sample(["g.s", "g.t"], self.lot.randint(1, 2))),
                        "values": (("sex", self.lot.choice("fm")),),
                        "type": self.lot.randrange(2),
                    }
            chair = () if kept else (Member("chair", "e0", None, None, (("sex", "f"),)),)
            self.people["chair"] = {"employer": "e0", "values": (("sex", "f"),)}
            made = seating(
                lists,
                self.people,
                digest=f"{len(prefix):064}",
                employer_cap=4,
                group_cap=2,
                quotas=(Quota("sex", ("f",), low=0 if kept else 2, high=6),),
                designated=chair,
                kept=kept,
            )
            if self._broken(made.plan, Succession(made)) is None:
                return made
        raise AssertionError("nobody fits beside those who sit")

    def _broken(self, plan: Plan, succession: Succession) -> str | None:
        """The first limit that is passed by those who sit."""
        sitting = [p for p in succession.seats if p.holder is not None]
        employers = [(self.people[str(p.holder)]["employer"], p.group) for p in sitting]
        for employer, group in employers:
            if sum(name == employer for name, _ in employers) > plan.employer_cap:
                return f"employer {employer}"
            limit = plan.group_limit(group)
            if limit is not None and employers.count((employer, group)) > limit:
                return f"{employer} in {group}"
        women = sum(("sex", "f") in self.people[str(p.holder)]["values"] for p in sitting)
        return "women" if women > plan.quotas[0].high else None

    # ------------------------------------------------------------------ what happens

    def _try(self, event: Event) -> Outcome | None:
        before = standing(self.succession), self.succession.answers
        try:
            outcome = self.succession.preview(event)
        except FairdrawError:
            try:
                self.succession.apply(event)
            except FairdrawError:
                assert before == (standing(self.succession), self.succession.answers)
                return None
            raise AssertionError("refused in a preview only") from None
        assert before == (standing(self.succession), self.succession.answers)
        assert self.succession.apply(event) == outcome
        self.events.append(event)
        if outcome.entered is not None:
            assert self._broken(self.draws[-1].plan, self.succession) is None
        return outcome

    def _somebody(self) -> str:
        return self.lot.choice(sorted(self.succession.answers))

    @rule()
    def accept(self) -> None:
        self._try(Event(ACCEPT, self._somebody()))

    @rule()
    def decline(self) -> None:
        person = self.lot.choice([p.holder or self._somebody() for p in self.succession.seats])
        outcome = self._try(Event(DECLINE, person))
        assert outcome is None or person in self.succession.gone

    @rule(choice=st.sampled_from([None, SEAT, RESERVE]))
    def revert(self, choice: str | None) -> None:
        gone = self.succession.gone
        person = self.lot.choice(gone) if gone else self._somebody()
        forbidden = self.succession.may_return(person)
        outcome = self._try(Event(REVERT, person, choice))
        if outcome is not None and person in gone:
            assert person not in self.succession.gone
            assert forbidden is None or outcome.entered is None

    @rule()
    def choose(self) -> None:
        seats = self.succession.seats
        open_to_choice = [place for place in seats if self.succession.candidates(place.seat)]
        place = self.lot.choice(
            open_to_choice if self.lot.randrange(3) and open_to_choice else seats
        )
        allowed = dict(self.succession.candidates(place.seat))
        waiting = self.succession.waiting
        person = self.lot.choice(waiting) if waiting else self._somebody()
        outcome = self._try(Event(CHOOSE, person, seat=place.seat))
        assert (outcome is not None) == (allowed.get(person, "not allowed") is None)

    @precondition(lambda self: len(self.draws) < 3 and self.succession.gaps)
    @rule(more=st.integers(0, 1))
    def join(self, more: int) -> None:
        gaps = self.succession.gaps
        shape = {name: (gaps.get(name, 0) + more, 1) for name in self.shape if name in gaps}
        kept = tuple(
            Member(
                place.holder,
                self.people[place.holder]["employer"],
                group=place.group,
                values=self.people[place.holder]["values"],
            )
            for place in self.succession.seats
            if place.holder is not None
        )
        full = {**dict.fromkeys(self.shape, (0, 0)), **shape}
        made = self._draw("p" + "x" * len(self.draws), full, kept)
        self.succession.join(made)
        self.draws.append(made)
        self.events.append(Event(JOIN))
        assert not set(self.succession.gaps) & set(gaps)

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def everybody_has_one_place(self) -> None:
        held = [place.holder for place in self.succession.seats if place.holder is not None]
        waiting, gone = self.succession.waiting, self.succession.gone
        everybody = [*held, *waiting, *gone]
        assert len(everybody) == len(set(everybody))
        drawn = {person.id for draw in self.draws for person in draw.drawn}
        assert set(everybody) == drawn | {"chair"}
        assert {p for p, a in self.succession.answers.items() if a == "DECLINED"} == set(gone)
        empty = [p for p in self.succession.seats if p.holder is None and p.stratum is not None]
        assert sum(self.succession.gaps.values()) == len(empty)

    def teardown(self) -> None:
        if hasattr(self, "succession"):
            self.the_events_from_scratch_give_the_same()

    def the_events_from_scratch_give_the_same(self) -> None:
        again = Succession(self.draws[0])
        later = iter(self.draws[1:])
        for event in self.events:
            if event.kind == JOIN:
                again.join(next(later))
            else:
                again.apply(event)
        assert again.seats == self.succession.seats
        assert standing(again) == standing(self.succession)
        assert again.answers == self.succession.answers
        assert roster_file(self.draws, self.events)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
