"""Two people edited one application: the second is shown the newer version beside what they typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingqian.committees.models import Committee, Unit
from mingqian.draws.forms.application import ApplicationForm, Reading, texts_of
from mingqian.draws.models import DrawApplication, DrawAvoidance
from mingqian.draws.queries.applications import find_application, state_of
from mingqian.experts.models import Expert
from mingqian.workflow.services import NotEditable

# Fields of the form itself, which are not part of what was typed.
OWN = {"csrfmiddlewaretoken", "revision", "form_key", "tick", "deed"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the newer version and what was typed differ."""

    label: str
    stored: str
    typed: str


def conflict_page(
    request: HttpRequest, application: DrawApplication, reading: Reading, refusal: Exception
) -> HttpResponse:
    """409: the newer version, what was typed, and the choice. Nothing typed is lost: it is on the page."""
    current = find_application(request.user, application.number) or application
    closed = isinstance(refusal, NotEditable)
    if request.headers.get("HX-Request"):
        return render(
            request,
            "draws/application_conflict_live.html",
            {"application": current, "closed": closed, "state": state_of(current)},
            status=409,
        )
    data = request.POST
    return render(
        request,
        "draws/application_conflict.html",
        {
            "application": current,
            "state": state_of(current),
            "closed": closed,
            "differences": differences(current, data),
            "kept": [
                (name, value) for name in data if name not in OWN for value in data.getlist(name)
            ],
            "form_key": uuid4().hex,
        },
        status=409,
    )


def differences(current: DrawApplication, data: Any) -> list[Difference]:
    """Where what was typed differs from the newer version, in words."""
    found = [*_plain_differences(current, data), *_seat_differences(current, data)]
    if "picks" in data:
        found += _pick_differences(current, data)
    return found


def _plain_differences(current: DrawApplication, data: Any) -> list[Difference]:
    found = []
    for name, stored in texts_of(current).items():
        typed = data.get(name)
        if typed is None or _same(typed, stored):
            continue
        if current.by_group and name in ("primary_total", "alternate_total"):
            continue
        label = str(ApplicationForm.base_fields[name].label)
        if name == "committee":
            stored, typed = _committee_name(stored), _committee_name(typed)
        if name == "mode":
            words = dict(ApplicationForm.base_fields["mode"].choices)  # type: ignore[attr-defined]
            stored, typed = words.get(stored, stored), words.get(typed, typed)
        found.append(Difference(label, stored or "未填", typed or "未填"))
    return found


def _same(typed: str, stored: str) -> bool:
    return typed.replace("\r\n", "\n").strip() == stored.replace("\r\n", "\n").strip()


def _committee_name(key: str) -> str:
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        return key
    committee = Committee.objects.filter(pk=int(key)).first()
    return committee.name if committee else key


def _seat_differences(current: DrawApplication, data: Any) -> list[Difference]:
    found = []
    committee = current.committee
    quotas = {quota.specialty_id: quota for quota in current.quotas.all()}
    for specialty in committee.specialties.order_by("code") if committee else ():
        quota = quotas.get(specialty.pk)
        stored = (str(quota.primary), str(quota.alternate), quota.note) if quota else ("0", "0", "")
        names = ("primary", "alternate", "note")
        for column, label, was in zip(names, ("正选", "备选", "说明"), stored, strict=True):
            typed = data.get(f"{column}-{specialty.code}")
            if typed is None or _same(typed or ("" if column == "note" else "0"), was):
                continue
            found.append(Difference(f"{specialty.name}·{label}", was or "未填", typed or "未填"))
    return found


def _pick_differences(current: DrawApplication, data: Any) -> list[Difference]:
    found = []
    rows = current.avoidances
    units = set(rows.filter(kind=DrawAvoidance.Kind.UNIT).values_list("unit_id", flat=True))
    experts = set(rows.filter(kind=DrawAvoidance.Kind.EXPERT).values_list("expert_id", flat=True))
    members = set(current.designated.values_list("expert_id", flat=True))
    wanted = (
        ("回避单位", units, data.getlist("units"), Unit),
        ("回避专家", experts, data.getlist("experts"), Expert),
        ("指定委员", members, data.getlist("designated"), Expert),
    )
    for label, stored, typed, model in wanted:
        ids = {int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 16}
        if ids == stored:
            continue
        names = dict(model.objects.filter(pk__in=ids | stored).values_list("pk", "name"))
        found.append(Difference(label, _names(stored, names), _names(ids, names)))
    return found


def _names(ids: set[Any], names: dict[int, str]) -> str:
    return "、".join(sorted(names[pk] for pk in ids if pk in names)) or "无"
