"""Addresses of the experts chapter."""

from django.urls import path, register_converter

from .views import deeds, editing, expert, importing, listing, picking


class ExpertNumber:
    """ZJ and digits; nothing else reaches the database."""

    regex = "ZJ[0-9]{4,10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ExpertNumber, "expert_no")

app_name = "experts"
urlpatterns = [
    path("", listing.experts, name="list"),
    path("find", listing.find_by_id, name="find"),
    path("pick/", picking.pick, name="pick"),
    path("pick-unit/", picking.pick_unit, name="pick_unit"),
    path("new", editing.new_expert, name="new"),
    path("import/", importing.upload, name="import"),
    path("import/template/<int:committee>/", importing.template, name="import_template"),
    path("import/<uuid:pk>/", importing.result, name="import_result"),
    path("import/<uuid:pk>/confirm", importing.confirm, name="import_confirm"),
    path("import/<uuid:pk>/recheck", importing.recheck, name="import_recheck"),
    path("import/<uuid:pk>/drop", importing.drop, name="import_drop"),
    path("import/<uuid:pk>/bad-rows", importing.bad_rows, name="import_bad_rows"),
    path("<expert_no:expert_no>/", expert.expert, name="expert"),
    path("<expert_no:expert_no>/edit", editing.edit_expert, name="edit"),
    path("<expert_no:expert_no>/away", deeds.add_away, name="away"),
    path("<expert_no:expert_no>/away/<int:pk>/withdraw", deeds.withdraw_away, name="withdraw_away"),
    path("<expert_no:expert_no>/reveal/<str:field>", deeds.reveal, name="reveal"),
    path(
        "<expert_no:expert_no>/memberships/<int:pk>/edit",
        editing.edit_membership,
        name="edit_membership",
    ),
    path(
        "<expert_no:expert_no>/memberships/<int:pk>/move",
        deeds.move_membership,
        name="move_membership",
    ),
]
