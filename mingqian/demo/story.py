"""The story: three weeks in the life of two committee offices, told through the services of the system.

Nothing here writes to a table by itself, so the log, the histories and the to-dos of the demo are real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from . import applications, founding, official, pools
from .clock import at
from .founding import Province

Say = Callable[[str], None]


def tell(*, now: dt.datetime, say: Say = lambda sentence: None, small: bool = False) -> Province:
    """Build the whole demo in the current database. `small` keeps a tenth of the pools, for tests.

    `now` is the end of the story; earlier chapters are dated before it, in order.
    """
    province = Province(today=now.date())
    with at(_morning(now, days_ago=21)):
        say("设立评委会、办公室与用户")
        founding.found(province)
    with at(_morning(now, days_ago=20)):
        say("导入评委库名册")
        pools.bring_in(province, small=small)
    with at(_morning(now, days_ago=14)):
        say("编报抽取申请")
        applications.file_first(province, now=now)
    with at(_morning(now, days_ago=9)):
        applications.decide_first(province)
    with at(_morning(now, days_ago=6)):
        applications.file_second(province, now=now)
    with at(now - dt.timedelta(hours=5)):
        say("办理一次正式抽取")
        official.draw(province, province.applications["drawn"])
    with at(now - dt.timedelta(hours=2)):
        applications.file_last(province, now=now)
    return province


def _morning(now: dt.datetime, *, days_ago: int) -> dt.datetime:
    """Nine in the morning (Shanghai) of that day, or of the working day before it."""
    day = now.date() - dt.timedelta(days=days_ago)
    day -= dt.timedelta(days=max(0, day.weekday() - 4))
    return dt.datetime.combine(day, dt.time(1, 0), dt.UTC)
