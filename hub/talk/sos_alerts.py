"""The alert to the grid that each SOS brings, once, whatever restarts; it is over when the SOS is closed."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
import structlog

from devices.protocol.messages import Severity
from hub.access import audit
from hub.alerts.messages import CancelAlert, NewAlert, Target, TargetKind
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.storage.writer import StorageOverloaded
from hub.talk.sos_records import Sos

_log = structlog.get_logger()


class SosAlerts:
    """Those that are still to be issued, or to be ended: each is tried until the disk takes it."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._without: set[str] = set()
        self._closed: dict[str, str] = {}
        """SOS whose alerts are still to be ended: who closed them."""

    def want(self, sos_ids: Iterable[str]) -> None:
        """These are to have one; none is issued twice."""
        self._without.update(sos_ids)

    def end(self, sos_id: str, by: str) -> None:
        """It was closed by this person; again does no harm."""
        self._without.discard(sos_id)
        self._closed[sos_id] = by

    async def look(self, opened: Iterable[Sos]) -> None:
        """Issue what is due, in the hub's own name, and end what is over."""
        for sos in sorted(opened, key=lambda one: one.sos_id):
            if sos.sos_id in self._without and await self._issue(sos):
                self._without.discard(sos.sos_id)
        for sos_id, by in list(self._closed.items()):
            if await self._end(sos_id, by):
                del self._closed[sos_id]

    async def _end(self, sos_id: str, by: str) -> bool:
        """False when it is to be tried at the next look."""
        try:
            await self._alerts.cancel_issued(audit.THE_HUB, _key(sos_id), CancelAlert(text="紧急求助已结束"), by)
        except Refusal:  # it is over, or being ended
            return True
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("sos.alert_not_ended", sos=sos_id, error=str(error))
            return False
        return True

    async def _issue(self, sos: Sos) -> bool:
        """False when it is to be tried at the next look."""
        new = NewAlert(
            text=f"SOS：{sos.venue_name}，{sos.holder or sos.radio_name} 紧急求助，请就近支援",
            severity=Severity.EXTREME,
            target=Target(kind=TargetKind.GROUP, id=sos.group_id),
        )
        try:
            # the radio that pressed is spared: its ringing would give away the guard who holds it
            await self._alerts.issue(new, audit.THE_HUB, _key(sos.sos_id), spare=sos.radio_id)
        except Refusal as refusal:
            _log.error("sos.no_alert", sos=sos.sos_id, error=str(refusal))
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("sos.alert_not_stored", sos=sos.sos_id, error=str(error))
            return False
        return True


def _key(sos_id: str) -> str:
    return f"sos:{sos_id}"
