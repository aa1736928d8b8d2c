"""An expert's facts and membership as typed; judged by the very rules of the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django import forms

from mingqian.committees.models import Committee, DisciplineGroup, TitleGrade
from mingqian.committees.queries import specialties_of

from ..models import Degree, Education, Expert, Gender, IdType, MemberDuty, PoolMembership
from ..register.columns import BY_KEY
from ..register.compare import shown_value
from ..register.faults import Fault
from ..services import NotAccepted
from ..services.typed import CLEARED_PERSON, judge_person, judge_term


def words(choices: Iterable[str], blank: str = "请选择") -> list[tuple[str, str]]:
    """Choices by their words: what a cell of a register would hold."""
    return [("", blank), *((word, word) for word in choices)]


def text(
    key: str,
    *,
    most: int,
    required: bool = True,
    label: str = "",
    attrs: Mapping[str, str] = MappingProxyType({}),
) -> forms.CharField:
    """A text field named as the register's column is."""
    label = label or BY_KEY[key].heading
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        error_messages={"required": f"请填写{label}。", "max_length": f"最多 {most} 个字。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


def choice(key: str, labels: Iterable[str], *, required: bool = True) -> forms.ChoiceField:
    """A choice by words."""
    label = BY_KEY[key].heading
    return forms.ChoiceField(
        label=label,
        choices=words(labels, "请选择" if required else "未填"),
        required=required,
        error_messages={"required": f"请选择{label}。", "invalid_choice": "请从列表中选择。"},
    )


def day(key: str) -> forms.CharField:
    """A day; written in any way a register may write it."""
    return text(key, most=20, attrs={"data-date": "date", "placeholder": "年-月-日"})


class TypedForm(forms.Form):
    """A form whose fields are judged like the cells of a register, every fault told at once."""

    def typed(self) -> dict[str, str]:
        """What was typed, by the register's keys."""
        return {
            name: self._joined(self.data.getlist(self.add_prefix(name)))
            if hasattr(self.data, "getlist")
            else str(self.data.get(self.add_prefix(name), ""))
            for name in self.fields
        }

    @staticmethod
    def _joined(values: list[str]) -> str:
        return ";".join(dict.fromkeys(value for value in values if value))

    def show(self, faults: Iterable[Fault]) -> None:
        """Put each fault at its field, unless the field already has one."""
        for fault in faults:
            key = fault.key if fault.key in self.fields else None
            if key is None or key not in self.errors:
                self.add_error(key, f"{fault.reason}。{fault.mend}")


class PersonForm(TypedForm):
    """Identity, unit, title, contact. Full numbers are never shown: blank means as it is."""

    name = text("name", most=50)
    id_type = choice("id_type", IdType.labels)
    id_number = text("id_number", most=30, label="证件号码")
    gender = choice("gender", [Gender.MALE.label, Gender.FEMALE.label], required=False)
    birth_date = day("birth_date")
    mobile = text("mobile", most=20, attrs={"inputmode": "tel"})
    unit_name = text("unit_name", most=100)
    uscc = text("uscc", most=18)
    department = text("department", most=100, required=False)
    post = text("post", most=100, required=False)
    title_name = text("title_name", most=50)
    title_level = choice("title_level", TitleGrade.labels)
    title_date = day("title_date")
    title_cert_no = text("title_cert_no", most=50, required=False)
    field = text("field", most=100)
    education = choice("education", Education.labels)
    degree = choice("degree", Degree.labels, required=False)
    phone = text("phone", most=20, required=False)
    email = text("email", most=100, required=False)
    region_name = text("region_name", most=50)

    def __init__(
        self, *args, expert: Expert | None = None, committee: Committee | None = None, **kwargs
    ) -> None:
        self.expert = expert
        self.committee = committee
        super().__init__(*args, **kwargs)
        self.fields["birth_date"].required = False
        hint = "居民身份证不用填写，由号码得出。"
        self.fields["gender"].help_text = self.fields["birth_date"].help_text = hint
        self.fields["id_number"].widget.attrs["spellcheck"] = "false"
        if expert is not None:
            for name, masked in (("id_number", expert.id_masked), ("mobile", expert.mobile_masked)):
                self.fields[name].required = False
                self.fields[name].help_text = f"现为 {masked}；留空不改。"

    @staticmethod
    def initial_of(expert: Expert) -> dict[str, str]:
        """What an expert's form begins with; no full number in it."""
        unit = expert.unit
        initial = {
            "name": expert.name,
            "id_type": IdType(expert.id_type).label,
            "unit_name": unit.name if unit else "",
            "uscc": unit.uscc if unit else "",
        }
        for key in (
            "title_name",
            "title_level",
            "title_date",
            "field",
            "education",
            "region_name",
            *CLEARED_PERSON,
        ):
            initial[key] = shown_value(key, getattr(expert, key))
        if expert.id_type != IdType.RESIDENT:
            initial["gender"] = shown_value("gender", expert.gender)
            initial["birth_date"] = expert.birth_date.isoformat()
        return initial

    def clean(self) -> dict:
        """Where a field is wrong already, the register's judgement of all others; else the service judges."""
        data = super().clean() or {}
        if self.errors and self.expert is not None and self.committee is not None:
            try:
                judge_person(self.typed(), self.expert, self.committee)
            except NotAccepted as refused:
                self.show(refused.faults)
        return data


class MembershipForm(TypedForm):
    """Specialties, the main one first; group, term, duty, remarks."""

    main = forms.ChoiceField(label="主评专业", error_messages={"required": "请选择主评专业。"})
    others = forms.MultipleChoiceField(
        label="兼评专业",
        required=False,
        widget=forms.SelectMultiple(attrs={"data-picker": "1", "aria-label": "兼评专业"}),
    )
    group_name = forms.CharField(
        label="学科组",
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"list": "groups", "autocomplete": "off"}),
    )
    term_from = day("term_from")
    term_to = day("term_to")
    duty = choice("duty", MemberDuty.labels)
    note = text("note", most=500, required=False)

    def __init__(self, *args, committee: Committee, **kwargs) -> None:
        self.committee = committee
        super().__init__(*args, **kwargs)
        names = [specialty.name for specialty in specialties_of(committee)]
        self.fields["main"].choices = words(names)  # type: ignore[attr-defined]
        self.fields["others"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.group_names = list(
            dict.fromkeys(
                DisciplineGroup.objects.filter(committee=committee)
                .order_by("-year", "order")
                .values_list("name", flat=True)[:60]
            )
        )

    @staticmethod
    def initial_of(membership: PoolMembership) -> dict[str, object]:
        """What a membership's form begins with."""
        names = [link.specialty.name for link in membership.specialty_links.all()]
        return {
            "main": names[0] if names else "",
            "others": names[1:],
            "group_name": membership.group_name,
            "term_from": membership.term_from.isoformat(),
            "term_to": membership.term_to.isoformat(),
            "duty": membership.get_duty_display(),
            "note": membership.note,
        }

    def typed(self) -> dict[str, str]:
        """The two fields of specialties become one, the main one first."""
        typed = super().typed()
        names = [typed.pop("main"), *typed.pop("others").split(";")]
        typed["specialties"] = self._joined(names)
        return typed

    def show(self, faults: Iterable[Fault]) -> None:
        """What is wrong with the specialties is shown at the main one."""
        for fault in faults:
            key = (
                "main"
                if fault.key == "specialties"
                else fault.key
                if fault.key in self.fields
                else None
            )
            if key is None or key not in self.errors:
                self.add_error(key, f"{fault.reason}。{fault.mend}")

    def clean(self) -> dict:
        """Where a field is wrong already, the register's judgement of all others; else the service judges."""
        data = super().clean() or {}
        if self.errors:
            try:
                judge_term(self.typed(), self.committee)
            except NotAccepted as refused:
                self.show(refused.faults)
        return data


class NewcomerForm(PersonForm):
    """Somebody new: every number is needed."""

    def clean(self) -> dict:
        """Judged together with the membership, by the service."""
        return forms.Form.clean(self) or {}
