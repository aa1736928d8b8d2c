"""The 27 title series."""

from django.db import migrations


def load(apps, schema_editor):
    from mingqian.committees.services import load_dictionaries

    load_dictionaries(apps.get_model("committees", "Series"))


class Migration(migrations.Migration):
    dependencies = [("committees", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
