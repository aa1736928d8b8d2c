"""The one workflow: submit, review, return, submit again."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mingqian.workflow"
    label = "workflow"
    verbose_name = "业务审核"
