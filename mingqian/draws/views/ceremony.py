"""正式抽取: the page on the projector, and the deeds of the parties on their own devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingqian.accounts.access import requires
from mingqian.audit.services import record
from mingqian.draws.models import Draw, DrawApplication, DrawStatus
from mingqian.draws.queries.ceremony import Ceremony, current_draw, is_unchanged
from mingqian.draws.queries.chances import names_at_the_ends
from mingqian.draws.queries.readiness import freeze_findings
from mingqian.draws.queries.rules import Findings, Level
from mingqian.draws.queries.stage import (
    checks_on_the_spot,
    columns_of,
    designated_of,
    names_of,
    steps_of,
)
from mingqian.draws.services.background import (
    check_later,
    execute_later,
    freeze_later,
    is_long,
    last_check,
)
from mingqian.draws.services.contribute import (
    ContributionRefused,
    RevealRefused,
    close_commitments,
    contribute,
    reveal,
)
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.freeze import CannotFreeze, freeze_draw
from mingqian.draws.services.holding import CeremonyMovedOn, CeremonyRefused
from mingqian.draws.services.rosters import lock_over
from mingqian.draws.services.void import abandon_attempt, void_draw, withdraw_void
from mingqian.draws.signing import public_key
from mingqian.web import jobs
from mingqian.web.components import Check
from mingqian.web.pdf import qr_path

from .chance_page import picture_draw
from .frozen import tells_unreadable
from .lookup import application_or_404

MOST_TYPED = 400
LEVELS = {Level.BLOCK: "block", Level.WARN: "warn", Level.INFO: "info", Level.OK: "pass"}


@requires("draws.view_ceremony")
@require_GET
@tells_unreadable
def stage(request: HttpRequest, number: str) -> HttpResponse:
    """The ceremony as it stands; ?attempt= looks back at an earlier one, ?show=1 turns the lots up one by one."""
    application = application_or_404(request, number)
    return _stage(request, application, _shown_draw(application, request.GET.get("attempt", "")))


def _stage(
    request: HttpRequest,
    application: DrawApplication,
    draw: Draw | None,
    *,
    refused: dict[str, str] | None = None,
) -> HttpResponse:
    """The page; `refused` brings back what was typed with the reason why it was not taken."""
    ceremony = Ceremony(application, draw, request.user)
    context: dict[str, Any] = {
        "refused": refused,
        "application": application,
        "draw": draw,
        "ceremony": ceremony,
        "steps": steps_of(ceremony),
        "now": timezone.localtime(),
        "earlier": application.draws.exclude(pk=draw.pk if draw else 0).order_by("attempt"),
        "may_see_names": request.user.may("draws.export_roster"),
    }
    if draw is None or draw.status == DrawStatus.ABANDONED:
        context |= _readiness(request, application) if draw is None else {}
        context["may_freeze"] = request.user.may("draws.freeze_draw")
        return render(request, "draws/stage_before.html", context)
    context |= {
        "columns": columns_of(draw),
        "unchanged": is_unchanged(draw),
        "chances": picture_draw(draw, named=False),
    }
    if not draw.has_result:
        status = 422 if refused else 200
        return render(request, "draws/stage_run.html", context, status=status)
    showing = draw.is_executed and request.GET.get("show") == "1"
    if not showing:
        side, path = qr_path(request.build_absolute_uri(_verify_url(draw)))
        context |= {
            "on_the_spot": checks_on_the_spot(draw),
            "qr_side": side,
            "qr_path": path,
            "verify_host": request.get_host(),
            "designated": designated_of(draw),
            "public_key": public_key(),
            "void": _void_context(draw, request.user),
        }
        return render(request, "draws/stage_done.html", context)
    steps = steps_of(ceremony, showing=True)
    return render(request, "draws/stage_run.html", context | {"showing": True, "steps": steps})


def _readiness(request: HttpRequest, application: DrawApplication) -> dict[str, Any]:
    """Whether the pool can be frozen now; a large one is looked at by a job, whose findings are shown."""
    if not is_long(application):
        findings = freeze_findings(application)
        return {"checks": _checks(findings), "blocked": bool(findings.blocking)}
    job = last_check(application, by=request.user, now=timezone.now())
    if job is None or "findings" not in job.result:
        return {"unchecked": True, "blocked": True, **(jobs.shown(job) if job else {})}
    checks = [Check(LEVELS[Level(level)], *words) for level, *words in job.result["findings"]]
    return {"checks": checks, "blocked": job.result["blocked"], "checked_at": job.finished_at}


@requires("draws.view_ceremony")
@require_http_methods(["GET", "POST"])
def readiness(request: HttpRequest, number: str) -> HttpResponse:
    """核对抽取条件 of a large pool: POST begins, GET tells how far it is, and lets the page load anew at the end."""
    application = application_or_404(request, number)
    if request.method == "POST" and current_draw(application) is None and is_long(application):
        check_later(application, by=request.user)
    if not request.headers.get("HX-Request"):
        return redirect("draws:official", number=number)
    job = last_check(application, by=request.user, now=timezone.now())
    if job is None or not job.unfinished:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"application": application, **jobs.shown(job)}
    return render(request, "draws/stage_checking.html", context)


def _verify_url(draw: Draw) -> str:
    return reverse("draws:verify-code", args=[draw.short_code])


def _shown_draw(application: DrawApplication, attempt: str) -> Draw | None:
    if attempt.isascii() and attempt.isdigit():
        return application.draws.filter(attempt=int(attempt[:5])).first()
    return current_draw(application)


def _checks(findings: Findings) -> list[Check]:
    return [Check(LEVELS[f.level], f.title, f.text, f.citation) for f in findings]


def _void_context(draw: Draw, user: Any) -> dict[str, Any]:
    """Who has asked for the void, and what this person may do about it."""
    side = "hrss" if user.is_hrss else "observer"
    asked = draw.void_hrss_at is not None or draw.void_observer_at is not None
    mine = getattr(draw, f"void_{side}_at") is not None
    allowed = draw.is_executed and user.may("draws.void_draw")
    first = draw.application.parent or draw.application
    return {
        "lock": lock_over(draw) if allowed else None,
        "lock_url": reverse("draws:lock", args=[first.number]),
        "asked": asked and draw.is_executed,
        "by": draw.void_hrss_by or draw.void_observer_by,
        "at": draw.void_hrss_at or draw.void_observer_at,
        "waits_for": "监督人员" if draw.void_hrss_at else "人社部门负责人",
        "may_ask": allowed and not asked,
        "may_confirm": allowed and asked and not mine,
        "may_withdraw": allowed and mine,
    }


@requires("draws.view_ceremony")
@require_GET
def state(request: HttpRequest, number: str) -> HttpResponse:
    """Asked every few seconds: nothing while nothing changed, else the parties, or the whole page anew."""
    application = application_or_404(request, number)
    draw = current_draw(application)
    ceremony = Ceremony(application, draw, request.user)
    seen = request.GET.get("seen", "")
    if seen == ceremony.token:
        return HttpResponse(status=204)
    if (
        draw is None
        or seen.split("-")[:2] != ceremony.token.split("-")[:2]
        or not (ceremony.may_contribute or ceremony.may_reveal)
    ):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    # Somebody else arrived while this person is still typing: what is typed must stay.
    context = {
        "application": application,
        "draw": draw,
        "ceremony": ceremony,
        "steps": steps_of(ceremony),
    }
    return render(request, "draws/stage_parties.html", context | {"fragment": True})


@requires("draws.export_roster")
@require_POST
def names(request: HttpRequest, number: str) -> HttpResponse:
    """The names behind the masks of the projector, for those whose business they are; each look is logged.

    Seats by their key, people whose chance is 0 or above one half by their pseudonym.
    """
    application = application_or_404(request, number)
    draw = _shown_draw(application, request.POST.get("attempt", ""))
    if draw is None or draw.status == DrawStatus.ABANDONED:
        return JsonResponse({}, status=404)
    with transaction.atomic():
        record(
            "draws.show_names",
            on=draw,
            by=request.user,
            office_id=draw.office_id,
            details={"number": application.number, "attempt": draw.attempt},
            purpose="投影显示姓名",
        )
    seated = {str(seat): name for seat, name in names_of(draw).items()}
    return JsonResponse(seated | names_at_the_ends(draw))


@requires("draws.freeze_draw")
@require_POST
def freeze(request: HttpRequest, number: str) -> HttpResponse:
    """冻结评委库."""
    application = application_or_404(request, number)
    if current_draw(application) is None and is_long(application):
        return redirect("web:job", freeze_later(application, by=request.user).pk)
    try:
        freeze_draw(application, by=request.user)
    except CannotFreeze as refusal:
        for finding in refusal.findings:
            messages.error(request, f"{finding.title}：{finding.text}（{finding.citation}）")
    return redirect("draws:official", number=number)


@requires("draws.contribute")
@require_POST
@tells_unreadable
def contribution(request: HttpRequest, number: str) -> HttpResponse:
    """录入随机数: the commitment to a number that the person's own device has made, here or elsewhere."""
    typed = request.POST.get("commitment", "")[:MOST_TYPED]
    commitment = request.POST.get("device_commitment", "")[:MOST_TYPED] or typed
    return _deed(
        request,
        number,
        lambda draw: contribute(draw, by=request.user, commitment=commitment),
        "承诺已提交，揭示之前任何人都看不到随机数本身。",
        typed=typed,
    )


