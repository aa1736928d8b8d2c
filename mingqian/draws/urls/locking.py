"""Addresses: locking a roster, its versions."""

from django.urls import path

from mingqian.draws.views import locking

urlpatterns = [
    path("draws/<str:number>/lock", locking.lock_page, name="lock"),
    path("draws/<str:number>/lock/set", locking.set_lock, name="lock-set"),
    path("draws/<str:number>/lock/release", locking.release_lock, name="lock-release"),
    path(
        "draws/<str:number>/lock/versions/<int:version>", locking.show_version, name="lock-version"
    ),
]
