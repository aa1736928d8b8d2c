"""The start value of the rule on how long before the meeting a supplement is drawn."""

from django.db import migrations


def load(apps, schema_editor):
    from mingqian.rulebook.services import load_defaults

    load_defaults(apps.get_model("rulebook", "RuleParameter"))


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0002_start_values")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
