"""One official draw, as the three parties would do it: freeze, commit, reveal, draw.

The story plays the parties itself, so it makes their numbers too, and the record of this draw says so.
"""

from __future__ import annotations

import secrets

import fairdraw
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
    numbers: dict[int, bytes] = {}
    for party in (operator, reviewer, observer):
        province.clock.wait(minutes=1, seconds=23)
        numbers[party.pk] = number = secrets.token_bytes(32)
        commitment = fairdraw.nonce_commitment(number)
        contribute(frozen, by=party, commitment=commitment, made_by_platform=True)
    for party in (operator, reviewer, observer):
        province.clock.wait(seconds=41)
        reveal(Draw.objects.get(pk=frozen.pk), by=party, nonce=numbers[party.pk].hex())
    province.clock.wait(minutes=1, seconds=7)
    ready = Draw.objects.get(pk=frozen.pk)
    return execute_draw(ready, by=operator, key=ready.commit_hash)