@requires("draws.freeze_draw")
@require_POST
@tells_unreadable
def close(request: HttpRequest, number: str) -> HttpResponse:
    """进入揭示, although not every party takes part."""
    return _deed(
        request,
        number,
        lambda draw: close_commitments(draw, by=request.user),
        "承诺已到齐，可以揭示。",
    )


@requires("draws.contribute")
@require_POST
@tells_unreadable
def revelation(request: HttpRequest, number: str) -> HttpResponse:
    """揭示."""
    nonce = request.POST.get("nonce", "")[:MOST_TYPED]
    return _deed(
        request,
        number,
        lambda draw: reveal(draw, by=request.user, nonce=nonce),
        "本方随机数已揭示。",
        typed=nonce,
    )


@requires("draws.execute_draw")
@require_POST
def execution(request: HttpRequest, number: str) -> HttpResponse:
    """开始抽取: once; whoever comes second sees the first result."""
    key = request.POST.get("key", "")[:64]
    waiting = current_draw(application_or_404(request, number))
    if waiting is not None and not waiting.is_executed and is_long(waiting.application):
        return redirect("web:job", execute_later(waiting, key=key, by=request.user).pk)
    answer = _deed(request, number, lambda draw: execute_draw(draw, by=request.user, key=key), "")
    drawn = current_draw(application_or_404(request, number))
    if drawn is not None and drawn.is_executed:
        return redirect(f"{reverse('draws:official', args=[number])}?show=1")
    return answer


