"""Finding the application or the roster that an address names, within what the user may see."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from mingqian.draws.models import DrawApplication, Roster
from mingqian.draws.queries.applications import find_application
from mingqian.draws.queries.roster import roster_draw


def application_or_404(request: HttpRequest, number: str) -> DrawApplication:
    """The application, or 404: the same answer for what is absent and for what is another office's."""
    application = find_application(request.user, number)
    if application is None:
        raise Http404("no such application")
    return application


def roster_or_404(request: HttpRequest, number: str) -> Roster:
    """The roster of a series, by the number of its first application or of a supplement; ?attempt= looks back."""
    application = application_or_404(request, number)
    draw = roster_draw(application.parent or application, request.GET.get("attempt", ""))
    roster = (
        Roster.objects.select_related(
            "draw__application__matter", "draw__application__committee", "office", "released_by"
        )
        .filter(draw=draw)
        .first()
    )
    if draw is None or roster is None:
        raise Http404("not drawn")
    return roster
