"""锁定名单: the checks with their citations, the composition, the lock and its undoing, every version kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mingqian.accounts.access import requires
from mingqian.draws.models import Draw, DrawApplication, Roster, RosterVersion
from mingqian.draws.queries.composition import composition_of
from mingqian.draws.queries.locked import Difference, content_of_version, difference
from mingqian.draws.queries.locking import LockState, lock_state
from mingqian.draws.queries.roster import roster_draw
from mingqian.draws.queries.standing import LockedRoster, StandingRoster
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.locking import LockBlocked, lock_roster, unlock_roster

from .deed import key_of
from .frozen import tells_unreadable

REASON = "reason-"


@dataclass(frozen=True)
class VersionLine:
    """One version in the history, with how it differs from the one before."""

    version: RosterVersion
    members: int
    empty: int
    difference: Difference | None


def found_roster(request: HttpRequest, number: str) -> Roster:
    """The roster in force of an application, or that of ?attempt=, within what the user may see; 404 otherwise."""
    visible = DrawApplication.objects.visible_to(request.user)
    application = get_object_or_404(visible, matter__number=number)
    attempt = request.GET.get("attempt", "")
    draw = (
        roster_draw(application, attempt)
        if attempt
        else Draw.objects.current().filter(application=application).first()
    )
    roster = Roster.objects.select_related("draw").filter(draw=draw).first() if draw else None
    if roster is None:
        raise Http404("no roster in force")
    roster.draw.application = application
    return roster


@requires("draws.view_roster")
@require_GET
@tells_unreadable
def lock_page(request: HttpRequest, number: str) -> HttpResponse:
    """What stands for and against locking, what the roster is made of, and its versions."""
    roster = found_roster(request, number)
    return _page(request, roster, lock_state(roster, reader=request.user))


@requires("draws.lock_roster")
@require_POST
@tells_unreadable
def set_lock(request: HttpRequest, number: str) -> HttpResponse:
    """锁定名单, with a reason for every warning."""
    roster = found_roster(request, number)
    reasons = {
        name.removeprefix(REASON): text
        for name, text in request.POST.items()
        if name.startswith(REASON)
    }
    seen = request.POST.get("seen", "")
    try:
        version = lock_roster(roster, by=request.user, reasons=reasons, seen=key_of(seen))
    except LockBlocked:
        roster.refresh_from_db(fields=["revision"])
        state = lock_state(roster, reader=request.user, reasons=reasons)
        return _page(request, roster, state, tried=True)
    except CeremonyRefused as refused:
        messages.error(request, refused.told)
    else:
        messages.info(request, f"名单已锁定为第 {version.number} 版，短码 {version.short_code}。")
    return redirect("draws:lock", number)


@requires("draws.unlock_roster")
@require_POST
def release_lock(request: HttpRequest, number: str) -> HttpResponse:
    """解除锁定, with a reason."""
    roster = found_roster(request, number)
    reason, seen = request.POST.get("reason", ""), request.POST.get("seen", "")
    try:
        version = unlock_roster(roster, by=request.user, reason=reason, seen=key_of(seen))
    except CeremonyRefused as refused:
        state = lock_state(roster, reader=request.user)
        return _page(request, roster, state, problem=refused.told, unlock_reason=reason)
    messages.info(request, f"第 {version.number} 版已解除锁定，可以继续办理确认。")
    return redirect("draws:lock", number)


@requires("draws.view_roster")
@require_GET
def show_version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """A version as it was when it was locked."""
    roster = found_roster(request, number)
    kept = get_object_or_404(
        roster.versions.select_related("locked_by", "unlocked_by"), number=version
    )
    shown = LockedRoster(roster.draw, content_of_version(kept), request.user)
    before = roster.versions.filter(number=kept.number - 1).first()
    changes = (
        difference(content_of_version(before), content_of_version(kept), masked=shown.masked)
        if before
        else None
    )
    context = {
        "roster": shown,
        "application": roster.draw.application,
        "of_attempt": _of_attempt(roster),
        "version": kept,
        "changes": changes,
    }
    return render(request, "draws/lock_version.html", context)


def _of_attempt(roster: Roster) -> str:
    """What every address carries while one looks back at a void draw."""
    return f"?attempt={roster.draw.attempt}" if roster.is_void else ""


def _page(
    request: HttpRequest,
    roster: Roster,
    state: LockState,
    *,
    tried: bool = False,
    problem: str = "",
    unlock_reason: str = "",
) -> HttpResponse:
    people = StandingRoster(roster, request.user)
    context = {
        "lock": state,
        "roster": roster,
        "application": roster.draw.application,
        "of_attempt": _of_attempt(roster),
        "facets": composition_of(roster, people.seated),
        "masked": people.masked,
        "history": _history(roster, masked=people.masked),
        "may_lock": request.user.may("draws.lock_roster"),
        "may_unlock": request.user.may("draws.unlock_roster"),
        "tried": tried,
        "problem": problem,
        "unlock_reason": unlock_reason[:500],
    }
    return render(request, "draws/lock.html", context, status=422 if tried or problem else 200)


def _history(roster: Roster, *, masked: bool) -> list[VersionLine]:
    """Newest first."""
    lines: list[VersionLine] = []
    before: dict | None = None
    for version in roster.versions.select_related("locked_by", "unlocked_by").order_by("number"):
        content = content_of_version(version)
        changes = difference(before, content, masked=masked) if before else None
        lines.append(VersionLine(version, len(content["seats"]), content["empty"], changes))
        before = content
    return lines[::-1]
