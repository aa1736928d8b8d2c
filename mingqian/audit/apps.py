"""The one append-only log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The chapter of the log."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.audit"
    label = "audit"
