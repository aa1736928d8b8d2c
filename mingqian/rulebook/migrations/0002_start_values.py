"""The start value of every rule."""

from django.db import migrations


def load(apps, schema_editor):
    from mingqian.rulebook.services import load_defaults

    load_defaults(apps.get_model("rulebook", "RuleParameter"))


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
