"""Renews a device's credential when it is old, in two steps, so that an answer lost on the way locks nobody out.

The device asks with its present credential and keeps the newer one beside it; then it proves itself by the newer one,
and the hub changes over. Until the device knows that the hub has, it has both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from devices.enrol.client import read_credential
from devices.enrol.hub import HubRefused, call, trusting
from devices.enrol.invitation import EnrolError
from devices.enrol.proof import proof
from devices.link.credential import FILE, Credential, CredentialError
from devices.protocol.clock import Clock

Run = Callable[[Credential], Awaitable[None]]
NEXT = "next"
"""The folder, within the store, of a newer credential that the hub may not have changed over to."""
CHECK_EVERY_S = 3600.0
AGAIN_AFTER_S = 30.0
"""After a failure: short, since the hub may have changed over already."""
_UNAUTHORIZED = 401


async def live(store: Path, credential: Credential, clock: Clock, run: Run) -> None:
    """Run a device with its credential, and anew with each newer one, until ``run`` returns or is cancelled."""
    while True:
        renewal = Renewal(store, credential, clock)
        running = asyncio.ensure_future(run(credential))
        renewing = asyncio.ensure_future(renewal.renewed())
        try:
            await asyncio.wait((running, renewing), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return await running
            credential = renewing.result()
        finally:
            for task in (running, renewing):
                task.cancel()
            await asyncio.gather(running, renewing, return_exceptions=True)


async def is_known(credential: Credential) -> bool:
    """Whether the hub knows the device by this credential. Raises EnrolError when it does not answer."""
    try:
        await _say("/api/devices/rotate/confirm", credential)
    except HubRefused as refused:
        if refused.status != _UNAUTHORIZED:
            raise
        return False
    return True


async def _say(path: str, by: Credential) -> bytes:
    auth = (by.device_id, proof(by.device_id, by.seal_key))
    return await call(by.hub_url, "POST", path, tls=trusting(by.authority_pem), auth=auth)


class Renewal:
    """One device's: ``credential`` is what holds now, as far as the device knows."""

    def __init__(self, store: Path, credential: Credential, clock: Clock) -> None:
        self.credential = credential
        self._store = store
        self._clock = clock

    @property
    def is_due(self) -> bool:
        """Whether the credential is old enough for a newer one."""
        at_ms = self.credential.renew_at_ms
        return at_ms is not None and self._clock.wall_us() // 1000 >= at_ms

    async def settle(self) -> bool:
        """Finish what was begun, or begin when it is due; True when the credential is a newer one now.

        Raises EnrolError when the hub does not answer or refuses: nothing is lost, call again.
        """
        following = await asyncio.to_thread(self._load_next)
        if following is None:
            if not self.is_due:
                return False
            following = await self._ask()
        if not await is_known(following):  # which, where the hub knows it, has it change over
            await asyncio.to_thread(self._forget_next)
            return False
        await asyncio.to_thread(following.save, self._store)
        await asyncio.to_thread(self._forget_next)
        self.credential = following
        return True

    async def renewed(self) -> Credential:
        """Return when there is a newer credential, by which the device then connects anew."""
        while True:
            try:
                if await self.settle():
                    return self.credential
                wait_s = CHECK_EVERY_S
            except EnrolError:
                wait_s = AGAIN_AFTER_S if await asyncio.to_thread(self._load_next) else CHECK_EVERY_S
            await asyncio.sleep(wait_s)

    async def _ask(self) -> Credential:
        answer = await _say("/api/devices/rotate", self.credential)
        following = read_credential(self.credential.hub_url, answer)
        await asyncio.to_thread(following.save, self._store / NEXT)
        return following

    def _load_next(self) -> Credential | None:
        try:
            return Credential.load(self._store / NEXT)
        except CredentialError:
            self._forget_next()  # torn by a crash while it was written: the hub has not changed over to it
            return None

    def _forget_next(self) -> None:
        (self._store / NEXT / FILE).unlink(missing_ok=True)
