"""The deeds of the form's buttons: what each changes in the draft as it is saved, and what it answers."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from mingqian.accounts.access import refuse
from mingqian.draws.models import DesignatedMember, DrawApplication, DrawAvoidance
from mingqian.draws.services import save as saving
from mingqian.draws.services.editing import Edit
from mingqian.draws.services.trial import TrialRefused, run_trial
from mingqian.workflow.models import Action
from mingqian.workflow.services import (
    AttachmentRefused,
    NoSuchMove,
    NotReady,
    SomebodyWasFaster,
    attach,
    perform,
    remove_attachment,
)

from .deed import Change, Deed, back, key_of
from .grid_deeds import GRID_DEEDS

# Saving, trying, submitting


def _saved(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    if application.typed:
        words = f"草稿已保存，其中 {len(application.typed)} 处填写无法识别，已按原样保留。"
        messages.warning(request, words)
    else:
        messages.success(request, "草稿已保存。")
    return back(application, f"#s{argument}" if argument in ("1", "2", "3", "4", "5") else "")


def _submitted(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """提交审核: all that stands against it is told at once."""
    if not request.user.may("draws.submit_application"):
        refuse(request, "draws.submit_application")
    try:
        matter = perform(Action.SUBMIT, on=application.matter, by=request.user)
    except NotReady as refusal:
        words = f"还有 {len(refusal.defects)} 项不符合要求，修改或说明后才能提交。"
        messages.error(request, words)
        return back(application, insist="1")
    except (SomebodyWasFaster, NoSuchMove):
        messages.info(request, "申请已经提交。")
    else:
        messages.success(request, f"已提交第 {matter.version} 版，等待人社部门审核。")
    return redirect("draws:application", number=application.number)


def _tried(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    key = f"{request.POST.get('form_key', '')[:32]}:{application.revision}"
    try:
        made = run_trial(application, key=key, by=request.user)
    except TrialRefused as refusal:
        messages.warning(request, str(refusal))
        return back(application, "#s3")
    return redirect(reverse("draws:trial", args=[application.number]) + f"?n={made.number}")


# Units, experts, designated members


def _found(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """查找 without scripts: the words go into the address, the page lists what fits."""
    kind = argument if argument in ("unit", "expert", "member") else "unit"
    words = request.POST.get(f"find_{kind}", "").replace("\x00", "")[:60]
    return back(application, f"#find-{kind}", find=kind, q=words)


def _add(request: HttpRequest, argument: str) -> Change | None:
    """Add what was found: `unit:id`, `expert:id`, `member:id`."""
    kind, _, text = argument.partition(":")
    key = key_of(text)
    if key is None:
        return None
    if kind == "member":
        return partial(_designate_on, key=key)

    def change(edit: Edit) -> None:
        rows = edit.application.avoidances
        if kind == "unit":
            present = rows.filter(kind=DrawAvoidance.Kind.UNIT).values_list("unit_id", flat=True)
            saving.put_units(edit, {key, *(each for each in present if each)})
        else:
            present = rows.filter(kind=DrawAvoidance.Kind.EXPERT).values_list(
                "expert_id", flat=True
            )
            saving.put_experts(edit, {key, *(each for each in present if each)})

    return change


def _designate(request: HttpRequest, argument: str) -> Change | None:
    key = key_of(request.POST.get("new_member", ""))
    return partial(_designate_on, key=key) if key is not None else None


def _designate_on(edit: Edit, *, key: int) -> None:
    """The first is chair, the others vice-chairs until said otherwise."""
    present = [(m.expert_id, m.duty, m.reason) for m in edit.application.designated.all()]
    has_chair = any(duty == DesignatedMember.Duty.CHAIR for _, duty, _ in present)
    duty = DesignatedMember.Duty.VICE_CHAIR if has_chair else DesignatedMember.Duty.CHAIR
    saving.put_designated(edit, [*present, (key, str(duty), "")])


def _dismiss(request: HttpRequest, argument: str) -> Change:
    def change(edit: Edit) -> None:
        present = edit.application.designated.all()
        kept = [(m.expert_id, m.duty, m.reason) for m in present if str(m.expert_id) != argument]
        saving.put_designated(edit, kept)

    return change


def _at_picks(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    return back(application, "#s4")


def _at_designated(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    return back(application, "#designated")


# Files


def _attached(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    """Each chosen file is judged by itself."""
    files = request.FILES.getlist("files")
    if not files:
        messages.warning(request, "请先选择要上传的文件。")
    for upload in files:
        try:
            attach(application.matter, upload=upload, by=request.user)
        except AttachmentRefused as refusal:
            messages.error(request, str(refusal))
    return back(application, "#s5")


def _detached(
    request: HttpRequest, application: DrawApplication, argument: str, outcome: str
) -> HttpResponse:
    rows = application.matter.attachments.present()
    remove_attachment(get_object_or_404(rows, pk=key_of(argument) or 0), by=request.user)
    return back(application, "#s5")


DEEDS: dict[str, Deed] = {
    "save": Deed(_saved),
    "submit": Deed(_submitted),
    "trial": Deed(_tried),
    **GRID_DEEDS,
    "find": Deed(_found),
    "add": Deed(_at_picks, _add),
    "designate": Deed(_at_designated, _designate),
    "dismiss": Deed(_at_designated, _dismiss),
    "add_files": Deed(_attached),
    "remove_file": Deed(_detached),
}
