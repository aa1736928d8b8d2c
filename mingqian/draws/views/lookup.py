"""Finding the application that an address names, within what the user may see."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.applications import find_application


def application_or_404(request: HttpRequest, number: str) -> DrawApplication:
    """The application, or 404: the same answer for what is absent and for what is another office's."""
    application = find_application(request.user, number)
    if application is None:
        raise Http404("no such application")
    return application
