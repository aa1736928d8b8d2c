"""Addresses of the draw chapter: applications and reviews, the official draw and what it leaves."""

from . import applications, official

app_name = "draws"
urlpatterns = [*applications.urlpatterns, *official.urlpatterns]
