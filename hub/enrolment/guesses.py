"""Wrong codes and proofs: slowed down for each network address apart, and told to the audit log."""

from __future__ import annotations

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.audit import THE_HUB, Action
from hub.enrolment.messages import EnrolmentFailed
from hub.errors import Refusal
from hub.listening.buckets import Buckets, Rate
from hub.storage.database import Database

TRIES = 10
"""Wrong tries of one address that are answered and audited each, before it has to wait."""
OF_ADDRESS = Rate(per_s=1 / 6, burst=TRIES)
OF_ALL = Rate(per_s=10 / 6, burst=100)
"""All addresses together: bounds what a flood writes into the audit log."""
MAX_ADDRESSES = 1_000


class Guesses:
    """Counts what was wrong, and only that: whoever guesses, even from behind the same address, locks nobody out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._of_address = Buckets(OF_ADDRESS, clock, MAX_ADDRESSES)
        self._of_all = Buckets(OF_ALL, clock)

    async def note(self, address: str, reason: str, device_id: str | None = None) -> None:
        """One wrong try. Raises Refusal (429), and writes no record, when its address or all made too many."""
        if self._of_address.take(address) or self._of_all.take(None):
            raise Refusal("too_many_tries", "尝试过多，请稍后再试", "too many tries: wait a minute", status=429)
        detail = EnrolmentFailed(address=address, reason=reason, device_id=device_id)
        await self._database.write(lambda change: audit.record(change, THE_HUB, Action.ENROL_FAILED, detail=detail))
