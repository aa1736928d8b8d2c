"""The filter bar of a listing: a django-filter set whose controls look and read as ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django_filters.widgets import SuffixedMultiWidget

from .xlsx import as_text

KEYWORD_LENGTH = 60


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """One filter in force: 状态：审核中, and the address without it."""

    label: str
    value: str
    url: str


class ListingFilter(django_filters.FilterSet):
    """Base of every filter bar. `wide` names the fields that get double width; `more` those behind 更多条件.

    class ExpertFilter(ListingFilter):
        keyword = KeywordFilter(["name", "name_pinyin", "name_initials", "expert_no"], label="关键字", placeholder="姓名 / 编号 / 拼音首字母")
        status = django_filters.ChoiceFilter(choices=…, label="状态")
        class Meta: model = Expert; fields = ["keyword", "status"]
    """

    wide: Sequence[str] = ("keyword",)
    more: Sequence[str] = ()

    @property
    def form(self) -> forms.Form:
        """The form, its widgets dressed once."""
        dressed = getattr(self, "_dressed", None)
        if dressed is None:
            dressed = super().form
            for field in dressed.fields.values():
                _dress(field)
            self._dressed = dressed
        return dressed

    def is_valid_or_unbound(self) -> bool:
        """Whether everything asked for was understood."""
        return not self.is_bound or self.form.is_valid()

    def shown(self) -> list[tuple[Any, bool]]:
        """Bound fields of the first line with whether they are wide."""
        return [(self.form[n], n in self.wide) for n in self.form.fields if n not in self.more]

    def further(self) -> list[tuple[Any, bool]]:
        """Bound fields behind 更多条件."""
        return [(self.form[n], n in self.wide) for n in self.form.fields if n in self.more]

    @property
    def further_open(self) -> bool:
        """Whether one of those is in use."""
        return any(bound.data not in (None, "", [], [None, None]) for bound, _ in self.further())


def _dress(field: forms.Field) -> None:
    widget = field.widget
    widgets = widget.widgets if isinstance(widget, forms.MultiWidget) else [widget]
    for one in widgets:
        if not isinstance(
            one, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
        ):
            one.attrs["class"] = f"control {one.attrs.get('class', '')}".strip()
        if isinstance(one, forms.DateInput):
            one.attrs.setdefault("data-date", "date")
            one.attrs.setdefault("autocomplete", "off")
            one.attrs.setdefault("placeholder", "年-月-日")
            one.attrs.setdefault("maxlength", "10")
        elif isinstance(one, forms.TextInput):
            one.attrs.setdefault("maxlength", str(KEYWORD_LENGTH))
            one.attrs.setdefault("autocomplete", "off")


class KeywordFilter(django_filters.CharFilter):
    """Words that must each be found in one of several columns."""

    def __init__(
        self,
        columns: Sequence[str],
        *,
        placeholder: str = "",
        exact: Sequence[str] = (),
        **options: Any,
    ) -> None:
        options.setdefault("label", "关键字")
        options.setdefault("max_length", KEYWORD_LENGTH)
        options["widget"] = forms.TextInput(
            attrs={"type": "search", "placeholder": placeholder, "maxlength": KEYWORD_LENGTH}
        )
        super().__init__(**options)
        self.columns = columns
        self.exact = exact

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Every word in some column."""
        for word in (value or "").split()[:5]:
            condition = Q()
            for column in self.columns:
                condition |= Q(**{f"{column}__icontains": word})
            for column in self.exact:
                condition |= Q(**{column: word})
            qs = qs.filter(condition)
        return qs


class DaysWidget(SuffixedMultiWidget):
    """Two days: `<name>_from` and `<name>_to`."""

    template_name = "web/components/days.html"
    suffixes = ["from", "to"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            [
                forms.DateInput(attrs={"aria-label": "从"}),
                forms.DateInput(attrs={"aria-label": "至"}),
            ],
            attrs,
        )

    def decompress(self, value: Any) -> list[Any]:
        """Initial values."""
        return [value.start, value.stop] if value else [None, None]


class DaysFilter(django_filters.DateFromToRangeFilter):
    """From one day to another, both included; for a time, days are local days."""

    def __init__(self, field_name: str, **options: Any) -> None:
        super().__init__(field_name=field_name, widget=DaysWidget(), **options)


def active_filters(request: HttpRequest, filterset: ListingFilter | None) -> list[ActiveFilter]:
    """The filters in force as chips."""
    if filterset is None or not filterset.is_bound:
        return []
    filterset.is_valid_or_unbound()
    chips = []
    for name, value in getattr(filterset.form, "cleaned_data", {}).items():
        if value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
            continue
        bound = filterset.form[name]
        names = {key for key in request.GET if key == name or key.startswith(f"{name}_")}
        chips.append(
            ActiveFilter(
                str(bound.label),
                _words(bound.field, value),
                without(request, (*names, "after", "before", "page", "n", "export"), {}),
            )
        )
    return chips


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, slice):
        return " 至 ".join(as_text(edge)[:10] or "…" for edge in (value.start, value.stop))
    if isinstance(value, (list, tuple, set, QuerySet)):
        return "、".join(_words(field, one) for one in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices
        for key, label in choices:
            if str(key) == str(value):
                return str(label)
    if isinstance(value, bool):
        return "是" if value else "否"
    return as_text(value)


def without(request: HttpRequest, names: Iterable[str], changes: dict[str, str]) -> str:
    """The current address without some parameters and with others set; blank values fall away."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    for name in [key for key in query if not any(query.getlist(key))]:
        query.pop(name)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path
