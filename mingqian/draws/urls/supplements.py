"""Addresses: rosters that lack somebody, and supplements."""

from django.urls import path

from mingqian.draws.views import ending, supplements

urlpatterns = [
    path("supplements/", supplements.list_gaps, name="supplements"),
    path("supplements/new", supplements.new_supplement, name="supplement-new"),
    path("draws/<str:number>/end", ending.end, name="supplement-end"),
]
