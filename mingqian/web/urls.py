"""Addresses of the web chapter."""

from django.urls import path

from . import views

app_name = "web"
urlpatterns = [
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/cancel", views.cancel_job, name="cancel-job"),
]
