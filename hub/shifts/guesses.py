"""Wrong PINs at radios: who is slowed by them, and what the audit log and the room are told."""

from __future__ import annotations

import structlog

from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind, Up
from hub.access import audit
from hub.access.failures import UNKNOWN_ACCOUNT, Failed, Failures
from hub.bridge.refused import Refused, RefusedReason
from hub.shifts.wrong_pins import WrongPins
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
MAX_UNWRITTEN = 200
"""Records that wait while the database is away."""


class Guesses:
    """Counts wrong PINs; the first for an account at a radio is recorded at once, its repeats once a minute."""

    def __init__(self, database: Database, refused: Refused, clock: Clock) -> None:
        self._database = database
        self._refused = refused
        self._wrong = WrongPins(clock)
        self._failures = Failures(clock)
        self._failed: list[Failed] = []

    def refuses(self, radio_id: str, account: str | None) -> bool:
        """Whether nothing is tried now; ``account`` is None where there is none."""
        return self._wrong.refuses(radio_id, account)

    def right(self, radio_id: str, account: str) -> None:
        """The account's PIN was right."""
        self._wrong.forget(radio_id, account)

    def wrong(self, radio_id: str, account: str | None) -> None:
        """The PIN was wrong, or there is no such account: then what was typed is kept nowhere."""
        self._wrong.add(radio_id, account)
        shown = UNKNOWN_ACCOUNT if account is None else account
        self._refused.add(
            radio_id, topics.up(DeviceKind.RADIO, radio_id, Up.SIGN_ON), RefusedReason.WRONG_PIN, f"as {shown}"
        )
        failed = self._failures.add(shown, radio_id, RefusedReason.WRONG_PIN)
        if failed is not None:
            self._failed.append(failed)

    async def record(self, *, ending: bool = False) -> None:
        """Write what is due; kept for the next time when the database is away. ``ending``: the hub ends."""
        failed, self._failed = [*self._failed, *self._failures.take(ending=ending)], []
        if not failed:
            return

        def change(open_change: Change) -> None:
            for one in failed:
                audit.record(open_change, one.person_id, audit.Action.WRONG_PIN, detail=one.detail)

        try:
            await self._database.write(change)
        except Exception as error:
            self._failed = [*failed, *self._failed][-MAX_UNWRITTEN:]
            _log.warning("sign_on.wrong_pins_not_recorded", records=len(failed), error=str(error))
