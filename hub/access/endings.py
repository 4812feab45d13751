"""Sessions that end and sign-ins that fail: told at once, then taken from the database and noted in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from devices.protocol.clock import Clock
from hub.access import audit, records
from hub.access.audit import Action
from hub.access.failures import Failed, Failures
from hub.access.messages import AtSession
from hub.access.sessions import Ended, Session, Sessions
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
MAX_FAILED = 1_000
"""Records of failures that wait while the database is away; the oldest are given up."""


@dataclass(frozen=True)
class _Ending:
    """A session that ended; ``by`` is who ended it."""

    session: Session
    why: Ended
    by: str


class Endings:
    """What ended and what failed, on its way to the database."""

    def __init__(self, database: Database, clock: Clock, sessions: Sessions) -> None:
        self.wake = asyncio.Event()
        """Set when there is something to record."""
        self._database = database
        self._sessions = sessions
        self._failures = Failures(clock)
        self._ended: list[_Ending] = []
        self._failed: list[Failed] = []
        self._followers: list[Callable[[str], None]] = []

    def follow(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the id of each session that ends."""
        self._followers.append(follow)

    def end(self, sessions: Iterable[Session], why: Ended, by: str) -> None:
        """End sessions at once; the database is told by ``record``."""
        for session in sessions:
            if self._sessions.end(session.session_id) is None:
                continue
            self._ended.append(_Ending(session, why, by))
            self.wake.set()
            for follow in self._followers:
                try:
                    follow(session.session_id)
                except Exception:
                    _log.exception("access.follower_failed", session=session.session_id)

    def fail(self, account: str, address: str, reason: str) -> None:
        """Count a sign-in that failed."""
        failed = self._failures.add(account, address, reason)
        if failed is not None:
            self._failed.append(failed)
            self.wake.set()

    async def record(self, *, ending: bool = False) -> None:
        """Write what waits; it is kept for the next time when the database is away. ``ending``: the hub ends."""
        ended, self._ended = self._ended, []
        failed, self._failed = [*self._failed, *self._failures.take(ending=ending)], []
        if not ended and not failed:
            return

        def change(open_change: Change) -> None:
            for one in ended:
                records.delete_session(open_change, one.session.session_id)
                if one.why is not Ended.EXPIRED:
                    action = Action.SIGN_OUT if one.why is Ended.SIGNED_OUT else Action.SESSION_REVOKED
                    audit.record(open_change, one.by, action, detail=at_session(one.session, one.why))
            for failure in failed:
                audit.record(open_change, failure.person_id, Action.SIGN_IN_FAILED, detail=failure.detail)

        try:
            await self._database.write(change)
        except Exception:
            self._ended = ended + self._ended
            self._failed = (failed + self._failed)[-MAX_FAILED:]
            raise


def at_session(session: Session, why: Ended | None = None) -> AtSession:
    """What the audit log says of a session."""
    reason = why.value if why is not None and why is not Ended.SIGNED_OUT else None
    return AtSession(session_id=session.session_id, person_id=session.person_id, address=session.address, reason=reason)
