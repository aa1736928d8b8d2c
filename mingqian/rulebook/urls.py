"""Addresses of the rule book."""

from django.urls import path

from . import views

app_name = "rulebook"
urlpatterns = [
    path("", views.book, name="list"),
    path("<slug:key>/", views.rule_page, name="rule"),
    path("<slug:key>/end", views.end_own_value, name="end"),
]
