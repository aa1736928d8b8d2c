"""What the form tags ask about forms: the kind of a control, and every error with its field."""

from __future__ import annotations

from django import forms


def kind_of(widget: forms.Widget) -> str:
    """How a field is laid out: check, many, pair or control."""
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "many"
    if isinstance(widget, forms.MultiWidget):
        return "pair"
    return "control"


def errors_of(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """Errors as (id of the control, label, sentence); the first two are blank for errors of the whole form."""
    lines: list[tuple[str, str, str]] = []
    for name, errors in form.errors.items():
        if name in form.fields:
            bound = form[name]
            target, label = bound.id_for_label or bound.auto_id, str(bound.label)
            lines.extend((target, label, str(error)) for error in errors)
        else:
            lines.extend(("", "", str(error)) for error in errors)
    return lines
