"""The official draw: frozen pool, contributions, seats, and the transcript that proves them."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models

from mingqian.committees.models import CommitteeOffice, DisciplineGroup, Specialty
from mingqian.experts.models import Expert

from .application import DrawApplication


class DrawStatus(models.TextChoices):
    FROZEN = "FROZEN", "已冻结，待各方承诺"
    COMMITTED = "COMMITTED", "承诺已到齐，待揭示"
    EXECUTED = "EXECUTED", "已抽取"
    ABANDONED = "ABANDONED", "未完成，已作废"
    VOIDED = "VOIDED", "已作废"


class Party(models.TextChoices):
    """Who may contribute to the seed. The values are the party ids of the transcript."""

    OFFICE = "office", "评委会办公室"
    HRSS = "hrss", "人社部门"
    OBSERVER = "observer", "监督人员"
    SERVER = "server", "系统"


class SeatType(models.TextChoices):
    PRIMARY = "PRIMARY", "正选"
    ALTERNATE = "ALTERNATE", "备选"
    DESIGNATED = "DESIGNATED", "指定"


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, user) -> DrawQuerySet:
        """Draws follow the application they belong to."""
        return self.filter(application__in=DrawApplication.objects.visible_to(user))

    def current(self) -> DrawQuerySet:
        """Draws that still count: under way or executed, neither abandoned nor void."""
        return self.filter(
            status__in=[DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.EXECUTED]
        )


class Draw(models.Model):
    """One attempt at an official draw. Hashes are lower-case hex, 64 digits.

    `previous` is the digest of the transcript that this draw replaces after a void, or supplements.
    `salt_sealed` is the secret from which every member's pseudonym salt of this draw is derived;
    `pool` and `plan` are the engine's canonical JSON as frozen; `transcript` is the published file, byte for byte.
    `judgement` is what the verifier said of it then (JSON); draws older than the column have none.
    `seating` is what a roster needs of the transcript (JSON), kept so that no answer reads a large file.
    `chances` is the picture of everybody's chance (JSON), kept so that no page reads a large pool for it; it
    follows from `pool`, `plan` and `solution`, and draws older than the column are counted anew.
    `parties_min` and `observers_min` are the rules' minima of contributing parties as they stood at the freeze.
    `observer_by` is whoever contributed as observer; a trigger holds it equal to the contribution's person.
    """

    application = models.ForeignKey(DrawApplication, on_delete=models.PROTECT, related_name="draws")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=DrawStatus, default=DrawStatus.FROZEN)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    salt_sealed = models.BinaryField()
    pool = models.BinaryField()
    plan = models.BinaryField()
    solution = models.BinaryField()
    chances = models.BinaryField(null=True, blank=True)
    pool_root = models.CharField(max_length=64)
    rules_hash = models.CharField(max_length=64)
    lottery_hash = models.CharField(max_length=64)
    pool_count = models.PositiveIntegerField()
    eligible_count = models.PositiveIntegerField()
    trials_counted = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    parties_min = models.PositiveSmallIntegerField()
    observers_min = models.PositiveSmallIntegerField()
    observer_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    commit_hash = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    transcript = models.BinaryField(null=True, blank=True)
    judgement = models.BinaryField(null=True, blank=True)
    seating = models.BinaryField(null=True, blank=True)
    transcript_hash = models.CharField(max_length=64, blank=True)
    short_code = models.CharField(max_length=12, null=True, blank=True, unique=True)
    void_reason = models.TextField(max_length=500, blank=True)
    void_hrss_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    void_hrss_at = models.DateTimeField(null=True, blank=True)
    void_observer_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    void_observer_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DrawQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "attempt"], name="draw_attempt_once"),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(status__in=["FROZEN", "COMMITTED", "EXECUTED"]),
                name="one_current_draw_per_application",
            ),
            models.CheckConstraint(
                name="executed_draw_is_whole",
                condition=~models.Q(status__in=["EXECUTED", "VOIDED"])
                | models.Q(
                    executed_at__isnull=False,
                    executed_by__isnull=False,
                    transcript__isnull=False,
                    short_code__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="observer_operates_nothing",
                condition=models.Q(observer_by=None)
                | (
                    ~models.Q(frozen_by=models.F("observer_by"))
                    & (models.Q(executed_by=None) | ~models.Q(executed_by=models.F("observer_by")))
                ),
            ),
            models.CheckConstraint(
                name="void_takes_two_people",
                condition=~models.Q(status="VOIDED")
                | (
                    models.Q(void_hrss_by__isnull=False, void_observer_by__isnull=False)
                    & ~models.Q(void_hrss_by=models.F("void_observer_by"))
                    & ~models.Q(void_reason="")
                ),
            ),
            models.CheckConstraint(
                name="abandoned_attempt_says_why",
                condition=~models.Q(status="ABANDONED")
                | (
                    models.Q(ended_at__isnull=False, ended_by__isnull=False)
                    & ~models.Q(void_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} 第{self.attempt}次"

    @property
    def is_executed(self) -> bool:
        """Drawn and in force."""
        return self.status == DrawStatus.EXECUTED

    @property
    def has_result(self) -> bool:
        """Drawn, in force or void: there are seats and a transcript."""
        return self.status in (DrawStatus.EXECUTED, DrawStatus.VOIDED)

    @property
    def is_void(self) -> bool:
        return self.status == DrawStatus.VOIDED

    @property
    def excluded_count(self) -> int:
        """Members of the frozen pool whom a rule kept out."""
        return self.pool_count - self.eligible_count

    @property
    def plan_cap(self) -> int | None:
        """How many of one employer may sit, as frozen."""
        cap: int | None = json.loads(bytes(self.plan))["employer_cap"]
        return cap


class Contribution(models.Model):
    """One party's share of the seed: a commitment first, the nonce only at the reveal.

    People make their nonce on their own device and keep it (`self_held`): the platform has the commitment, and the
    nonce only at the reveal. `nonce_sealed` is what the platform itself has made: its own, and those of people
    in attempts from before they kept theirs. A commitment is used once, whatever the draw.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="contributions")
    party = models.CharField(max_length=8, choices=Party)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    commitment = models.CharField(max_length=64)
    self_held = models.BooleanField(default=False)
    nonce_sealed = models.BinaryField(null=True, blank=True)
    committed_at = models.DateTimeField()
    nonce = models.CharField(max_length=128, blank=True)
    revealed_at = models.DateTimeField(null=True, blank=True)
    revealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "party"], name="one_contribution_per_party"),
            models.UniqueConstraint(fields=["draw", "user"], name="one_contribution_per_person"),
            models.UniqueConstraint(fields=["commitment"], name="commitment_never_used_again"),
            models.CheckConstraint(
                name="nobody_else_holds_a_kept_nonce",
                condition=models.Q(self_held=False) | models.Q(nonce_sealed=None),
            ),
            models.CheckConstraint(
                name="only_the_server_has_no_person",
                condition=models.Q(party="server", user=None)
                | (~models.Q(party="server") & models.Q(user__isnull=False)),
            ),
        ]


