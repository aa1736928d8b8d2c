"""The log: one row an event, each bound to the one before it by its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import models

from .canonical import canonical

GENESIS = "0" * 64


class EventQuerySet(models.QuerySet["Event"]):
    """Which rows of the log somebody may read."""

    def visible_to(self, user: Any) -> EventQuerySet:
        """Everything for those who watch over all offices, an office's own for its people, else nothing."""
        if not user.may("audit.view_event"):
            return self.none()
        return self if user.office_id is None else self.filter(office_id=user.office_id)


class Event(models.Model):
    """Who did what to which thing, when, and why. Written once; the database refuses to change or delete it.

    `hash` is SHA-256 over the previous hash and the canonical JSON of every other field (see `digest`).
    The actor is kept by number and name, not by foreign key: the log outlives accounts and stands below them.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=20, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    office_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "操作日志"
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "seq"], name="event_of_subject"),
            models.Index(fields=["actor_id", "seq"], name="event_of_actor"),
            models.Index(fields=["action", "seq"], name="event_of_action"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    def digest(self) -> str:
        """The hash this row must carry: 64 hex digits."""
        fields = {
            "seq": self.seq,
            "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "actor_id": self.actor_id,
            "actor_name": self.actor_name,
            "role": self.role,
            "ip": self.ip,
            "request_id": self.request_id,
            "office_id": self.office_id,
            "action": self.action,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "subject_label": self.subject_label,
            "purpose": self.purpose,
            "details": self.details,
        }
        return hashlib.sha256(bytes.fromhex(self.prev_hash) + canonical(fields)).hexdigest()


class Head(models.Model):
    """The end of the chain: a single row, locked by whoever appends, so that no two events share a place."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        verbose_name = "日志末端"
        constraints = [models.CheckConstraint(name="one_head", condition=models.Q(id=1))]
