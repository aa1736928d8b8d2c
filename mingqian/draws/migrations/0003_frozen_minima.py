import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingqian.draws import protection


def unprotect(apps, schema_editor):
    protection.remove(schema_editor.connection)


def protect(apps, schema_editor):
    protection.install(schema_editor.connection)


def name_observers(apps, schema_editor):
    """Draws made before this get the person of their observer's contribution."""
    Draw = apps.get_model("draws", "Draw")
    made = apps.get_model("draws", "Contribution").objects.filter(party="observer")
    for draw, user in made.values_list("draw_id", "user_id"):
        Draw.objects.filter(pk=draw).update(observer_by_id=user)
    if schema_editor.connection.vendor == "postgresql":
        # PostgreSQL alters no table while rows of it still wait for their foreign keys to be checked.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0002_never_changed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(unprotect, protect),
        migrations.AddField(
            "draw", "parties_min", models.PositiveSmallIntegerField(default=2), preserve_default=False
        ),
        migrations.AddField(
            "draw", "observers_min", models.PositiveSmallIntegerField(default=1), preserve_default=False
        ),
        migrations.AddField(
            "draw",
            "observer_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(name_observers, migrations.RunPython.noop),
        migrations.AddConstraint(
            "draw",
            models.CheckConstraint(
                name="observer_operates_nothing",
                condition=models.Q(observer_by=None)
                | (
                    ~models.Q(frozen_by=models.F("observer_by"))
                    & (models.Q(executed_by=None) | ~models.Q(executed_by=models.F("observer_by")))
                ),
            ),
        ),
        migrations.RunPython(protect, unprotect),
    ]
