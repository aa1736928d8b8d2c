"""Addresses of the chapter."""

app_name = "workflow"
urlpatterns: list = []
