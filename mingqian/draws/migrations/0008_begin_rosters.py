from django.db import migrations


def begin_rosters(apps, schema_editor):
    """Draws executed so far get their rosters: primaries and designated members sit, alternates wait."""
    Draw, Roster, Standing = (
        apps.get_model("draws", name) for name in ("Draw", "Roster", "Standing")
    )
    drawn = Draw.objects.filter(
        status__in=("EXECUTED", "VOIDED"), application__kind="INITIAL"
    ).defer("pool", "plan", "solution", "transcript", "judgement", "chances")
    for draw in drawn.order_by("id").iterator():
        roster = Roster.objects.create(draw=draw, office_id=draw.office_id)
        Standing.objects.bulk_create(
            Standing(
                roster=roster,
                seat=seat,
                expert_id=seat.expert_id,
                position="WAITING" if seat.seat_type == "ALTERNATE" else "SEATED",
                place=None if seat.seat_type == "ALTERNATE" else seat,
            )
            for seat in draw.seats.all()
        )


class Migration(migrations.Migration):
    dependencies = [("draws", "0007_roster")]
    operations = [migrations.RunPython(begin_rosters, migrations.RunPython.noop)]
