"""Every chapter's addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("mingqian.portal.urls")),
    path("", include("mingqian.accounts.urls")),
    path("", include("mingqian.web.urls")),
    path("audit/", include("mingqian.audit.urls")),
    path("rules/", include("mingqian.rulebook.urls")),
    path("experts/", include("mingqian.experts.urls")),
    path("", include("mingqian.workflow.urls")),
    path("", include("mingqian.draws.urls")),
]

handler400 = "mingqian.web.views.bad_request"
handler403 = "mingqian.web.views.permission_denied"
handler404 = "mingqian.web.views.not_found"
handler500 = "mingqian.web.views.server_error"
