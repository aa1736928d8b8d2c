"""Addresses: the official draw, the roster, its papers, and public verification."""

from django.urls import path

from mingqian.draws.views import documents, roster, verify

urlpatterns = [
    path("rosters/", roster.list_rosters, name="rosters"),
    path("draws/<str:number>/roster", roster.show_roster, name="roster"),
    path("draws/<str:number>/roster/export", roster.export_roster, name="roster-export"),
    path("draws/<str:number>/papers/<str:kind>.pdf", documents.document, name="document"),
    path("draws/<str:number>/transcript.json", documents.transcript, name="transcript"),
    path("verify", verify.verify_page, name="verify"),
    path("verify/verify.py", verify.verifier, name="verifier"),
    path("verify/<str:code>", verify.verify_code, name="verify-code"),
    path("verify/<str:code>/transcript.json", verify.public_transcript, name="public-transcript"),
]