@requires("draws.freeze_draw")
@require_POST
def abandonment(request: HttpRequest, number: str) -> HttpResponse:
    """终止本次抽取: for want of a commitment or a reveal."""
    reason = request.POST.get("reason", "")
    return _deed(
        request,
        number,
        lambda draw: abandon_attempt(draw, by=request.user, reason=reason),
        "本次抽取已终止并留存记录，可以重新冻结。",
    )


@requires("draws.void_draw")
@require_POST
def voiding(request: HttpRequest, number: str) -> HttpResponse:
    """作废 in two steps by two people, or taking one's own step back."""
    reason, action = request.POST.get("reason", ""), request.POST.get("action", "")
    if action == "withdraw":
        return _deed(
            request, number, lambda draw: withdraw_void(draw, by=request.user), "作废申请已撤回。"
        )
    return _deed(
        request,
        number,
        lambda draw: void_draw(draw, by=request.user, reason=reason),
        "已登记。人社部门与监督人员都确认后，本次抽取作废。",
    )


def _deed(
    request: HttpRequest,
    number: str,
    deed: Callable[[Draw], object],
    done: str,
    *,
    typed: str = "",
) -> HttpResponse:
    """Do something to the draw under way, say how it went, and come back to the stage.

    Where what was `typed` is refused, the page comes back with it and with the reason at its field.
    """
    application = application_or_404(request, number)
    draw = current_draw(application)
    back = redirect("draws:official", number=number)
    if draw is None:
        messages.warning(request, CeremonyMovedOn.told)
        return back
    attempt = request.POST.get("attempt", str(draw.attempt))
    if attempt != str(draw.attempt):
        messages.warning(request, CeremonyMovedOn.told)
        return back
    try:
        deed(draw)
    except (ContributionRefused, RevealRefused) as refusal:
        return _stage(request, application, draw, refused={"typed": typed, "told": refusal.told})
    except CeremonyRefused as refusal:
        messages.error(request, refusal.told)
    else:
        if done:
            messages.success(request, done)
        if Draw.objects.filter(pk=draw.pk, status=DrawStatus.VOIDED).exists():
            return redirect(f"{reverse('draws:official', args=[number])}?attempt={draw.attempt}")
    return back
