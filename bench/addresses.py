"""The system's addresses and one empty page beside them, to compare with."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mingqian.config.urls import handler400, handler403, handler404, handler500
from mingqian.config.urls import urlpatterns as system

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    """What every page costs before it does anything: middleware, session, headers."""
    return HttpResponse("ok")


urlpatterns = [*system, path("empty", empty, name="empty")]
