"""Deeds on the whole grid: clear, spread, copy, derive; and the single changes that a finding offers.

Each is a function on an `Edit`, so that a form can save its draft and do the deed in one change; `change`
does one by itself. What a deed has to tell stands in `edit.outcome`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from mingqian.accounts.models import User
from mingqian.draws.models import DrawApplication, SeatQuota
from mingqian.draws.queries.applications import last_year_of
from mingqian.draws.queries.pool import survey_of
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.seats import Seat, share_out

from .editing import Edit, editing
from .save import SeatWriter, settle_totals

Deed = Callable[[Edit], None]

NOTHING_TO_COPY = "NOTHING_TO_COPY"
POOL_IS_EMPTY = "POOL_IS_EMPTY"
FEWER_THAN_ASKED = "FEWER_THAN_ASKED"
HAND_TYPED_LEFT = "HAND_TYPED_LEFT"


def change(
    application: DrawApplication,
    deed: Deed,
    *,
    by: User,
    action: str,
    revision: int | None = None,
    form_key: str = "",
    at: datetime | None = None,
) -> Edit:
    """Do one deed by itself; gives the finished edit. See `editing` for what may be raised."""
    with editing(
        application, by=by, action=action, revision=revision, form_key=form_key, at=at
    ) as edit:
        deed(edit)
    return edit


def clear_seats(edit: Edit, *, typed_alternates_too: bool = False) -> None:
    """清空: primaries of every specialty become 0, and alternates derived from them; those typed by hand
    stay, unless told otherwise, and the outcome says so."""
    by_hand = False if typed_alternates_too else None
    quotas = _quotas(edit)
    _write(
        edit, {quota.specialty.code: Seat(primary=0, alternate_typed=by_hand) for quota in quotas}
    )
    kept = {
        name: text
        for name, text in edit.application.typed.items()
        if not name.startswith(("primary-", "alternate-"))
    }
    if kept != edit.application.typed:
        edit.application.typed = kept
        edit.note("待改正的填写")
    if edit.application.quotas.filter(alternate_typed=True, alternate__gt=0).exists():
        edit.outcome = HAND_TYPED_LEFT


def spread_seats(edit: Edit, *, total: int) -> None:
    """按在库比例分配: `total` primaries over the specialties by pool size, nobody more than can be drawn."""
    survey = survey_of(edit.application, rules=rules_for(edit.application))
    sizes = {code: count.in_pool for code, count in survey.counts.items()}
    room = {code: count.eligible for code, count in survey.counts.items()}
    if not any(sizes.values()):
        edit.outcome = POOL_IS_EMPTY
        return
    shares = share_out(total, sizes, limits=room)
    _write(edit, {code: Seat(primary=shares.get(code, 0)) for code in _codes(edit)})
    if sum(shares.values()) < total:
        edit.outcome = FEWER_THAN_ASKED


def copy_last_year(edit: Edit) -> None:
    """复制上年: the seats of the committee's latest earlier application that was approved."""
    source = last_year_of(edit.application)
    if source is None:
        edit.outcome = NOTHING_TO_COPY
        return
    seats = {code: Seat(primary=0) for code in _codes(edit)}
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


def derive_alternates(edit: Edit) -> None:
    """备选按比例补齐: every alternate follows its primaries again, typed by hand or not."""
    edit.put("alternate_total_typed", False, label="备选合计")
    _write(edit, {code: Seat(alternate_typed=False) for code in _codes(edit)})


def set_numbers(
    edit: Edit,
    *,
    seats: Mapping[str, Seat] | None = None,
    total: int | None = None,
    alternate_total: int | None = None,
    cap: int | None = None,
    draw_at: datetime | None = None,
) -> None:
    """A change that a finding or a trial offered: some rows, a total, the cap or the hour of the draw."""
    if total is not None:
        edit.put("primary_total", total)
    if alternate_total is not None:
        edit.put("alternate_total", alternate_total)
        edit.put("alternate_total_typed", True, label="备选合计")
    if cap is not None:
        edit.put("same_unit_cap", cap)
    if draw_at is not None:
        edit.put("planned_draw_at", draw_at)
    _forget_typed(edit, total, alternate_total, cap, draw_at, seats or {})
    _write(edit, seats or {})


def _forget_typed(
    edit: Edit,
    total: int | None,
    alternate_total: int | None,
    cap: int | None,
    draw_at: datetime | None,
    seats: Mapping[str, Seat],
) -> None:
    """A number that was put in takes the place of a text there that could not be read."""
    gone = {
        name
        for name, value in (
            ("primary_total", total),
            ("alternate_total", alternate_total),
            ("same_unit_cap", cap),
            ("planned_draw_at", draw_at),
        )
        if value is not None
    }
    for code, seat in seats.items():
        gone |= {f"primary-{code}"} if seat.primary is not None else set()
        gone |= {f"alternate-{code}"} if seat.alternate is not None else set()
    kept = {name: text for name, text in edit.application.typed.items() if name not in gone}
    if kept != edit.application.typed:
        edit.application.typed = kept
        edit.note("待改正的填写")


def _write(edit: Edit, seats: Mapping[str, Seat]) -> None:
    writer = SeatWriter(edit)
    for code, seat in seats.items():
        writer.put(code, seat)
    settle_totals(edit)


def _quotas(edit: Edit) -> list[SeatQuota]:
    return list(edit.application.quotas.select_related("specialty"))


def _codes(edit: Edit) -> list[str]:
    committee = edit.application.committee
    return list(committee.specialties.values_list("code", flat=True)) if committee else []
