"""Membership of a committee's pool: for which specialties, in which duty, for which term."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingqian.committees.models import Committee, CommitteeOffice, Specialty
from mingqian.committees.terms import PlusYears

from .expert import Expert


class MembershipStatus(models.TextChoices):
    NOMINATED = "NOMINATED", "拟入库"
    ACTIVE = "ACTIVE", "正常"
    SUSPENDED = "SUSPENDED", "暂停"
    EXPIRED = "EXPIRED", "已期满"
    LEFT = "LEFT", "离库"
    DISQUALIFIED = "DISQUALIFIED", "取消资格"


OPEN_STATUSES = [MembershipStatus.NOMINATED, MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED]


class MemberDuty(models.TextChoices):
    CHAIR = "1", "主任委员"
    VICE_CHAIR = "2", "副主任委员"
    MEMBER = "3", "委员"


class PoolMembershipQuerySet(models.QuerySet["PoolMembership"]):
    def visible_to(self, user) -> PoolMembershipQuerySet:
        """An office sees the memberships of its own pools; HRSS sees all; nobody else any."""
        if user.office_id is not None:
            return self.filter(office_id=user.office_id)
        if user.is_hrss:
            return self
        return self.none()

    def open(self) -> PoolMembershipQuerySet:
        """Memberships that have not ended: at most one per expert and committee."""
        return self.filter(status__in=OPEN_STATUSES)


class PoolMembership(models.Model):
    """One term of one expert in one committee's pool. A renewal is a new row; the old one stays as it ended.

    `office` is the owning office, copied from the committee, so that a pool can be read and sharded along it.
    """

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="memberships")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    specialties = models.ManyToManyField(
        Specialty, through="MembershipSpecialty", related_name="+", verbose_name="推荐专业"
    )
    group_name = models.CharField("学科组", max_length=50, blank=True)
    term_from = models.DateField("聘期起")
    term_to = models.DateField("聘期止")
    duty = models.CharField("委员职务", max_length=1, choices=MemberDuty, default=MemberDuty.MEMBER)
    status = models.CharField(
        "状态", max_length=12, choices=MembershipStatus, default=MembershipStatus.ACTIVE
    )
    status_reason = models.CharField("状态说明", max_length=200, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    admitted_on = models.DateField("入库日期")
    ended_on = models.DateField("离库日期", null=True, blank=True)

    objects = PoolMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-term_from", "-id"]
        indexes = [
            models.Index(fields=["committee", "status"], name="membership_of_committee"),
            models.Index(fields=["office", "expert"], name="membership_of_office"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "committee"],
                condition=Q(status__in=["NOMINATED", "ACTIVE", "SUSPENDED"]),
                name="one_open_membership",
            ),
            models.CheckConstraint(
                name="term_ends_after_it_starts", condition=Q(term_to__gt=F("term_from"))
            ),
            # The exact limit, to the day before, is judged by the services from the rule book.
            models.CheckConstraint(
                name="term_at_most_three_years",
                condition=Q(term_to__lte=PlusYears(F("term_from"), years=3)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id}·{self.term_from} 至 {self.term_to}"


class MembershipSpecialty(models.Model):
    """A specialty a member is recommended for; order 1 is the main one."""

    membership = models.ForeignKey(
        PoolMembership, on_delete=models.CASCADE, related_name="specialty_links"
    )
    specialty = models.ForeignKey(Specialty, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "specialty"], name="specialty_named_once"
            ),
            models.UniqueConstraint(fields=["membership", "order"], name="one_specialty_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.specialty_id}"
