"""Addresses: applications."""

urlpatterns: list = []
