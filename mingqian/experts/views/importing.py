"""导入评委库: upload, progress, the dry run's result, the decision, downloads."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingqian.accounts.access import requires
from mingqian.committees.models import Committee
from mingqian.web.components import Empty, Tab
from mingqian.web.listing import Column, Listing, respond
from mingqian.web.models import Job
from mingqian.web.xlsx import MIME

from ..forms import UploadForm
from ..models import ImportRow, PoolImport, RowVerdict
from ..register.gate import MOST_BYTES, RefusedWorkbook, too_large
from ..services import (
    ContentGone,
    bad_rows_workbook,
    confirm_import,
    drop_import,
    recheck_import,
    register_template,
    start_import,
)

Stage = PoolImport.Stage
# A little more than the file itself, for the other fields and the form's own wrapping.
MOST_REQUEST = MOST_BYTES + 512 * 1024
# Larger requests are read to their end up to here, so that the browser gets our answer and not a broken connection.
MOST_DRAINED = 128 * 1024 * 1024
PIECE = 1024 * 1024
TONES = {
    Stage.CHECKING: "blue", Stage.CHECKED: "amber", Stage.REFUSED: "red", Stage.IMPORTING: "blue",
    Stage.IMPORTED: "green", Stage.DROPPED: "gray",
}  # fmt: skip
LISTED = 20


class InMemory(MemoryFileUploadHandler):
    """Keeps the upload in memory: a register in a temporary file would lie there in the clear."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Always in charge; the size was judged before."""
        self.activated = True


