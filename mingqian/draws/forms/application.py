"""The form of an application. Nothing is required while it is a draft: what is missing is a finding of
`queries.rules`; here is judged only whether what was typed can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from mingqian.committees.models import Committee
from mingqian.draws.models import DesignatedMember, DrawApplication, DrawMode, SupplementReason
from mingqian.draws.queries.seats import MOST_SEATS, Seat

from .fields import NULL_SIGN, LineField, MomentField, NumberField, PhoneField, TextField, plain

MOST_TYPED = 20_000
"""What cannot be read is kept as typed, up to so many characters a field."""

COLUMN_FIELDS = (
    "year",
    "committee",
    "meeting_name",
    "starts_at",
    "ends_at",
    "place",
    "planned_draw_at",
    "same_unit_cap",
    "mode",
    "primary_total",
    "alternate_total",
    "avoidance_ground",
    "handler_name",
    "handler_phone",
    "observer_names",
    "remarks",
    "reason",
    "reason_text",
)
TIME_LAYOUT = "%Y-%m-%d %H:%M"


class ApplicationForm(forms.Form):
    """The plain fields of 新增抽取申请."""

    year = NumberField(label="年度", least=2020, most=2100)
    committee = forms.ModelChoiceField(
        label="评委会",
        queryset=Committee.objects.none(),
        required=False,
        empty_label="请选择评委会",
        error_messages={"invalid_choice": "请从列表中选择本部门核准备案有效的评委会。"},
    )
    meeting_name = LineField(label="评审会议名称", max_length=100)
    starts_at = MomentField(label="开始时间")
    ends_at = MomentField(label="结束时间")
    place = LineField(label="地点", max_length=200)
    planned_draw_at = MomentField(label="计划抽取时间")
    same_unit_cap = NumberField(label="同单位上限", least=1, most=MOST_SEATS, unit=" 人")
    mode = forms.ChoiceField(
        label="抽取方式",
        choices=DrawMode.choices,
        required=False,
        error_messages={"invalid_choice": "请选择按学科组或不按学科组。"},
    )
    primary_total = NumberField(label="正选合计", least=0, most=MOST_SEATS, unit=" 人")
    alternate_total = NumberField(label="备选合计", least=0, most=MOST_SEATS, unit=" 人")
    avoidance_ground = TextField(label="回避事由", max_length=500)
    handler_name = LineField(label="经办人", max_length=30)
    handler_phone = PhoneField(label="联系电话", max_length=20)
    observer_names = LineField(label="监督人员", max_length=100)
    remarks = TextField(label="备注", max_length=500)
    reason = forms.ChoiceField(
        label="补充事由",
        choices=[("", "请选择"), *SupplementReason.choices],
        required=False,
        error_messages={"invalid_choice": "请从列表中选择补充事由。"},
    )
    reason_text = LineField(label="事由说明", max_length=200)

    def __init__(self, *args: Any, committees: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["committee"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = committees

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", ValidationError("结束时间应晚于开始时间。", code="order"))
        return cleaned


@dataclass(slots=True)
class Reading:
    """What was typed, read: values that go into columns, and texts that could not be read with their message."""

    values: dict[str, Any] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read(data: Mapping[str, Any], *, committees: Any, specialties: Iterable[str]) -> Reading:
    """Judge everything typed in the form; a field absent from `data` is left alone."""
    reading = Reading()
    form = ApplicationForm(data, committees=committees)
    form.is_valid()
    for name in COLUMN_FIELDS:
        if name not in data:
            continue
        if name in form.errors:
            reading.typed[name] = _keepable(data[name])
            reading.errors[name] = str(form.errors[name][0])
        else:
            reading.values[name] = form.cleaned_data.get(name)
    for code in specialties:
        _read_seat(reading, data, code)
    for key in data:
        if key.startswith("reason:"):
            reading.reasons[key.removeprefix("reason:")] = _keepable(data[key]).strip()[:300]
    return reading


def _read_seat(reading: Reading, data: Mapping[str, Any], code: str) -> None:
    if f"primary-{code}" not in data:
        return
    numbers: dict[str, int] = {}
    number = NumberField(least=0, most=MOST_SEATS, unit=" 人")
    for column in ("primary", "alternate"):
        name = f"{column}-{code}"
        try:
            numbers[column] = number.clean(data.get(name, "")) or 0
        except ValidationError as error:
            reading.typed[name] = _keepable(data[name])
            reading.errors[name] = str(error.messages[0])
    note_name = f"note-{code}"
    note: str | None = None
    try:
        note = LineField(max_length=100).clean(data.get(note_name, ""))
    except ValidationError as error:
        reading.typed[note_name] = _keepable(data[note_name])
        reading.errors[note_name] = str(error.messages[0])
    by_hand = _typed_by_hand(data, code)
    reading.seats[code] = Seat(
        primary=numbers.get("primary"),
        alternate=numbers.get("alternate"),
        alternate_typed=by_hand,
        note=note,
    )


def _typed_by_hand(data: Mapping[str, Any], code: str) -> bool:
    """Whether alternates are the clerk's own. The page's script says so in `typed-`; without scripts the page
    says in `was-` what it showed, and another number is a typed one. Emptied means derived again."""
    alternate = plain(str(data.get(f"alternate-{code}", "")))
    if not alternate:
        return False
    if data.get(f"typed-{code}"):
        return True
    was = data.get(f"was-{code}")
    return was is not None and was != alternate


def _keepable(value: Any) -> str:
    """What was typed, fit for storing: a NUL, which no database takes, is shown as its symbol."""
    return str(value).replace("\x00", NULL_SIGN)[:MOST_TYPED]


def texts_of(application: DrawApplication) -> dict[str, str]:
    """The text of every plain field as the page shows it: the stored value, or what could not be read."""
    texts: dict[str, str] = {}
    for name in COLUMN_FIELDS:
        value = getattr(application, f"{name}_id" if name == "committee" else name)
        if value is None:
            texts[name] = ""
        elif name.endswith("_at"):
            texts[name] = timezone.localtime(value).strftime(TIME_LAYOUT)
        else:
            texts[name] = str(value)
    if not application.by_group:
        if not application.alternate_total_typed:
            texts["alternate_total"] = str(application.alternate_total)
    return texts | {key: text for key, text in application.typed.items() if key in texts}


DUTIES = DesignatedMember.Duty.choices
