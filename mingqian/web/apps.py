"""The web chapter."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base page, components, listing, jobs."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.web"
    label = "web"
    verbose_name = "页面与公共构件"
