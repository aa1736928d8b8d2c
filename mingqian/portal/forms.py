"""The filter of the to-do page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from mingqian.web.todos import TodoItem

AGES = {"1": 1, "3": 3, "7": 7}


class TodoFilter(forms.Form):
    """By kind, by how long it has waited, by deadline. What it cannot read, it ignores: to-dos must not vanish."""

    verb = forms.ChoiceField(label="事项", required=False)
    age = forms.ChoiceField(
        label="等待时间",
        required=False,
        choices=[("", "全部"), ("1", "超过 1 天"), ("3", "超过 3 天"), ("7", "超过 7 天")],
    )
    due = forms.ChoiceField(
        label="期限",
        required=False,
        choices=[
            ("", "全部"),
            ("over", "已超期"),
            ("today", "今天到期"),
            ("soon", "3 天内到期"),
            ("none", "没有期限"),
        ],
    )

    def __init__(self, *args: Any, items: list[TodoItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = dict.fromkeys(item.verb for item in items)
        self.fields["verb"].choices = [("", "全部"), *((verb, verb) for verb in verbs)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "control"
        self.wanted: dict[str, str] = {}
        if self.is_bound:
            self.is_valid()
            self.wanted = {name: value for name, value in self.cleaned_data.items() if value}

    def keeps(self, item: TodoItem) -> bool:
        """Whether an item fits every condition."""
        verb, age, due = self.wanted.get("verb"), self.wanted.get("age"), self.wanted.get("due")
        if verb and item.verb != verb:
            return False
        if age and (item.age is None or item.age < timedelta(days=AGES[age])):
            return False
        if due == "none":
            return item.due_at is None
        if due == "over":
            return item.is_overdue
        if due == "today":
            return item.due_tone == "red" and not item.is_overdue
        if due == "soon":
            return item.due_tone in ("red", "amber")
        return True
