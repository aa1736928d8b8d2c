"""Addresses: official."""

urlpatterns: list = []