def sized(view):
    """Judge a request by its announced size before anything reads it, then let the CSRF check read the form."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            announced = request.META.get("CONTENT_LENGTH") or "0"
            size = int(announced) if announced.isdigit() else 0
            if size > MOST_REQUEST:
                if size <= MOST_DRAINED:
                    while request.read(PIECE):
                        pass
                return _upload_page(
                    request, UploadForm(user=request.user), str(too_large(size)), 413
                )
            request.upload_handlers = [InMemory(request)]
        return protected(request, *args, **kwargs)

    return guarded


@requires("experts.import_pool")
@sized
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a committee and a file; below, the latest imports."""
    if request.method == "GET":
        return _upload_page(request, UploadForm(user=request.user))
    form = UploadForm(request.POST, request.FILES, user=request.user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            pool_import = start_import(
                committee=form.cleaned_data["committee"],
                filename=file.name,
                content=file.read(),
                by=request.user,
            )
        except RefusedWorkbook as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("experts:import_result", pool_import.pk)
    return _upload_page(request, form, status=422)


def _upload_page(
    request: HttpRequest, form: UploadForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    latest = PoolImport.objects.visible_to(request.user).select_related("committee", "uploaded_by")
    rows = [
        {"import": one, "tone": TONES[Stage(one.stage)], "counts": one.summary.get("counts")}
        for one in latest.defer("content_sealed")[:LISTED]
    ]
    committees = Committee.objects.visible_to(request.user).active().order_by("code")
    context = {
        "form": form,
        "refusal": refusal,
        "imports": rows,
        "committees": committees,
        "most_bytes": MOST_BYTES,
    }
    return render(request, "experts/import.html", context, status=status)


def _cell_changes(row: ImportRow) -> str:
    lines = [
        format_html(
            '<li><b>{}</b>{}<span class="new">{}</span></li>',
            change["label"],
            format_html(
                '<span class="old">{}</span><span aria-hidden="true">→</span>', change["old"]
            )
            if change["old"]
            else "",
            change["new"],
        )
        for change in row.changes
    ]
    return format_html(
        '<ul class="row-changes{}">{}</ul>',
        " first" if row.verdict == RowVerdict.ADD else "",
        format_html_join("", "{}", ((line,) for line in lines)),
    )


def _per_fault(key: str):
    def cell(row: ImportRow) -> str:
        return format_html(
            '<ul class="row-faults">{}</ul>',
            format_html_join(
                "", "<li>{}</li>", ((_fault_word(fault, key),) for fault in row.faults)
            ),
        )

    return cell


def _fault_word(fault: dict[str, str], key: str) -> str:
    if key == "place":
        return f"{fault['column']} 列·{fault['heading']}" if fault["column"] else fault["heading"]
    if key == "value":
        return fault["value"] or "（空）"
    return fault[key]


class ImportRowListing(Listing):
    """The rows of one verdict."""

    name = "import-rows"
    order = "number"
    page_size = 50
    unit = "行"

    def __init__(self, verdict: RowVerdict) -> None:
        self.title = f"名册检查结果·{verdict.label}"
        head = (
            Column("number", "行", number=True, sort="number", phone="line"),
            Column("name", "姓名", phone="title"),
            Column("id_masked", "证件号码", phone="bare"),
        )
        if verdict == RowVerdict.BAD:
            self.columns = (
                *head,
                Column("place", "单元格", cell=_per_fault("place"), phone="line"),
                Column("value", "填写内容", cell=_per_fault("value"), wrap=True, phone="line"),
                Column("reason", "问题", cell=_per_fault("reason"), wrap=True, phone="line"),
                Column("mend", "怎样改正", cell=_per_fault("mend"), wrap=True, phone="line"),
            )
        elif verdict == RowVerdict.SAME:
            self.columns = head
        else:
            self.columns = (
                *head,
                Column("note", "说明", phone="badge"),
                Column(
                    "changes",
                    "内容" if verdict == RowVerdict.ADD else "变更",
                    cell=_cell_changes,
                    wrap=True,
                    phone="bare",
                ),
            )
        self.empty = Empty(f"没有{verdict.label}的行", icon="checklist")


@requires("experts.import_pool")
@require_GET
def result(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One import: its progress, its dry run, or what became of it."""
    pool_import = _import_of(request, pk)
    job = Job.objects.filter(pk__in=[pool_import.job_id]).first()
    stage = Stage(pool_import.stage)
    counts: dict[str, int] = pool_import.summary.get("counts", {})
    context: dict[str, Any] = {
        "import": pool_import,
        "tone": TONES[stage],
        "job": job,
        "own_job": job is not None and job.owner_id == request.user.pk,
        "counts": counts,
        "good": counts.get("ADD", 0) + counts.get("CHANGE", 0),
    }
    if stage in (Stage.CHECKING, Stage.IMPORTING):
        context["stuck"] = job is None or not job.unfinished
        return render(request, "experts/import_running.html", context)
    if stage in (Stage.REFUSED, Stage.DROPPED) or not counts:
        return render(request, "experts/import_ended.html", context)
    shown = _verdict(request.GET.get("show", ""), counts)
    address = reverse("experts:import_result", args=[pk])
    context["tabs"] = [
        Tab(
            verdict.label,
            f"{address}?show={verdict.value}",
            counts.get(verdict.value, 0),
            verdict == shown,
        )
        for verdict in RowVerdict
    ]
    rows = pool_import.rows.filter(verdict=shown)
    return respond(request, ImportRowListing(shown), rows, "experts/import_result.html", **context)


def _verdict(asked: str, counts: dict[str, int]) -> RowVerdict:
    """The tab asked for; else the first that a clerk has to look at."""
    if asked in RowVerdict:
        return RowVerdict(asked)
    order = (RowVerdict.BAD, RowVerdict.CHANGE, RowVerdict.ADD)
    return next((verdict for verdict in order if counts.get(verdict.value)), RowVerdict.SAME)


def _import_of(request: HttpRequest, pk: UUID) -> PoolImport:
    visible = (
        PoolImport.objects.visible_to(request.user)
        .select_related("committee", "uploaded_by", "imported_by")
        # The file may be twenty megabytes; pages only ask whether it is there.
        .defer("content_sealed")
        .annotate(content_kept=Q(content_sealed__isnull=False))
    )
    return get_object_or_404(visible, pk=pk)


@requires("experts.import_pool")
@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """导入 N 条."""
    if not confirm_import(_import_of(request, pk), by=request.user):
        messages.info(request, "这份名册已经在导入或已处理。")
    return redirect("experts:import_result", pk)


@requires("experts.import_pool")
@require_POST
def recheck(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Run the dry run again."""
    try:
        recheck_import(_import_of(request, pk), by=request.user)
    except ContentGone as gone:
        messages.warning(request, gone.told)
    return redirect("experts:import_result", pk)


@requires("experts.import_pool")
@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the import up."""
    if drop_import(_import_of(request, pk), by=request.user):
        messages.info(request, "已放弃这次导入，评委库没有变动。")
    else:
        messages.info(request, "这份名册已经导入，不能放弃。")
    return redirect("experts:import")


@requires("experts.import_pool")
@require_GET
def bad_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bad rows as a workbook."""
    pool_import = _import_of(request, pk)
    try:
        content = bad_rows_workbook(pool_import, by=request.user)
    except ContentGone as gone:
        messages.warning(request, gone.told)
        return redirect("experts:import_result", pk)
    stem = pool_import.filename.rsplit(".", 1)[0]
    return _workbook(content, f"{stem}-有误的行.xlsx")


@requires("experts.import_pool")
@require_GET
def template(request: HttpRequest, committee: int) -> HttpResponse:
    """An empty register of one committee."""
    own = Committee.objects.visible_to(request.user).active()
    found = get_object_or_404(own, pk=committee)
    return _workbook(register_template(found), f"评委库名册模板-{found.name}.xlsx")


def _workbook(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=MIME)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    response["Cache-Control"] = "no-store, private"
    return response
