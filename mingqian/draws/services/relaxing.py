"""Ways out taken: the seats that a diagnosis proposes to move or drop, and taking such a change back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import fairdraw
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.grid import alternates_for
from mingqian.draws.queries.rules.case import to_come
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.rules.members import cap_for
from mingqian.draws.queries.seats import Seat
from mingqian.draws.queries.series import series_now

from .editing import Edit
from .seats import set_numbers

NOT_AS_LEFT = "NOT_AS_LEFT"

SeatsAsSet = dict[str, Any]


class FixRefused(ValueError):
    """A way out that cannot be taken by itself; the text says why."""


@dataclass(slots=True)
class _Steps:
    """What several ways out change together: seats by (specialty, kind), and single numbers."""

    seats: dict[str, dict[str, int]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def relax(edit: Edit, *, fixes: Sequence[Mapping[str, Any]]) -> None:
    """Take ways out, each with its code and parameters, in one change.

    Raises FixRefused for one that is no change of the application, or goes beyond the rules.
    """
    steps = _Steps()
    for fix in fixes:
        _collect(edit.application, fix, steps)
    set_numbers(edit, seats=_pinned(edit.application, steps.seats), **steps.more)


def _collect(application: DrawApplication, fix: Mapping[str, Any], steps: _Steps) -> None:
    code, params = fix["code"], fix["params"]
    if code == "MOVE_SEATS":
        changes = [
            (params["source"], params["source_new"] - params["source_old"]),
            (params["target"], params["target_new"] - params["target_old"]),
        ]
    elif code == "FEWER_SEATS":
        changes = [(params["stratum"], params["new"] - params["old"])]
    elif code == "RAISE_CAP":
        seats = to_come(series_now(application), application.primary_total)
        if params["new"] > cap_for(seats, rules_for(application)):
            raise FixRefused("放宽后超过规则库的同单位上限，须由人社部门调整规则。")
        steps.more["cap"] = params["new"]
        return
    else:
        raise FixRefused("这一改法不是席位调整，请按说明办理。")
    for stratum, step in changes:
        if not application.by_group and code == "FEWER_SEATS":
            # A seat moved between a minimum and the open part leaves the totals as they are.
            name = "total" if params["kind"] == "primary" else "alternate_total"
            start = application.primary_total if name == "total" else application.alternate_total
            steps.more[name] = steps.more.get(name, start) + step
        if stratum != fairdraw.OPEN_STRATUM:
            changed = steps.seats.setdefault(stratum, {})
            changed[params["kind"]] = changed.get(params["kind"], 0) + step


def _pinned(application: DrawApplication, steps: Mapping[str, dict[str, int]]) -> dict[str, Seat]:
    """New numbers of each row; alternates that would no longer follow the ratio are held as they are."""
    quotas = {
        quota.specialty.code: quota for quota in application.quotas.select_related("specialty")
    }
    rules = rules_for(application)
    seats = {}
    for code, changed in steps.items():
        quota = quotas.get(code)
        primary = (quota.primary if quota else 0) + changed.get("primary", 0)
        alternate = (quota.alternate if quota else 0) + changed.get("alternate", 0)
        by_hand = application.by_group and alternate != alternates_for(primary, rules)
        seats[code] = Seat(
            primary=max(0, primary), alternate=max(0, alternate), alternate_typed=by_hand
        )
    return seats


def seats_as_set(application: DrawApplication) -> SeatsAsSet:
    """Every number of seats and the cap, as plain data: what a change may be taken back to."""
    rows = application.quotas.values_list(
        "specialty__code", "primary", "alternate", "alternate_typed"
    )
    return {
        "seats": {code: list(numbers) for code, *numbers in rows if any(numbers)},
        "mode": application.mode,
        "total": application.primary_total,
        "alternate_total": application.alternate_total,
        "alternate_total_typed": application.alternate_total_typed,
        "cap": application.same_unit_cap,
    }


def take_back(edit: Edit, *, before: SeatsAsSet, after: SeatsAsSet) -> None:
    """撤销: the seats as they were before a change, if they are still as that change left them.

    Otherwise nothing is changed and the outcome says so.
    """
    application = edit.application
    if seats_as_set(application) != after:
        edit.outcome = NOT_AS_LEFT
        return
    seats = {
        code: Seat(primary=primary, alternate=alternate, alternate_typed=typed)
        for code in {*before["seats"], *after["seats"]}
        for primary, alternate, typed in [before["seats"].get(code, (0, 0, False))]
    }
    edit.put("same_unit_cap", before["cap"])
    if not application.by_group:
        edit.put("primary_total", before["total"])
        edit.put("alternate_total", before["alternate_total"])
        edit.put("alternate_total_typed", before["alternate_total_typed"], label="备选合计")
    set_numbers(edit, seats=seats)
