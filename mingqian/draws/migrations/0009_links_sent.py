from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def note_sent(apps, schema_editor):
    """Links whose message has left carry when it did."""
    AnswerLink, Message = (apps.get_model("draws", name) for name in ("AnswerLink", "Message"))
    sent = Message.objects.filter(link=OuterRef("pk"), status="SENT").order_by("sent_at")
    AnswerLink.objects.update(sent_at=Subquery(sent.values("sent_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("draws", "0008_begin_rosters")]
    operations = [
        migrations.RemoveConstraint(model_name="answerlink", name="one_link_in_force"),
        migrations.AddField(
            model_name="answerlink",
            name="sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(note_sent, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="answerlink",
            constraint=models.UniqueConstraint(
                condition=Q(("revoked_at", None), ("sent_at__isnull", False)),
                fields=("seat",),
                name="one_link_in_force",
            ),
        ),
    ]
