"""The story behind the demo, built through the services so that its log is real."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo has no tables of its own."""

    name = "mingqian.demo"
    label = "demo"
