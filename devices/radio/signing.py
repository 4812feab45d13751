"""Who holds this radio: account and PIN go to the hub once and are kept nowhere, and the hub says who it is."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import msgspec

from devices.link import Link
from devices.protocol import messages
from devices.protocol.messages import SignedOn, SignOff, SignOn, SignOnReason
from devices.protocol.topics import Down, Up

ANSWER_WITHIN_S = 60.0
"""At the change of shifts a hundred guards may sign on at once; the hub checks one PIN after the other, 0.1 to 0.5 s
each."""


class SignOnError(Exception):
    """Signing on or off did not come about; says why and what to do."""


class Signing:
    """Asks the hub, one question at a time; ``changed`` is told of each word of the hub on who holds the radio."""

    def __init__(self, link: Link, changed: Callable[[SignedOn], None]) -> None:
        self.holder: SignedOn | None = None
        """The hub's latest word, while somebody is signed on."""
        self._link = link
        self._changed = changed
        self._count = itertools.count(1)
        self._asked: tuple[str, asyncio.Future[SignedOn]] | None = None
        link.on(Down.SIGNED_ON, self._hear)

    async def sign_on(self, person_id: str, pin: str) -> SignedOn:
        """Take the radio. Raises SignOnError when refused, unanswered or without a line; nothing is tried again."""
        message_id = self._message_id()
        try:
            msgspec.convert(person_id, messages.Name)
            msgspec.convert(pin, messages.Pin)
        except msgspec.ValidationError:
            raise SignOnError("须有账号和 4 至 8 位数字的 PIN / an account, and a PIN of 4 to 8 digits") from None
        said = SignOn(stamp=self._link.stamp(), message_id=message_id, person_id=person_id, pin=pin)
        answer = await self._ask(message_id, said)
        if answer.reason is not None:
            raise SignOnError(_WORDS.get(answer.reason, answer.reason.value))
        return answer

    async def sign_off(self) -> None:
        """Give the radio back. Raises SignOnError when unanswered or without a line."""
        message_id = self._message_id()
        answer = await self._ask(message_id, SignOff(stamp=self._link.stamp(), message_id=message_id))
        if answer.reason is not SignOnReason.SIGNED_OFF:
            raise SignOnError(_WORDS[SignOnReason.BUSY])

    def _message_id(self) -> str:
        return f"{self._link.boot_id:x}-on-{next(self._count)}"

    async def _ask(self, message_id: str, said: SignOn | SignOff) -> SignedOn:
        if self._asked is not None:
            raise SignOnError("正在登录，请稍候 / still signing on: wait")
        answered: asyncio.Future[SignedOn] = asyncio.get_running_loop().create_future()
        self._asked = (message_id, answered)
        try:
            if not self._link.publish(Up.SIGN_ON, said, qos=1):
                raise SignOnError("没有连接 / no line to the hub")
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answered
        except TimeoutError:
            raise SignOnError("中枢没有回应 / the hub did not answer") from None
        finally:
            self._asked = None

    def _hear(self, payload: bytes) -> None:
        signed = messages.decode(payload, SignedOn)
        had = self.holder is not None
        self.holder = signed if signed.holder is not None else None
        if had or self.holder is not None or signed.reason is not None:
            self._changed(signed)
        if self._asked is not None and self._asked[0] == signed.message_id and not self._asked[1].done():
            self._asked[1].set_result(signed)


_WORDS = {
    SignOnReason.WRONG: "账号或 PIN 不对 / wrong account or PIN",
    SignOnReason.NOT_YOUR_PLACE: "这部对讲机不在您负责的场所 / this radio is not at your place",
    SignOnReason.TOO_OFTEN: "试错太多，请一分钟后再试 / too many wrong PINs: wait a minute",
    SignOnReason.BUSY: "中枢忙，请再试 / the hub is busy: try again",
}
