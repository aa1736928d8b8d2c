"""终止补充抽取."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.supplement import EndForm
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.series import series_now
from mingqian.draws.services.ending import (
    AttemptUnderWay,
    CannotEnd,
    ReasonRefused,
    attempt_under_way,
    end_supplement,
    may_be_ended,
)

from .lookup import application_or_404


@requires("draws.end_supplement")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, number: str) -> HttpResponse:
    """What is asked for, what is empty now, and the reason; where nothing can be ended, back with the word why."""
    application = application_or_404(request, number)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = end_supplement(application, by=request.user, reason=form.cleaned_data["reason"])
        except ReasonRefused as refusal:
            form.add_error("reason", refusal.told)
        except AttemptUnderWay as refusal:
            form.add_error(None, refusal.told)
        except CannotEnd as refusal:
            messages.warning(request, refusal.told)
            return redirect("draws:application", number=number)
        else:
            return _told_and_back(request, ended)
    elif application.ended_at is not None:
        return _told_and_back(request, application)
    if not may_be_ended(application):
        messages.warning(request, CannotEnd.told)
        return redirect("draws:application", number=number)
    context = {
        "application": application,
        "form": form,
        "series": series_now(application),
        "attempt": attempt_under_way(application),
    }
    status = 422 if form.is_bound else 200
    return render(request, "draws/supplement_end.html", context, status=status)


def _told_and_back(request: HttpRequest, ended: DrawApplication) -> HttpResponse:
    if ended.ended_by == request.user:
        messages.success(request, "补充抽取已终止；仍有缺口的，可以重新申请。")
    elif ended.ended_by is not None:
        told = f"补充抽取已由{ended.ended_by.real_name}终止：{ended.end_reason}"
        messages.info(request, told)
    return redirect("draws:application", number=ended.number)
