"""After the draw: who serves, who enters for whom, and every event that led there."""

from __future__ import annotations

import hashlib
import uuid

from django.conf import settings
from django.db import models

from mingqian.committees.models import CommitteeOffice
from mingqian.experts.models import Expert

from .application import DrawApplication
from .draw import Draw, DrawSeat


class Answer(models.TextChoices):
    """What somebody who was asked has said."""

    UNCONFIRMED = "UNCONFIRMED", "未确认"
    PARTICIPATING = "PARTICIPATING", "确认参评"
    DECLINED = "DECLINED", "不参评"


class Position(models.TextChoices):
    """Where somebody drawn stands now."""

    SEATED = "SEATED", "在席"
    WAITING = "WAITING", "备选"
    OUT = "OUT", "不参评"
    VOID = "VOID", "抽取已作废"


class DeclineReason(models.TextChoices):
    """Why somebody does not serve."""

    DUTY = "DUTY", "公务冲突"
    TRAVEL = "TRAVEL", "出差"
    HEALTH = "HEALTH", "身体原因"
    RECUSAL = "RECUSAL", "需要回避"
    LEFT = "LEFT", "已退休或调离"
    UNREACHABLE = "UNREACHABLE", "联系不上"
    DISQUALIFIED = "DISQUALIFIED", "不再符合条件"
    OTHER = "OTHER", "其他"


class Channel(models.TextChoices):
    """By which way somebody was asked or answered."""

    PHONE = "PHONE", "电话"
    SMS = "SMS", "短信"
    MAIL = "MAIL", "邮件"
    LINK = "LINK", "答复链接"
    ON_SITE = "ON_SITE", "现场"
    PAPER = "PAPER", "书面"


class ContactOutcome(models.TextChoices):
    """How an attempt to reach somebody ended."""

    AGREED = "AGREED", "接通·同意"
    REFUSED = "REFUSED", "接通·拒绝"
    PENDING = "PENDING", "接通·待定"
    NO_REPLY = "NO_REPLY", "无人接听"
    BAD_NUMBER = "BAD_NUMBER", "空号或号码有误"
    SENT = "SENT", "已发送"


class RosterQuerySet(models.QuerySet["Roster"]):
    def visible_to(self, user) -> RosterQuerySet:
        """A roster follows the application of its first draw."""
        return self.filter(draw__application__in=DrawApplication.objects.visible_to(user))


class Roster(models.Model):
    """The list that a series of draws leads to: a first draw in force and its supplements.

    It begins with the execution of the first draw. `revision` counts its events; whoever writes holds this row.
    `answer_by` is the last moment for an expert's own answer; empty until the list is released.
    """

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="roster")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_by = models.DateTimeField("答复截止时间", null=True, blank=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="released_roster_says_by_whom",
                condition=models.Q(released_at=None, released_by=None)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw.application.number} 名单"

    @property
    def is_void(self) -> bool:
        """The draw that it comes from was declared void."""
        return self.draw.is_void


class Standing(models.Model):
    """Where one drawn or designated person stands now; it follows from the draws and the events.

    People of a supplement that was declared void are kept as `VOID`: they are on the roster no more.
    `place` is the seat that somebody in `SEATED` holds, named by the seat first drawn (or appointed) for it.
    `reserve` puts somebody who came back behind everybody drawn: 1, 2 … in the order of coming back.
    """

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="standings")
    seat = models.OneToOneField(DrawSeat, on_delete=models.PROTECT, related_name="standing")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="standings")
    position = models.CharField(max_length=7, choices=Position)
    place = models.ForeignKey(
        DrawSeat, null=True, blank=True, on_delete=models.PROTECT, related_name="holders"
    )
    reserve = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=13, choices=Answer, default=Answer.UNCONFIRMED)
    channel = models.CharField("答复渠道", max_length=8, choices=Channel, blank=True)
    reason = models.CharField("理由", max_length=12, choices=DeclineReason, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    contacts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=models.Q(position="SEATED"),
                name="no_seat_has_two_holders",
            ),
            models.UniqueConstraint(
                fields=["roster", "expert"],
                condition=~models.Q(position="VOID"),
                name="nobody_stands_twice",
            ),
            models.CheckConstraint(
                name="only_who_sits_holds_a_seat",
                condition=models.Q(position="SEATED", place__isnull=False)
                | (~models.Q(position="SEATED") & models.Q(place=None)),
            ),
            models.CheckConstraint(
                name="out_is_who_declined",
                condition=models.Q(position="OUT", answer="DECLINED")
                | (~models.Q(position="OUT") & ~models.Q(answer="DECLINED")),
            ),
            models.CheckConstraint(
                name="only_who_sits_participates",
                condition=~models.Q(answer="PARTICIPATING") | models.Q(position="SEATED"),
            ),
            models.CheckConstraint(
                name="a_decline_has_a_reason",
                condition=~models.Q(answer="DECLINED") | ~models.Q(reason=""),
            ),
        ]


