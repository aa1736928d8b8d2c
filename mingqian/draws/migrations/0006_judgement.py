from django.db import migrations, models

from mingqian.draws import protection


def unprotect(apps, schema_editor):
    protection.remove(schema_editor.connection)


def protect(apps, schema_editor):
    protection.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("draws", "0005_commitments_once")]
    operations = [
        migrations.RunPython(unprotect, protect),
        migrations.AddField("draw", "judgement", models.BinaryField(blank=True, null=True)),
        migrations.RunPython(protect, unprotect),
    ]
