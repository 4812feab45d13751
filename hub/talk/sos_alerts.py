"""The alert to the grid that each SOS brings, once, whatever restarts."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
import structlog

from devices.protocol.messages import Severity
from hub.access import audit
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.storage.writer import StorageOverloaded
from hub.talk.sos_records import Sos

_log = structlog.get_logger()


class SosAlerts:
    """Those that are still to be issued: each is tried until the disk takes it or the SOS is closed."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._without: set[str] = set()

    @property
    def is_due(self) -> bool:
        """Whether an SOS has no alert yet."""
        return bool(self._without)

    def want(self, sos_ids: Iterable[str]) -> None:
        """These are to have one; none is issued twice."""
        self._without.update(sos_ids)

    def give_up(self, sos_id: str) -> None:
        """It was closed."""
        self._without.discard(sos_id)

    async def issue(self, opened: Iterable[Sos]) -> None:
        """Issue what is due, in the hub's own name."""
        for sos in sorted(opened, key=lambda one: one.sos_id):
            if sos.sos_id in self._without and await self._issue(sos):
                self._without.discard(sos.sos_id)

    async def _issue(self, sos: Sos) -> bool:
        """False when it is to be tried at the next look."""
        new = NewAlert(
            text=f"SOS：{sos.venue_name}，{sos.holder or sos.radio_name} 紧急求助，请就近支援",
            severity=Severity.EXTREME,
            target=Target(kind=TargetKind.GROUP, id=sos.group_id),
        )
        try:
            # the radio that pressed is spared: its ringing would give away the guard who holds it
            await self._alerts.issue(new, audit.THE_HUB, f"sos:{sos.sos_id}", spare=sos.radio_id)
        except Refusal as refusal:
            _log.error("sos.no_alert", sos=sos.sos_id, error=str(refusal))
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("sos.alert_not_stored", sos=sos.sos_id, error=str(error))
            return False
        return True
