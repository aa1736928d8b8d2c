"""Addresses of the draw chapter: applications and reviews, the official draw, and what comes after it."""

from . import answers, applications, locking, messages, official, supplements

app_name = "draws"
urlpatterns = [
    *applications.urlpatterns,
    *official.urlpatterns,
    *answers.urlpatterns,
    *supplements.urlpatterns,
    *messages.urlpatterns,
    *locking.urlpatterns,
]
