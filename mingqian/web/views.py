"""Error handlers and the page of a long piece of work."""

from __future__ import annotations

import sys
import uuid

import structlog
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from . import jobs
from .errors import error_page
from .models import Job

log = structlog.get_logger("mingqian.web")


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the request was simply too big."""
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return error_page(request, 413)
    log.warning("bad_request", path=request.path, error=type(exception).__name__)
    return error_page(request, 400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, logged with who was refused where."""
    user = getattr(request, "user", None)
    log.warning(
        "permission_denied",
        path=request.path,
        method=request.method,
        user=getattr(user, "pk", None),
    )
    return error_page(request, 403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words for what is absent and for what is out of scope."""
    return error_page(request, 404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500 with an incident number; the traceback goes to the log alone."""
    log.error(
        "server_error",
        path=request.path,
        method=request.method,
        exc_info=sys.exc_info(),
    )
    return error_page(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from elsewhere."""
    log.warning("csrf_failed", path=request.path, reason=reason)
    return error_page(
        request,
        403,
        what="页面打开时间过长，或表单不是从本系统提交的。",
        remedy="请返回上一页刷新后重新提交。",
    )


@require_GET
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The progress of the user's own job: a page, or for htmx the box alone."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if found.unfinished and jobs.reap():
        found.refresh_from_db()
    fragment = bool(request.headers.get("HX-Request"))
    return render(
        request, "web/components/job.html" if fragment else "web/job.html", jobs.shown(found)
    )


@require_POST
def cancel_job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop the user's own job."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not jobs.cancel(found):
        messages.info(request, "该事项已经结束，无需取消。")
    return redirect("web:job", found.pk)
