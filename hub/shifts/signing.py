"""Guards sign on to radios with a PIN, are checked and answered, and hold them until they sign off or it is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
import structlog

from devices.protocol import topics
from devices.protocol.messages import SignedOn, SignOff, SignOn, SignOnReason, SignOnUp
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.registry.radios import RadioRoll
from hub.shifts.duty import Duty
from hub.shifts.guesses import Guesses
from hub.shifts.holders import Holders
from hub.shifts.pins import Pins

_log = structlog.get_logger()
LOOK_EVERY_S = 5.0


class SignOns:
    """Answers who signs on and off, and ends what is over.

    One sign-on is worked on at a time, since each PIN takes 64 MiB to check; of each radio the latest waits. So no more
    than one is ever among the passwords that wait, and a whole shift of guards gets in one after the other.
    """

    def __init__(
        self, pins: Pins, guesses: Guesses, duty: Duty, holders: Holders, radios: RadioRoll, bridge: Bridge
    ) -> None:
        self.pins = pins
        self._guesses = guesses
        self._duty = duty
        self._holders = holders
        self._radios = radios
        self._bridge = bridge
        self._waiting: dict[str, SignOn | SignOff] = {}
        self._wake = asyncio.Event()

    def open(self) -> None:
        """Load PINs and holders; before the hub serves anyone."""
        self.pins.open()
        self._holders.open()

    def listen(self) -> None:
        """Hear radios sign on and off; tell one that comes (again) who holds it."""
        self._bridge.on(DeviceKind.RADIO, Up.SIGN_ON, SignOnUp, self._hear)
        self._radios.when_back(lambda radio_id: self._say(radio_id, self._standing(radio_id, None)))

    def _hear(self, radio_id: str, message: SignOn | SignOff) -> None:
        self._waiting[radio_id] = message
        self._wake.set()

    async def run(self) -> None:
        """Answer who signs on and off, and end what is over, until cancelled."""
        while True:
            self._wake.clear()
            while self._waiting:
                radio_id, message = next(iter(self._waiting.items()))
                del self._waiting[radio_id]
                answer = await self._answer(radio_id, message)
                self._say(radio_id, msgspec.structs.replace(answer, message_id=message.message_id))
            await self._guesses.record()
            await self._end_what_is_over()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()

    async def settle(self) -> None:
        """Record what waits; when the hub ends."""
        await self._guesses.record(ending=True)

    async def _answer(self, radio_id: str, message: SignOn | SignOff) -> SignedOn:
        try:
            if isinstance(message, SignOff):
                held = self._holders.of(radio_id)
                await self._holders.keep(None, [(held, SignOnReason.SIGNED_OFF)] if held else [])
                return self._standing(radio_id, SignOnReason.SIGNED_OFF)
            reason = await self._sign_on(radio_id, message)
        except Exception as error:  # of the database, or too many at the passwords: nothing has changed
            _log.warning("sign_on.not_answered", radio=radio_id, error=str(error))
            reason = SignOnReason.BUSY
        return self._standing(radio_id, reason)

    async def _sign_on(self, radio_id: str, message: SignOn) -> SignOnReason | None:
        """Why not; None when it is done."""
        account = message.person_id if self.pins.is_account(message.person_id) else None
        if self._guesses.refuses(radio_id, account):
            return SignOnReason.TOO_OFTEN
        person = await self.pins.whose(message.person_id, message.pin)
        if person is None:
            self._guesses.wrong(radio_id, account)
            return SignOnReason.WRONG
        self._guesses.right(radio_id, person.person_id)
        if not self._duty.is_theirs(person, radio_id):
            return SignOnReason.NOT_YOUR_PLACE
        begun = self._duty.beginning(person, radio_id)
        displaced = self._holders.displaced_by(begun)
        await self._holders.keep(begun, displaced)
        for held, why in displaced:
            if why is SignOnReason.ELSEWHERE:
                self._say(held.radio_id, self._standing(held.radio_id, why))
        return None

    async def _end_what_is_over(self) -> None:
        over = [(held, why) for held in self._holders if (why := self._duty.why_over(held)) is not None]
        if not over:
            return
        try:
            await self._holders.keep(None, over)
        except Exception as error:
            _log.warning("sign_on.not_ended", radios=len(over), error=str(error))
            return
        for held, why in over:
            self._say(held.radio_id, self._standing(held.radio_id, why))

    def _standing(self, radio_id: str, reason: SignOnReason | None) -> SignedOn:
        holder = self._holders.holder(radio_id)
        return SignedOn(
            stamp=self._bridge.stamper.stamp(),
            holder=holder.name if holder else None,
            off_shift=holder.off_shift if holder else False,
            reason=reason,
        )

    def _say(self, radio_id: str, message: SignedOn) -> None:
        self._bridge.say(topics.down(DeviceKind.RADIO, radio_id, Down.SIGNED_ON), message)
