from django.db import migrations, models

from mingqian.draws import protection


def unprotect(apps, schema_editor):
    protection.remove(schema_editor.connection)


def protect(apps, schema_editor):
    protection.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("draws", "0004_chances")]
    operations = [
        migrations.RunPython(unprotect, protect),
        migrations.RemoveConstraint("contribution", "commitment_used_once"),
        migrations.AddConstraint(
            "contribution",
            models.UniqueConstraint(fields=["commitment"], name="commitment_never_used_again"),
        ),
        migrations.AddConstraint(
            "contribution",
            models.CheckConstraint(
                name="nobody_else_holds_a_kept_nonce",
                condition=models.Q(self_held=False) | models.Q(nonce_sealed=None),
            ),
        ),
        migrations.RunPython(protect, unprotect),
    ]
