"""Attachments over HTTP: fetched as a download, taken off with a click."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from mingqian.audit.access import requires

from .models import Attachment
from .services import NotEditable, record_download, remove_attachment
from .subjects import subject_of


@require_GET
@requires("workflow.view_attachment")
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was uploaded; never shown in the page, whatever it claims to be."""
    files = Attachment.objects.visible_to(request.user).select_related("matter")
    attachment = get_object_or_404(files, pk=pk)
    content = attachment.file.open("rb")
    record_download(attachment, by=request.user)
    response = FileResponse(
        content, as_attachment=True, filename=attachment.filename, content_type=attachment.mime
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("workflow.edit_attachment")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file off, then back to where the click was made."""
    files = Attachment.objects.visible_to(request.user).select_related("matter")
    attachment = get_object_or_404(files, pk=pk)
    try:
        remove_attachment(attachment, by=request.user)
    except NotEditable as refusal:
        messages.error(
            request,
            f"{refusal.matter.number} 现为「{refusal.matter.get_status_display()}」，附件不能再改动。",
        )
    else:
        messages.success(request, f"已移除附件「{attachment.filename}」。")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = subject_of(attachment.matter).url(attachment.matter)
    return redirect(back)
