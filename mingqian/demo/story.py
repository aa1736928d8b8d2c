"""The story: a month in the life of two committee offices, told through the services of the system.

Nothing here writes to a table by itself, so the log, the histories and the to-dos of the demo are real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from . import answers, applications, founding, official, pools, supplements
from .clock import telling
from .founding import Province
from .workdays import last_workday, moment, workday_before

Say = Callable[[str], None]


def tell(*, now: dt.datetime, say: Say = lambda sentence: None, small: bool = False) -> Province:
    """Build the whole demo in the current database. `small` keeps a part of the pools, for tests.

    `now` is the end of the story. Its last day is the last working day whose morning is over by then;
    everything before lies on working days, in working hours, in order.
    """
    last = last_workday(now)

    def before(days: int, hour: int, minute: int) -> dt.datetime:
        return moment(workday_before(last, days), hour, minute)

    with telling(before(20, 9, 0)) as clock:
        province = Province(today=last, clock=clock)
        say("设立评委会、办公室与用户")
        founding.found(province)
        clock.turn_to(before(19, 9, 30))
        say("导入评委库名册")
        pools.bring_in(province, small=small)
        clock.turn_to(before(12, 9, 10))
        say("编报抽取申请")
        applications.file_first(province)
        clock.turn_to(before(10, 10, 0))
        applications.decide_first(province)
        clock.turn_to(before(4, 9, 20))
        applications.file_second(province)
        clock.turn_to(before(3, 10, 15))
        applications.decide_second(province)
        clock.turn_to(moment(last, 9, 30))
        say("办理一次正式抽取")
        drawn = official.draw(province, province.applications["drawn"])
        clock.turn_to(moment(last, 9, 45))
        say("发布名单，通知专家，登记答复")
        answers.invite(province, drawn)
        answers.telephone(province, drawn)
        clock.turn_to(moment(last, 10, 20))
        applications.file_last(province)
        say("编报补充抽取申请")
        supplements.ask_for_more(province)
    return province