class FrozenMember(models.Model):
    """One pool member as frozen: the pseudonym of this draw and the codes that kept them out.

    Name, unit and the index of the ID number are kept as they were: whoever is written over an expert's
    record later does not inherit the seat unnoticed.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="members")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=64)
    codes = models.JSONField(default=list)
    name = models.CharField(max_length=50)
    unit_name = models.CharField(max_length=100, blank=True)
    id_index = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "expert"], name="member_frozen_once"),
            models.UniqueConstraint(fields=["draw", "pseudonym"], name="pseudonym_once_per_draw"),
        ]


class DrawSeat(models.Model):
    """A seat filled: primaries and alternates by the draw, designated members by appointment.

    `rank` counts from 1 within (seat type, specialty); for alternates it is the order of substitution.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="seats")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    seat_type = models.CharField(max_length=10, choices=SeatType)
    group = models.ForeignKey(
        DisciplineGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    specialty = models.ForeignKey(
        Specialty, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField()
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="draw_seats")
    duty = models.CharField(max_length=10, blank=True)
    pseudonym = models.CharField(max_length=64, blank=True)
    ticket = models.CharField(max_length=64, blank=True)
    lot_code = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "expert"], name="nobody_seated_twice"),
            models.UniqueConstraint(
                fields=["draw", "seat_type", "specialty", "rank"],
                condition=models.Q(specialty__isnull=False),
                name="one_holder_per_seat",
            ),
            models.UniqueConstraint(
                fields=["draw", "seat_type", "rank"],
                condition=models.Q(specialty__isnull=True),
                name="one_holder_per_open_seat",
            ),
        ]


class DrawEvent(models.Model):
    """What happened at the ceremony, in order; the transcript's log of events is read from here."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    party = models.CharField(max_length=8, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
