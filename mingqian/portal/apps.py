"""The portal chapter."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, menu, to-dos."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.portal"
    label = "portal"
    verbose_name = "首页与待办"
