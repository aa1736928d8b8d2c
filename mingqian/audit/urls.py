"""Addresses of the log."""

app_name = "audit"
urlpatterns: list = []
