"""A roster as locked: what a version holds, and how two versions differ."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mingqian.draws.models import Roster, RosterVersion
from mingqian.web.sealed import mask_name

from .standing import StandingRoster, content_rows, draws_of

FORMAT = "mingqian-roster/1"


def open_version(roster: Roster) -> RosterVersion | None:
    """The version that is locked now, if any."""
    return roster.versions.filter(unlocked_at=None).select_related("locked_by").first()


def content_of_version(version: RosterVersion) -> dict[str, Any]:
    """What a version holds, read back from its bytes."""
    content: dict[str, Any] = json.loads(bytes(version.content))
    return content


def content_of_roster(roster: Roster, *, number: int) -> dict[str, Any]:
    """What version `number` of a roster holds: the draws, who sits where, who waits."""
    people = StandingRoster(roster, None)
    members = [row for group in people.groups for row in group.members]
    waiting = [row for group in people.groups for row in group.alternates]
    return {
        "format": FORMAT,
        "number": roster.draw.application.number,
        "version": number,
        "revision": roster.revision,
        "draws": [draw.transcript_hash for draw in draws_of(roster)],
        "empty": people.empty,
        "seats": content_rows(people, members),
        "waiting": content_rows(people, waiting),
    }


@dataclass(frozen=True)
class Difference:
    """How one version differs from the one before: names of those who came, left, and sit elsewhere now."""

    came: list[str]
    left: list[str]
    moved: list[str]

    def __bool__(self) -> bool:
        return bool(self.came or self.left or self.moved)


def difference(older: dict[str, Any], newer: dict[str, Any], *, masked: bool) -> Difference:
    """Compare two versions by the people who sit."""
    before = {seat["person"]: seat for seat in older["seats"]}
    after = {seat["person"]: seat for seat in newer["seats"]}

    def called(seat: dict[str, Any]) -> str:
        return mask_name(seat["name"]) if masked else str(seat["name"])

    return Difference(
        came=[called(seat) for who, seat in after.items() if who not in before],
        left=[called(seat) for who, seat in before.items() if who not in after],
        moved=[
            called(seat)
            for who, seat in after.items()
            if who in before and before[who]["seat"] != seat["seat"]
        ],
    )
