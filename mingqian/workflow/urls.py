"""Addresses of the workflow."""

from django.urls import path

from . import views

app_name = "workflow"
urlpatterns = [
    path("attachments/<int:pk>/", views.download, name="attachment"),
    path("attachments/<int:pk>/remove", views.remove, name="remove-attachment"),
]
