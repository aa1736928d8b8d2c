"""Addresses of the chapter."""

app_name = "rulebook"
urlpatterns: list = []
