import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0009_links_sent"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="drawapplication",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="终止时间"),
        ),
        migrations.AddField(
            model_name="drawapplication",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="终止人",
            ),
        ),
        migrations.AddField(
            model_name="drawapplication",
            name="end_reason",
            field=models.TextField(blank=True, max_length=500, verbose_name="终止原因"),
        ),
        migrations.AddConstraint(
            model_name="drawapplication",
            constraint=models.CheckConstraint(
                name="only_a_supplement_is_ended_with_who_and_why",
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (
                    Q(kind="SUPPLEMENTARY", ended_at__isnull=False, ended_by__isnull=False)
                    & ~Q(end_reason="")
                ),
            ),
        ),
    ]
