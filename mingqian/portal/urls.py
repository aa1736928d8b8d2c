"""Addresses of the portal."""

from django.urls import path

from . import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("todos", views.todos, name="todos"),
    path("find", views.find_function, name="find"),
]
