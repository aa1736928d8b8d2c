"""Addresses: applications, trials, reviews."""

from django.urls import path

from mingqian.draws.views import creation, detail, edit, listing, removals, review, trial

urlpatterns = [
    path("draws/", listing.list_applications, name="list"),
    path("draws/new", creation.new_application, name="new"),
    path("draws/<str:number>/", detail.show_application, name="application"),
    path("draws/<str:number>/move", detail.move_application, name="move"),
    path("draws/<str:number>/versions/<int:version>", detail.show_version, name="version"),
    path("draws/<str:number>/edit", edit.edit_application, name="edit"),
    path("draws/<str:number>/trial", trial.trial_page, name="trial"),
    path("draws/<str:number>/trial/fix", trial.take_fixes, name="take-fixes"),
    path("draws/<str:number>/removals", removals.list_removals, name="removals"),
    path("review/draws/", listing.list_reviews, name="reviews"),
    path("review/draws/<str:number>/", review.review_application, name="review"),
]
