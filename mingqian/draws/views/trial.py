"""试抽取 over HTTP: POST runs and counts one, GET shows one that was run."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mingqian.accounts.access import refuse, requires
from mingqian.draws.models import DrawApplication, TrialDraw
from mingqian.draws.queries.applications import state_of
from mingqian.draws.queries.ceremony import current_draw
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.rules.members import cap_for
from mingqian.draws.queries.trial_summary import WHOLE
from mingqian.draws.services.background import is_long, try_later
from mingqian.draws.services.editing import SavedMeanwhile
from mingqian.draws.services.relaxing import seats_as_set, take_back
from mingqian.draws.services.seats import change
from mingqian.draws.services.trial import FixRefused, TrialRefused, apply_fixes, run_trial
from mingqian.draws.words import fix_label
from mingqian.workflow.services import NotEditable

from . import trial_page as page
from . import undo
from .lookup import application_or_404
from .record import trial_words


@requires("draws.run_trial")
@require_http_methods(["GET", "POST"])
def trial_page(request: HttpRequest, number: str) -> HttpResponse:
    """?n= names a trial; without it the last one."""
    application = application_or_404(request, number)
    if request.method == "POST":
        return _run(request, application)
    asked = request.GET.get("n", "")
    trials = list(application.trials.select_related("by"))
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    trial = next((each for each in trials if wanted is None or each.number == wanted), None)
    if trial is None:
        if trials:
            raise Http404("no such trial")
        messages.info(request, "还没有试抽取。")
        return redirect("draws:application", number=number)
    return render(request, "draws/trial.html", trial_context(request, application, trial, trials))


def trial_context(
    request: HttpRequest, application: DrawApplication, trial: TrialDraw, trials: list[TrialDraw]
) -> dict[str, object]:
    """Everything on the page of one trial."""
    summary = trial.summary
    headline, sentence = page.verdict(trial, summary)
    ways = []
    if not trial.feasible:
        allowed = cap_for(application.primary_total, rules_for(application))
        ways = page.fixes(summary, cap_allowed=allowed, by_group=application.by_group)
    matter = application.matter
    may_change = (
        request.user.may("draws.edit_application")
        and request.user.office_id == application.office_id
        and matter.is_editable
    )
    stale = page.is_stale(application, summary)
    return {
        "application": application,
        "matter": matter,
        "state": state_of(application),
        "trial": trial,
        "summary": summary,
        "headline": headline,
        "sentence": sentence,
        "funnel": page.funnel(summary),
        "groups": page.result_groups(summary),
        "total": page.total_row(summary),
        "removals": page.removals(summary["removed"]),
        "whole_parts": page.bar_parts(summary["removed"]),
        "cut": summary["in_pool"] - summary["eligible"],
        "chances": page.chances(summary, named=request.user.may("draws.export_roster")),
        "gaps": page.gaps(summary),
        "fixes": ways,
        "remedy": [way for way in ways if way["best"]],
        "whole_remedy": bool(summary["remedy"])
        and all(ways[n]["applicable"] for n in summary["remedy"]),
        "trials": [(each, trial_words(each)) for each in trials[:20]],
        "stale": stale,
        "undo": undo.offered(request, application) if may_change else "",
        "is_last": trial.number == application.trial_count,
        "may_change": may_change,
        "may_apply": may_change and not stale,
        "may_submit": may_change and request.user.may("draws.submit_application"),
        "may_try": matter.status not in ("CANCELLED", "REJECTED")
        and current_draw(application) is None,
        "key": uuid4().hex,
    }


def _run(request: HttpRequest, application: DrawApplication) -> HttpResponse:
    key = request.POST.get("key", "")[:48] or uuid4().hex
    try:
        return _try(request, application, key)
    except TrialRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("draws:application", number=application.number)


def _try(request: HttpRequest, application: DrawApplication, key: str) -> HttpResponse:
    """Try, and show the trial; over a large pool the page of the job that tries. Raises TrialRefused."""
    if is_long(application):
        return redirect("web:job", try_later(application, key=key, by=request.user).pk)
    return _show(run_trial(application, key=key, by=request.user), application)


def _show(trial: TrialDraw, application: DrawApplication) -> HttpResponse:
    return redirect(reverse("draws:trial", args=[application.number]) + f"?n={trial.number}")


@requires("draws.edit_application")
@require_POST
def take_fixes(request: HttpRequest, number: str) -> HttpResponse:
    """应用: put one or several ways out into the grid, and try again."""
    application = application_or_404(request, number)
    if not request.user.may("draws.run_trial"):
        refuse(request, "draws.run_trial")
    asked = request.POST.get("trial", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    trial = application.trials.filter(number=wanted).first()
    if trial is None:
        raise Http404("no such trial")
    positions = [
        int(text)
        for text in request.POST.getlist("fix")
        if text.isascii() and text.isdigit() and len(text) < 4
    ]
    if "undo" in request.POST:
        return _take_back(request, application, trial)
    before = seats_as_set(application)
    try:
        changed = apply_fixes(application, trial=trial, positions=positions, by=request.user)
        undo.keep(request, changed, before=before, words=_taken(trial, positions))
        # One rendered form is one trial; after a change was taken back it may be made again.
        answer = _try(request, changed, f"fix:{trial.number}:{changed.revision}")
    except SavedMeanwhile:
        messages.warning(request, "申请在这次试抽取之后已有改动，改法不再适用，请重新试抽取。")
        return _show(trial, application)
    except NotEditable:
        messages.warning(request, "申请已提交，不能再修改席位；需要修改时请先撤回。")
        return _show(trial, application)
    except (FixRefused, TrialRefused) as refusal:
        messages.warning(request, str(refusal))
        return _show(trial, application)
    messages.success(request, "已采用改法，并重新试抽取。")
    return answer


def _taken(trial: TrialDraw, positions: list[int]) -> str:
    names = {row["code"]: row["name"] for row in trial.summary["rows"]} | {WHOLE: "全库"}
    return "；".join(fix_label(trial.summary["fixes"][n], names) for n in positions)


def _take_back(
    request: HttpRequest, application: DrawApplication, trial: TrialDraw
) -> HttpResponse:
    """撤销: the seats as before the way out that was taken last, and tried again."""
    kept = undo.kept(request)
    if not undo.offered(request, application) or kept is None:
        messages.warning(request, "席位在此之后另有改动，不能撤销。")
        return _show(trial, application)
    deed = partial(take_back, before=kept["before"], after=kept["after"])
    try:
        edit = change(application, deed, by=request.user, action="draws.take_back")
        answer = _try(request, edit.application, f"undo:{edit.application.revision}")
    except (NotEditable, TrialRefused) as refusal:
        messages.warning(request, str(refusal))
        return _show(trial, application)
    undo.forget(request)
    messages.success(request, "已撤销改法，席位恢复为改动之前，并重新试抽取。")
    return answer
