"""One official draw, as the three parties would do it: freeze, commit, reveal, draw."""

from __future__ import annotations

import secrets

from mingqian.draws.models import Draw, DrawApplication
from mingqian.draws.services.contribute import contribute, reveal
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.freeze import freeze_draw

from .cast import BUILDING_CLERK, OBSERVER, REVIEWER
from .founding import Province


def draw(province: Province, application: DrawApplication) -> Draw:
    """Draw the building committee's roster before the observer."""
    operator, reviewer, observer = (
        province.user(player) for player in (BUILDING_CLERK, REVIEWER, OBSERVER)
    )
    frozen = freeze_draw(application, by=operator)
    for party in (operator, reviewer, observer):
        province.clock.wait(minutes=1, seconds=23)
        contribute(frozen, by=party, text=secrets.token_hex(8))
    for party in (operator, reviewer, observer):
        province.clock.wait(seconds=41)
        reveal(Draw.objects.get(pk=frozen.pk), by=party)
    province.clock.wait(minutes=1, seconds=7)
    ready = Draw.objects.get(pk=frozen.pk)
    return execute_draw(ready, by=operator, key=ready.commit_hash)
