"""Addresses: the official draw, the roster, its papers, and public verification."""

from django.urls import path

from mingqian.draws.views import ceremony, documents, export, roster, verify, verify_version

urlpatterns = [
    path("draws/<str:number>/official", ceremony.stage, name="official"),
    path("draws/<str:number>/official/state", ceremony.state, name="official-state"),
    path("draws/<str:number>/official/check", ceremony.readiness, name="official-check"),
    path("draws/<str:number>/official/freeze", ceremony.freeze, name="official-freeze"),
    path(
        "draws/<str:number>/official/contribute", ceremony.contribution, name="official-contribute"
    ),
    path("draws/<str:number>/official/close", ceremony.close, name="official-close"),
    path("draws/<str:number>/official/reveal", ceremony.revelation, name="official-reveal"),
    path("draws/<str:number>/official/execute", ceremony.execution, name="official-execute"),
    path("draws/<str:number>/official/abandon", ceremony.abandonment, name="official-abandon"),
    path("draws/<str:number>/official/void", ceremony.voiding, name="official-void"),
    path("draws/<str:number>/official/names", ceremony.names, name="official-names"),
    path("rosters/", roster.list_rosters, name="rosters"),
    path("draws/<str:number>/roster", roster.show_roster, name="roster"),
    path("draws/<str:number>/roster/export", export.export_roster, name="roster-export"),
    path("draws/<str:number>/papers/<str:kind>.pdf", documents.document, name="document"),
    path("draws/<str:number>/roster.json", documents.proof, name="roster-proof"),
    path(
        "draws/<str:number>/papers/<str:kind>/named",
        documents.named_document,
        name="named-document",
    ),
    path("draws/<str:number>/transcript.json", documents.transcript, name="transcript"),
    path("verify", verify.verify_page, name="verify"),
    path("verify/verify.py", verify.verifier, name="verifier"),
    path("verify/offline.html", verify.offline_verifier, name="offline-verifier"),
    path("verify/<str:code>", verify.verify_code, name="verify-code"),
    path("verify/<str:code>/transcript.json", verify.public_transcript, name="public-transcript"),
    path("verify/<str:code>/head.json", verify_version.public_head, name="public-head"),
    path("verify/<str:code>/roster.json", verify_version.public_proof, name="public-proof"),
]
