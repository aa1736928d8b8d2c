"""Addresses of accounts."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("login", views.login, name="login"),
    path("logout", views.logout, name="logout"),
    path("password", views.password, name="password"),
    path("users/", views.user_list, name="users"),
    path("users/new", views.user_create, name="user_create"),
    path("users/<int:pk>/", views.user_edit, name="user_edit"),
    path("users/<int:pk>/reset", views.user_reset, name="user_reset"),
    path("users/<int:pk>/switch", views.user_switch, name="user_switch"),
]
