"""Which register, for which committee."""

from __future__ import annotations

from django import forms

from mingqian.committees.models import Committee


class UploadForm(forms.Form):
    """The file itself is judged by the gate of the import, before anything reads it."""

    committee = forms.ModelChoiceField(
        label="评委会",
        queryset=Committee.objects.none(),
        error_messages={"required": "请选择评委会。", "invalid_choice": "请从列表中选择评委会。"},
    )
    file = forms.FileField(
        label="名册文件",
        allow_empty_file=True,
        max_length=200,
        error_messages={
            "required": "请选择名册文件。",
            "invalid": "没有收到文件，请重新选择。",
            "missing": "没有收到文件，请重新选择。",
            "max_length": "文件名过长，请改短后再上传。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        own = Committee.objects.visible_to(user).active()
        field = self.fields["committee"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = own
        field.empty_label = "请选择"
        if len(own) == 1:
            field.initial = own[0]
            field.empty_label = None
