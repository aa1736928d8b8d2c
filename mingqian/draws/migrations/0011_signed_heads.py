from django.db import migrations, models
from django.db.models import Q

from mingqian.draws import protection


def unprotect(apps, schema_editor):
    protection.remove(schema_editor.connection)


def protect(apps, schema_editor):
    protection.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("draws", "0010_ended")]
    operations = [
        migrations.RunPython(unprotect, protect),
        migrations.AddField("rosterversion", "head", models.BinaryField(blank=True, null=True)),
        migrations.AddField("rosterversion", "proof", models.BinaryField(blank=True, null=True)),
        migrations.AddField(
            "rosterversion", "public_key", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField(
            "rosterversion", "signature", models.CharField(blank=True, default="", max_length=128)
        ),
        migrations.AddConstraint(
            "rosterversion",
            models.CheckConstraint(
                name="a_head_is_signed_and_has_its_proof",
                condition=Q(head=None, proof=None, public_key="", signature="")
                | (
                    Q(head__isnull=False, proof__isnull=False)
                    & ~Q(public_key="")
                    & ~Q(signature="")
                ),
            ),
        ),
        migrations.RunPython(protect, unprotect),
    ]