class RosterEvent(models.Model):
    """One event of a roster; never changed. `by` empty: the expert, by their own link.

    `seat` is the person concerned, `entered` who took a seat by it and `left` who gave one back, `draw` the
    supplement that joined or was declared void. `choice`: SEAT or RESERVE, what was chosen where a seat was taken. `skips`: who was
    passed over, with the row that forbade it, in the engine's words.
    """

    class Kind(models.TextChoices):
        CONFIRM = "CONFIRM", "确认参评"
        DECLINE = "DECLINE", "确认不参评"
        REVERT = "REVERT", "移除"
        CHOOSE = "CHOOSE", "另选递补"
        JOIN = "JOIN", "补充抽取入列"
        VOID = "VOID", "补充抽取作废"
        CONTACT = "CONTACT", "登记联系记录"
        RELEASE = "RELEASE", "发布名单"
        RESCHEDULE = "RESCHEDULE", "会议改期"
        LOCK = "LOCK", "锁定名单"
        UNLOCK = "UNLOCK", "解除锁定"

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    seat = models.ForeignKey(
        DrawSeat, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    place = models.ForeignKey(
        DrawSeat, null=True, blank=True, on_delete=models.PROTECT, related_name="place_events"
    )
    entered = models.ForeignKey(
        DrawSeat, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    left = models.ForeignKey(
        DrawSeat, null=True, blank=True, on_delete=models.PROTECT, related_name="exits"
    )
    draw = models.ForeignKey(
        Draw, null=True, blank=True, on_delete=models.PROTECT, related_name="joined_by"
    )
    choice = models.CharField(max_length=7, blank=True)
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    outcome = models.CharField(max_length=10, choices=ContactOutcome, blank=True)
    reason = models.CharField(max_length=12, choices=DeclineReason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    skips = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["roster", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "seq"], name="roster_events_in_one_order"),
            models.UniqueConstraint(fields=["draw", "kind"], name="a_supplement_joins_once"),
        ]


class RosterVersion(models.Model):
    """A roster as locked: what it held then, its digest, what was checked; and how it was unlocked, if it was.

    `content` is canonical JSON: who held which seat, by name. `digest` its SHA-256, 64 hex digits.
    `head` is what strangers are shown: a small canonical JSON without names, signed with `public_key`, that names
    `content` and `proof` by their hashes. Locks older than heads have none.
    """

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    short_code = models.CharField(max_length=12, unique=True)
    head = models.BinaryField(null=True, blank=True)
    proof = models.BinaryField(null=True, blank=True)
    public_key = models.CharField(max_length=64, blank=True, default="")
    signature = models.CharField(max_length=128, blank=True, default="")
    checks = models.JSONField(default=list)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    unlocked_at = models.DateTimeField(null=True, blank=True)
    unlocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unlock_reason = models.TextField(max_length=500, blank=True)

    class Meta:
        ordering = ["roster", "number"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_version_once"),
            models.UniqueConstraint(
                fields=["roster"],
                condition=models.Q(unlocked_at=None),
                name="one_lock_per_roster",
            ),
            models.CheckConstraint(
                name="an_unlock_says_who_and_why",
                condition=models.Q(unlocked_at=None, unlocked_by=None, unlock_reason="")
                | (
                    models.Q(unlocked_at__isnull=False, unlocked_by__isnull=False)
                    & ~models.Q(unlock_reason="")
                ),
            ),
            models.CheckConstraint(
                name="a_head_is_signed_and_has_its_proof",
                condition=models.Q(head=None, proof=None, public_key="", signature="")
                | (
                    models.Q(head__isnull=False, proof__isnull=False)
                    & ~models.Q(public_key="")
                    & ~models.Q(signature="")
                ),
            ),
        ]

    @property
    def fingerprint(self) -> str:
        """What the short code stands for: the SHA-256 of the head, of the content where there is none; 64 hex digits."""
        if self.head is None:
            return self.digest
        return hashlib.sha256(bytes(self.head)).hexdigest()


class AnswerLink(models.Model):
    """A link by which one expert answers for themself. Only a hash of its secret is kept.

    It belongs to the person by the seat they were drawn into, so that it stays on record when a void supplement
    leaves the roster. A link works until it is revoked. Of a person's links one has been sent (`sent_at`) and is in
    force; a newer one ends it (`revoked_at`) once it is sent itself, as does leaving the seat. `made_by` empty: the
    nightly reminder.
    """

    seat = models.ForeignKey(DrawSeat, on_delete=models.PROTECT, related_name="answer_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=models.Q(sent_at__isnull=False, revoked_at=None),
                name="one_link_in_force",
            ),
        ]


class Message(models.Model):
    """One message to one expert: written from a template, waiting in the outbox or handed on by an adapter.

    `sealed` holds the text, encrypted: with its link while it waits, without it once sent or cancelled, so that
    nobody but the expert holds the link then. `recipient` is masked. `made_by` empty: the nightly reminder.
    """

    class Kind(models.TextChoices):
        INVITATION = "INVITATION", "参评通知"
        REMINDER = "REMINDER", "答复提醒"
        CHANGE = "CHANGE", "会议变更通知"
        RELIEF = "RELIEF", "不再参评通知"

    class Status(models.TextChoices):
        WAITING = "WAITING", "待发送"
        SENT = "SENT", "已发送"
        FAILED = "FAILED", "发送失败"
        CANCELLED = "CANCELLED", "已取消"

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="messages")
    seat = models.ForeignKey(DrawSeat, on_delete=models.PROTECT, related_name="messages")
    link = models.ForeignKey(
        AnswerLink, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel)
    recipient = models.CharField(max_length=60, blank=True)
    sealed_key = models.UUIDField(default=uuid.uuid4, editable=False)
    sealed = models.BinaryField()
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["roster", "status", "-id"], name="messages_of_roster")]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "kind"],
                condition=models.Q(status="WAITING"),
                name="one_waiting_message_of_a_kind",
            ),
        ]
