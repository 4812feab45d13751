"""Old alerts are forgotten, with what radios and people said of them; none that is under way or of an open case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from devices.protocol.messages import AlertStatus
from hub.alerts.tables import alerts, answers_elsewhere, deliveries, reports
from hub.storage.database import Database
from hub.storage.pruning import prune

AT_ONCE = 200
"""Alerts that go together."""
Forget = Callable[[Sequence[str]], Awaitable[int]]
"""What another room keeps of alerts that go, deleted before them."""
_a, _d = alerts.c, deliveries.c


class Forgetting:
    """``is_wanted(alert_id, case_id)`` says of an old alert that it stays all the same."""

    def __init__(self, database: Database, is_wanted: Callable[[str, str | None], bool]) -> None:
        self._database = database
        self._is_wanted = is_wanted
        self._others: list[Forget] = []

    def when_forgotten(self, forget: Forget) -> None:
        """Have ``forget`` called with alerts that go."""
        self._others.append(forget)

    async def forget(self, before_us: int, tests_before_us: int) -> int:
        """Delete the alerts that ended before ``before_us``, the tests before ``tests_before_us``; returns how many.

        One that others name (what cancels it or takes its place, its errands) goes with the last of them.
        """
        forgotten, after = 0, ""
        while page := await self._database.read(partial(_ended, before_us, tests_before_us, after)):
            after = page[-1].alert_id
            going = [row.alert_id for row in page if not self._is_wanted(row.alert_id, row.case_id)]
            if going:
                forgotten += await self._delete(going)
        for said in (reports, answers_elsewhere):
            of_no_alert = sa.or_(said.c.alert_id.is_(None), said.c.alert_id.not_in(sa.select(_a.alert_id)))
            key = said.primary_key.columns
            await prune(self._database, said, sa.select(*key).where(said.c.at_us < before_us, of_no_alert))
        return forgotten

    async def _delete(self, alert_ids: Sequence[str]) -> int:
        for forget in self._others:
            await forget(alert_ids)
        theirs = sa.select(_d.alert_id, _d.radio_id).where(_d.alert_id.in_(alert_ids))
        await prune(self._database, deliveries, theirs)
        return await prune(self._database, alerts, sa.select(_a.alert_id).where(_a.alert_id.in_(alert_ids)))


def _ended(before_us: int, tests_before_us: int, after: str, connection: sa.Connection) -> Sequence[Any]:
    """The next alerts that ended so long ago and that none names which did not."""
    since = sa.case((_a.status == AlertStatus.TEST.value, tests_before_us), else_=before_us)
    is_old = _a.issued_at_us + _a.expires_in_s * 1e6 < since
    kept = sa.select(_a.alert_id).where(sa.not_(is_old))
    named = (sa.select(by).where(by.is_not(None), sa.not_(is_old)) for by in (_a.cancels, _a.errand_of))
    old = sa.select(_a.alert_id, _a.case_id).where(is_old, _a.alert_id > after, *(_a.alert_id.not_in(n) for n in named))
    old = old.where(sa.or_(_a.updated_to.is_(None), _a.updated_to.not_in(kept)))
    return connection.execute(old.order_by(_a.alert_id).limit(AT_ONCE)).all()
