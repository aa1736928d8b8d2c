"""Units, committee offices, title series, committees, their filings, groups and meetings."""

from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.committees"
    label = "committees"
    verbose_name = "评委会"
