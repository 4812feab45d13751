"""The enrolment room's front door: who has a code, who has a credential, who has lost it; the broker is told of each.

Memory is changed first and the disk in the same turn of the loop, in the same order, so that what a revocation shuts
out cannot come back by a change that was under way. A change that the disk refuses is taken back in memory, but for a
revocation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import sqlalchemy as sa
import structlog

from devices.enrol.proof import is_proof
from devices.link.credential import Credential
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind
from hub.access import audit
from hub.access.audit import THE_HUB, Action
from hub.access.people import Person
from hub.bridge.accesslist import BrokerUser
from hub.bridge.broker import Broker, BrokerError
from hub.enrolment.codes import VALID_FOR_S, Code, WaitingCode, WaitingCodes, digest, new_code
from hub.enrolment.guesses import Guesses
from hub.enrolment.issuing import Issuer
from hub.enrolment.messages import (
    MAX_CODES,
    CodesMade,
    Device,
    DeviceEnrolled,
    DeviceRevoked,
    DeviceRotated,
)
from hub.enrolment.names import check_free, check_registered, check_workers, is_own_worker
from hub.enrolment.records import Standing, broker_users, delete_code, put_code, put_standing, use_code
from hub.enrolment.standings import Standings
from hub.enrolment.tables import device_credentials, enrolment_codes
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()


class Enrolment:
    """Every device's standing, in memory and on disk."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        clock: Clock,
        broker: Broker,
        renew_after_days: int,
    ) -> None:
        self._database = database
        self._events = events
        self._registry = registry
        self._clock = clock
        self._broker = broker
        self._issuer = Issuer(clock, broker.kind, renew_after_days)
        self._standings = Standings(database)
        self._codes = WaitingCodes()
        self._regrouped = asyncio.Event()
        self._revoked: list[Callable[[str], None]] = []
        self._guesses = Guesses(database, clock)

    def open(self) -> None:
        """Load everything and have the broker's files written; before the broker starts."""
        self._database.read_now(self._load)
        self._broker.prepare(self.users)
        self._registry.follow(self._regrouped.set)

    def when_revoked(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the name of each device that is shut out, once nothing it says is taken."""
        self._revoked.append(follow)

    def _load(self, connection: sa.Connection) -> None:
        self._standings.load(map(Standing.of_row, connection.execute(sa.select(device_credentials))))
        for row in connection.execute(sa.select(enrolment_codes)):
            self._codes.put(WaitingCode.of_row(row))

    def seal_key(self, device_id: str) -> bytes | None:
        """The key that seals what a device says; None for one that is unknown or revoked."""
        standing = self._standings.of(device_id)
        return standing.secrets.seal_key if standing and standing.secrets else None

    def kind_of(self, device_id: str) -> DeviceKind | None:
        """What was given a credential under this name; None when nothing ever was."""
        standing = self._standings.of(device_id)
        return standing.kind if standing else None

    def has_remote_worker(self, device_id: str) -> bool:
        """Whether a vision worker on another machine was ever given a credential under this name."""
        return self.kind_of(device_id) is DeviceKind.WORKER and not is_own_worker(device_id)

    def standings(self) -> list[Standing]:
        """Every device that was ever given a credential."""
        return list(self._standings)

    def waiting_codes(self) -> list[WaitingCode]:
        """Codes that can still be used."""
        return self._codes.usable(self._clock.wall_us())

    def _is_let_in(self, standing: Standing) -> bool:
        return standing.secrets is not None and self.has_remote_worker(standing.device_id)

    def users(self) -> list[BrokerUser]:
        """What the broker is to know: each device that may come in, with its own topics and talk groups."""
        return broker_users(self._standings, self._registry.groups.values())

    async def run(self) -> None:
        """Tell the broker of talk groups that changed, until cancelled."""
        while True:
            await self._regrouped.wait()
            self._regrouped.clear()
            await self.tell_broker()

    async def tell_broker(self) -> None:
        """Have the broker know what holds now; done when it does. What it does not take, ``run`` says again."""
        try:
            await self._broker.apply(self.users)
        except BaseException:
            self._regrouped.set()
            raise

    async def _tell_broker_or_later(self) -> bool:
        """For what holds whether the broker has it yet or not; false when ``run`` has yet to tell it."""
        try:
            await self.tell_broker()
        except (BrokerError, OSError) as error:
            _log.warning("enrolment.broker_not_told", error=str(error))
            return False
        return True

    async def issue(self, kind: DeviceKind, device_id: str) -> Credential:
        """A credential for a device on the hub's own machine that needs no code: replaces what it had."""
        check_free(self._registry, kind, device_id, self.kind_of(device_id))
        credential, standing = self._issuer.make(kind, device_id, self._broker.own_entrance())
        detail = DeviceEnrolled(device_id=device_id, kind=kind, address="", software="")
        await self._standings.put(
            standing, lambda change: audit.record(change, THE_HUB, Action.ENROL_DEVICE, detail=detail)
        )
        await self.tell_broker()
        return credential

    async def make_codes(self, devices: Sequence[Device], by: Person) -> list[Code]:
        """One-time codes for registered radios and cameras and for workers, all or none; older codes of theirs end.

        Raises Refusal for one that cannot have a code, or for more than MAX_CODES.
        """
        if len(devices) > MAX_CODES:
            raise Refusal("too_many", f"一次最多 {MAX_CODES} 个", f"at most {MAX_CODES} at a time", field="devices")
        workers = {one.device_id for one in devices if one.kind is DeviceKind.WORKER}
        check_workers(workers, {one.device_id for one in self._standings if self._is_let_in(one)})
        for device in devices:
            check_registered(self._registry, device.kind, device.device_id)
            check_free(self._registry, device.kind, device.device_id, self.kind_of(device.device_id))
        expires_at_us = self._clock.wall_us() + VALID_FOR_S * 1_000_000
        codes = {device.device_id: new_code() for device in devices}
        waiting = [
            WaitingCode(
                device_id=device.device_id,
                kind=device.kind,
                code_sha256=digest(codes[device.device_id]),
                made_by=by.person_id,
                expires_at_us=expires_at_us,
            )
            for device in {device.device_id: device for device in devices}.values()
        ]

        def change(open_change: Change) -> None:
            for code in waiting:
                put_code(open_change, code)
            detail = CodesMade(devices=tuple(devices))
            audit.record(open_change, by.person_id, Action.MAKE_ENROLMENT_CODE, detail=detail)

        former = [self._codes.of(code.device_id) for code in waiting]
        for code in waiting:
            self._codes.put(code)
        try:
            await self._database.write(change)
        except Exception:
            for code, before in zip(waiting, former, strict=True):
                self._codes.take_back(code, before)
            raise
        return [
            Code(device_id=device_id, code=code, expires_at_ms=expires_at_us // 1000)
            for device_id, code in codes.items()
        ]

    async def make_code(self, kind: DeviceKind, device_id: str, by: Person) -> Code:
        """A one-time code for one device; see make_codes."""
        (code,) = await self.make_codes([Device(kind=kind, device_id=device_id)], by)
        return code

    async def enrol(self, code: str, address: str, hub_url: str, host: str, software: str = "") -> Credential:
        """Take a code, once, for a credential. ``host`` is how the device reached the hub at ``hub_url``.

        Raises Refusal: 404 for a code that never was (429 for the next of many from one address), 410 for one that was
        used or is too old.
        """
        waiting = self._codes.find(code)
        if waiting is None:
            await self._guesses.note(address, "wrong_code")
            raise Refusal("wrong_code", "没有这个入网码", "there is no such code", field="code", status=404)
        if waiting.used_at_us is not None:
            await self._guesses.note(address, "used_code", waiting.device_id)
            raise Refusal(
                "used_code", "入网码已用过：请管理员另发一个", "the code was used: ask for a new one", status=410
            )
        now_us = self._clock.wall_us()
        if waiting.expires_at_us <= now_us:
            await self._guesses.note(address, "expired_code", waiting.device_id)
            raise Refusal(
                "expired_code", "入网码已过期：请管理员另发一个", "the code is too old: ask for a new one", status=410
            )
        used = msgspec.structs.replace(waiting, used_at_us=now_us)
        self._codes.put(used)
        told = DeviceEnrolled(device_id=used.device_id, kind=used.kind, address=address, software=software[:100])

        def change(open_change: Change) -> None:
            use_code(open_change, used)
            audit.record(open_change, THE_HUB, Action.ENROL_DEVICE, detail=told)
            self._events.append(open_change, EventKind.DEVICE_ENROLLED, used.device_id, told)

        try:
            entrance = await asyncio.to_thread(self._broker.entrance, host)
            if self._codes.of(used.device_id) is not used:
                raise Refusal("expired_code", "入网码已作废", "the code was taken back meanwhile", status=410)
            credential, standing = self._issuer.make(used.kind, used.device_id, entrance, hub_url)
            await self._standings.put(standing, change)
        except Exception:
            self._codes.take_back(used, waiting)
            raise
        await self._tell_broker_or_later()
        return credential

    async def revoke(self, device_id: str, by: Person) -> None:
        """Shut a device out: its words at once, its line as soon as the broker has read it.

        Again, everything is done again, also for one that is shut out: disk or broker may have refused it the first
        time. Raises Refusal: 404 for a device that has nothing, 503 when the broker has not read it yet; the rest is
        done then, and ``run`` has it read.
        """
        standing = self._standings.of(device_id)
        waiting = self._codes.drop(device_id)
        if standing is None and waiting is None:
            raise Refusal("unknown_device", f"{device_id} 未入网", f"{device_id} is not enrolled", status=404)
        kind = standing.kind if standing else waiting.kind if waiting else DeviceKind.RADIO
        told = DeviceRevoked(device_id=device_id, kind=kind, by=by.person_id)
        if standing is not None:
            revoked_at_us = standing.revoked_at_us or self._clock.wall_us()
            standing = replace(standing, secrets=None, following=None, revoked_at_us=revoked_at_us)
            self._standings.put_at_once(standing)
            for follow in self._revoked:
                follow(device_id)

        def change(open_change: Change) -> None:
            delete_code(open_change, device_id)
            if standing is not None:
                put_standing(open_change, standing)
            audit.record(open_change, by.person_id, Action.REVOKE_DEVICE, detail=told)
            self._events.append(open_change, EventKind.DEVICE_REVOKED, device_id, told)

        try:
            await self._database.write(change)
        finally:
            has_broker_read = await self._tell_broker_or_later()
        if not has_broker_read:
            raise Refusal(
                "broker_not_told",
                f"{device_id} 已吊销：它的话不再算数，凭证和入网码已作废；消息服务器还没有断开它，"
                "在那之前它还能收听。中枢会一直重试",
                f"{device_id} is revoked: its words, credential and code are void; the broker has not ended its line "
                "yet, so that it can still listen, and is told until it has",
                status=503,
            )

    async def rotate(self, device_id: str, proof: str, address: str, hub_url: str, host: str) -> Credential:
        """A newer credential for a device that proves itself by the present one, which holds until ``confirm``.

        Asked again, the one before it that nobody confirmed is void. Raises Refusal (401).
        """
        entrance = await asyncio.to_thread(self._broker.entrance, host)
        standing = await self._prove(device_id, proof, address)
        credential, made = self._issuer.make(standing.kind, device_id, entrance, hub_url)
        detail = DeviceRotated(device_id=device_id, step="asked")
        await self._standings.put(
            replace(standing, following=made.secrets),
            lambda change: audit.record(change, THE_HUB, Action.ROTATE_DEVICE, detail=detail),
        )
        return credential

    async def confirm(self, device_id: str, proof: str, address: str) -> None:
        """Change over to the newer credential, by which the device proves itself; again does no harm.

        Raises Refusal (401): the device goes on with the older one.
        """
        standing = self._standings.of(device_id)
        following = standing.following if standing else None
        if standing is None or following is None or not is_proof(proof, device_id, following.seal_key):
            await self._prove(device_id, proof, address)
            return
        detail = DeviceRotated(device_id=device_id, step="confirmed")
        await self._standings.put(
            replace(standing, secrets=following, following=None, made_at_us=following.made_at_us),
            lambda change: audit.record(change, THE_HUB, Action.ROTATE_DEVICE, detail=detail),
        )
        await self._tell_broker_or_later()

    async def _prove(self, device_id: str, proof: str, address: str) -> Standing:
        standing = self._standings.of(device_id)
        if standing is None or standing.secrets is None or not is_proof(proof, device_id, standing.secrets.seal_key):
            await self._guesses.note(address, "wrong_proof")
            raise Refusal("not_this_device", "设备凭证无效", "this is not the device's present credential", status=401)
        return standing
