"""The enrolment room's front door: who has a code, who has a credential, who has lost it; the broker is told of each.

Memory is changed first and the disk in the same turn of the loop, in the same order, so that what a revocation shuts
out cannot come back by a change that was under way. A change that the disk refuses is taken back in memory, but for a
revocation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

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
from hub.bridge.broker import Broker, BrokerError, Entrance
from hub.enrolment.codes import VALID_FOR_S, Code, Guesses, WaitingCode, digest, new_code
from hub.enrolment.messages import (
    MAX_CODES,
    CodesMade,
    Device,
    DeviceEnrolled,
    DeviceRevoked,
    DeviceRotated,
    EnrolmentFailed,
)
from hub.enrolment.records import Standing, broker_users, new_secrets
from hub.enrolment.tables import device_credentials, enrolment_codes
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
_DAY_US = 86_400_000_000
RESERVED = frozenset({"hub", "device", "probe"})
"""Names that the brokers' own users have."""


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
        self._renew_after_us = renew_after_days * _DAY_US
        self._standings: dict[str, Standing] = {}
        self._codes: dict[str, WaitingCode] = {}
        self._by_digest: dict[bytes, str] = {}
        self._regrouped = asyncio.Event()
        self._revoked: list[Callable[[str], None]] = []
        self.guesses = Guesses()

    def open(self) -> None:
        """Load everything and have the broker's files written; before the broker starts."""
        self._database.read_now(self._load)
        self._broker.prepare(self.users)
        self._registry.follow(self._regrouped.set)

    def when_revoked(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the name of each device that is shut out, once nothing it says is taken."""
        self._revoked.append(follow)

    def _load(self, connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(device_credentials)):
            self._standings[row.device_id] = Standing.of_row(row)
        for row in connection.execute(sa.select(enrolment_codes)):
            self._keep_code(WaitingCode.of_row(row))

    def seal_key(self, device_id: str) -> bytes | None:
        """The key that seals what a device says; None for one that is unknown or revoked."""
        standing = self._standings.get(device_id)
        return standing.secrets.seal_key if standing and standing.secrets else None

    def kind_of(self, device_id: str) -> DeviceKind | None:
        """What was given a credential under this name; None when nothing ever was."""
        standing = self._standings.get(device_id)
        return standing.kind if standing else None

    def standings(self) -> list[Standing]:
        """Every device that was ever given a credential."""
        return list(self._standings.values())

    def waiting_codes(self) -> list[WaitingCode]:
        """Codes that can still be used."""
        now_us = self._clock.wall_us()
        return [code for code in self._codes.values() if code.used_at_us is None and code.expires_at_us > now_us]

    def users(self) -> list[BrokerUser]:
        """What the broker is to know: each device that may come in, with its own topics and talk groups."""
        return broker_users(self._standings.values(), self._registry.groups.values())

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
        self._check_free(kind, device_id)
        credential, standing = self._make(kind, device_id, self._broker.own_entrance(), hub_url="")
        detail = DeviceEnrolled(device_id=device_id, kind=kind, address="", software="")
        await self._put(standing, lambda change: audit.record(change, THE_HUB, Action.ENROL_DEVICE, detail=detail))
        await self.tell_broker()
        return credential

    async def make_codes(self, devices: Sequence[Device], by: Person) -> list[Code]:
        """One-time codes for enrolled radios and cameras, all or none; older codes of the same devices end.

        Raises Refusal for one that cannot have a code, or for more than MAX_CODES.
        """
        if len(devices) > MAX_CODES:
            raise Refusal("too_many", f"一次最多 {MAX_CODES} 个", f"at most {MAX_CODES} at a time", field="devices")
        for device in devices:
            self._check_enrolled(device.kind, device.device_id)
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
                _put_code(open_change, code)
            detail = CodesMade(devices=tuple(devices))
            audit.record(open_change, by.person_id, Action.MAKE_ENROLMENT_CODE, detail=detail)

        before = {code.device_id: self._codes.get(code.device_id) for code in waiting}
        for code in waiting:
            self._keep_code(code)
        try:
            await self._database.write(change)
        except Exception:
            for code in waiting:
                if self._codes.get(code.device_id) is code:
                    self._drop_code(code.device_id)
                    if (former := before[code.device_id]) is not None:
                        self._keep_code(former)
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
        waiting = self._codes.get(self._by_digest.get(digest(code), ""))
        if waiting is None:
            await self._refuse_guess(address, "wrong_code")
            raise Refusal("wrong_code", "没有这个入网码", "there is no such code", field="code", status=404)
        if waiting.used_at_us is not None:
            await self._refuse_guess(address, "used_code", waiting.device_id)
            raise Refusal(
                "used_code", "入网码已用过：请管理员另发一个", "the code was used: ask for a new one", status=410
            )
        now_us = self._clock.wall_us()
        if waiting.expires_at_us <= now_us:
            await self._refuse_guess(address, "expired_code", waiting.device_id)
            raise Refusal(
                "expired_code", "入网码已过期：请管理员另发一个", "the code is too old: ask for a new one", status=410
            )
        used = msgspec.structs.replace(waiting, used_at_us=now_us)
        self._codes[used.device_id] = used
        told = DeviceEnrolled(device_id=used.device_id, kind=used.kind, address=address, software=software[:100])

        def change(open_change: Change) -> None:
            _use_code(open_change, used)
            audit.record(open_change, THE_HUB, Action.ENROL_DEVICE, detail=told)
            self._events.append(open_change, EventKind.DEVICE_ENROLLED, used.device_id, told)

        try:
            entrance = await asyncio.to_thread(self._broker.entrance, host)
            if self._codes.get(used.device_id) is not used:
                raise Refusal("expired_code", "入网码已作废", "the code was taken back meanwhile", status=410)
            credential, standing = self._make(used.kind, used.device_id, entrance, hub_url)
            await self._put(standing, change)
        except Exception:
            if self._codes.get(used.device_id) is used:
                self._codes[used.device_id] = waiting
            raise
        await self._tell_broker_or_later()
        return credential

    async def revoke(self, device_id: str, by: Person) -> None:
        """Shut a device out: its words at once, its line as soon as the broker has read it.

        Again, everything is done again, also for one that is shut out: disk or broker may have refused it the first
        time. Raises Refusal: 404 for a device that has nothing, 503 when the broker has not read it yet; the rest is
        done then, and ``run`` has it read.
        """
        standing = self._standings.get(device_id)
        waiting = self._drop_code(device_id)
        if standing is None and waiting is None:
            raise Refusal("unknown_device", f"{device_id} 未入网", f"{device_id} is not enrolled", status=404)
        kind = standing.kind if standing else waiting.kind if waiting else DeviceKind.RADIO
        told = DeviceRevoked(device_id=device_id, kind=kind, by=by.person_id)
        if standing is not None:
            revoked_at_us = standing.revoked_at_us or self._clock.wall_us()
            standing = replace(standing, secrets=None, following=None, revoked_at_us=revoked_at_us)
            self._standings[device_id] = standing
            for follow in self._revoked:
                follow(device_id)

        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.delete(enrolment_codes).where(enrolment_codes.c.device_id == device_id))
            if standing is not None:
                _put_standing(open_change, standing)
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
        credential, made = self._make(standing.kind, device_id, entrance, hub_url)
        detail = DeviceRotated(device_id=device_id, step="asked")
        await self._put(
            replace(standing, following=made.secrets),
            lambda change: audit.record(change, THE_HUB, Action.ROTATE_DEVICE, detail=detail),
        )
        return credential

    async def confirm(self, device_id: str, proof: str, address: str) -> None:
        """Change over to the newer credential, by which the device proves itself; again does no harm.

        Raises Refusal (401): the device goes on with the older one.
        """
        standing = self._standings.get(device_id)
        following = standing.following if standing else None
        if standing is None or following is None or not is_proof(proof, device_id, following.seal_key):
            await self._prove(device_id, proof, address)
            return
        detail = DeviceRotated(device_id=device_id, step="confirmed")
        await self._put(
            replace(standing, secrets=following, following=None, made_at_us=following.made_at_us),
            lambda change: audit.record(change, THE_HUB, Action.ROTATE_DEVICE, detail=detail),
        )
        await self._tell_broker_or_later()

    async def _prove(self, device_id: str, proof: str, address: str) -> Standing:
        standing = self._standings.get(device_id)
        if standing is None or standing.secrets is None or not is_proof(proof, device_id, standing.secrets.seal_key):
            await self._refuse_guess(address, "wrong_proof")
            raise Refusal("not_this_device", "设备凭证无效", "this is not the device's present credential", status=401)
        return standing

    async def _refuse_guess(self, address: str, reason: str, device_id: str | None = None) -> None:
        """Note one wrong try. Raises Refusal (429) when its address made too many."""
        if not self.guesses.may_try(address, self._clock.monotonic_us()):
            raise Refusal("too_many_tries", "尝试过多，请稍后再试", "too many tries: wait a minute", status=429)
        detail = EnrolmentFailed(address=address, reason=reason, device_id=device_id)
        await self._database.write(lambda change: audit.record(change, THE_HUB, Action.ENROL_FAILED, detail=detail))

    def _check_free(self, kind: DeviceKind, device_id: str) -> None:
        """Raises Refusal for a name that another kind of device, or the broker, has."""
        kinds = {
            *([DeviceKind.RADIO] if device_id in self._registry.radios else []),
            *([DeviceKind.CAMERA] if device_id in self._registry.cameras else []),
            *([self._standings[device_id].kind] if device_id in self._standings else []),
        }
        if device_id in RESERVED or kinds - {kind}:
            raise Refusal(
                "name_taken",
                f"编号 {device_id} 已为另一类设备所用：请改一个编号",
                f"{device_id} is another kind of device's name: choose another",
                field="device_id",
                status=409,
            )

    def _check_enrolled(self, kind: DeviceKind, device_id: str) -> None:
        is_radio = kind is DeviceKind.RADIO and device_id in self._registry.radios
        is_camera = kind is DeviceKind.CAMERA and device_id in self._registry.cameras
        if not is_radio and not is_camera:
            raise Refusal(
                "unknown_device",
                f"登记中没有 {kind.value} {device_id}：请先导入",
                f"the registry has no {kind.value} {device_id}: import it first",
                field="device_id",
                status=404,
            )
        self._check_free(kind, device_id)

    def _make(self, kind: DeviceKind, device_id: str, entrance: Entrance, hub_url: str) -> tuple[Credential, Standing]:
        now_us = self._clock.wall_us()
        made, password = new_secrets(now_us)
        credential = Credential(
            device_id=device_id,
            kind=kind,
            password=entrance.shared_password or password,
            seal_key=made.seal_key,
            broker_host=entrance.host,
            broker_port=entrance.port,
            broker_user=entrance.shared_user or device_id,
            hub_url=hub_url,
            authority_pem=entrance.authority_pem,
            renew_at_ms=(now_us + self._renew_after_us) // 1000 if self._can_renew(entrance, hub_url) else None,
        )
        return credential, Standing(device_id, kind, now_us, made)

    def _can_renew(self, entrance: Entrance, hub_url: str) -> bool:
        """Whether the hub can tell the broker of a newer password, and the device can know the hub for it."""
        known = entrance.authority_pem is not None or not hub_url.startswith("https://")
        return bool(hub_url) and known and self._broker.kind != "external"

    async def _put(self, standing: Standing, also: _Also) -> None:
        before = self._standings.get(standing.device_id)
        self._standings[standing.device_id] = standing

        def change(open_change: Change) -> None:
            _put_standing(open_change, standing)
            also(open_change)

        try:
            await self._database.write(change)
        except Exception:
            if self._standings.get(standing.device_id) is standing:
                if before is None:
                    del self._standings[standing.device_id]
                else:
                    self._standings[standing.device_id] = before
            raise

    def _keep_code(self, code: WaitingCode) -> None:
        self._drop_code(code.device_id)
        self._codes[code.device_id] = code
        self._by_digest[code.code_sha256] = code.device_id

    def _drop_code(self, device_id: str) -> WaitingCode | None:
        code = self._codes.pop(device_id, None)
        if code is not None:
            del self._by_digest[code.code_sha256]
        return code


class _Also(Protocol):
    def __call__(self, change: Change, /) -> None: ...


def _put_standing(change: Change, standing: Standing) -> None:
    _replace(change, device_credentials, standing.row())


def _put_code(change: Change, code: WaitingCode) -> None:
    _replace(change, enrolment_codes, msgspec.structs.asdict(code) | {"kind": code.kind.value})


def _use_code(change: Change, code: WaitingCode) -> None:
    """Note that this code was used; one that was made for its device meanwhile stays as it is."""
    this_one = sa.update(enrolment_codes).where(enrolment_codes.c.code_sha256 == code.code_sha256)
    change.connection.execute(this_one.values(used_at_us=code.used_at_us))


def _replace(change: Change, table: sa.Table, row: dict[str, object]) -> None:
    change.connection.execute(sa.delete(table).where(table.c.device_id == row["device_id"]))
    change.connection.execute(sa.insert(table).values(**row))
