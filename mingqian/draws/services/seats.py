"""Deeds on the whole grid: clear, spread, copy, derive; and the single changes that a finding offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mingqian.accounts.models import User
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.applications import last_year_of
from mingqian.draws.queries.pool import survey_of
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.seats import Seat, share_out

from .editing import Edit, editing
from .save import SeatWriter, settle_totals


class NothingToCopy(LookupError):
    """No earlier year of this committee has an application to copy from."""


class PoolIsEmpty(LookupError):
    """There is nobody in the pool to spread seats over."""


def clear_seats(
    application: DrawApplication,
    *,
    by: User,
    typed_alternates_too: bool = False,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """清空: primaries of every specialty become 0, and alternates derived from them; those typed by hand stay,
    unless told otherwise."""
    with editing(
        application, by=by, action="draws.clear_seats", revision=revision, form_key=form_key, at=at
    ) as edit:
        by_hand = False if typed_alternates_too else None
        _write(
            edit,
            {
                quota.specialty.code: Seat(primary=0, alternate_typed=by_hand)
                for quota in edit.application.quotas.select_related("specialty")
            },
        )
        kept = {
            name: text
            for name, text in edit.application.typed.items()
            if not name.startswith(("primary-", "alternate-"))
        }
        if kept != edit.application.typed:
            edit.application.typed = kept
            edit.note("待改正的填写")
    return edit.application


def spread_seats(
    application: DrawApplication,
    *,
    total: int,
    by: User,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """按在库比例分配: `total` primaries over the specialties by pool size, nobody more than can be drawn."""
    with editing(
        application, by=by, action="draws.spread_seats", revision=revision, form_key=form_key, at=at
    ) as edit:
        survey = survey_of(edit.application, rules=rules_for(edit.application))
        sizes = {code: count.in_pool for code, count in survey.counts.items()}
        room = {code: count.eligible for code, count in survey.counts.items()}
        if not any(sizes.values()):
            raise PoolIsEmpty
        shares = share_out(total, sizes, limits=room)
        _write(edit, {code: Seat(primary=seats) for code, seats in shares.items()})
    return edit.application


def copy_last_year(
    application: DrawApplication,
    *,
    by: User,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """复制上年: the seats of the committee's latest earlier application that was approved."""
    with editing(
        application,
        by=by,
        action="draws.copy_last_year",
        revision=revision,
        form_key=form_key,
        at=at,
    ) as edit:
        source = last_year_of(edit.application)
        if source is None:
            raise NothingToCopy
        seats = {code: Seat(primary=0) for code in _codes(edit.application)}
        for quota in source.quotas.select_related("specialty"):
            seats[quota.specialty.code] = Seat(
                primary=quota.primary,
                alternate=quota.alternate,
                alternate_typed=quota.alternate_typed,
                note=quota.note,
            )
        if not edit.application.by_group:
            edit.put("primary_total", source.primary_total)
        edit.details["from"] = source.number
        _write(edit, seats)
    return edit.application


def derive_alternates(
    application: DrawApplication,
    *,
    by: User,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """备选按比例补齐: every alternate follows its primaries again, typed by hand or not."""
    with editing(
        application,
        by=by,
        action="draws.derive_alternates",
        revision=revision,
        form_key=form_key,
        at=at,
    ) as edit:
        edit.put("alternate_total_typed", False, label="备选合计")
        _write(edit, {code: Seat(alternate_typed=False) for code in _codes(edit.application)})
    return edit.application


def change_seats(
    application: DrawApplication,
    *,
    seats: Mapping[str, Seat],
    by: User,
    action: str = "draws.change_seats",
    total: int | None = None,
    alternate_total: int | None = None,
    cap: int | None = None,
    draw_at: datetime | None = None,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """A change that a finding or a trial offered: some rows, a total, the cap or the hour of the draw."""
    with editing(
        application, by=by, action=action, revision=revision, form_key=form_key, at=at
    ) as edit:
        if total is not None:
            edit.put("primary_total", total)
        if alternate_total is not None:
            edit.put("alternate_total", alternate_total)
            edit.put("alternate_total_typed", True, label="备选合计")
        if cap is not None:
            edit.put("same_unit_cap", cap)
        if draw_at is not None:
            edit.put("planned_draw_at", draw_at)
        _write(edit, seats)
    return edit.application


def _write(edit: Edit, seats: Mapping[str, Seat]) -> None:
    writer = SeatWriter(edit)
    for code, seat in seats.items():
        writer.put(code, seat)
    settle_totals(edit)


def _codes(application: DrawApplication) -> list[str]:
    committee = application.committee
    return list(committee.specialties.values_list("code", flat=True)) if committee else []
