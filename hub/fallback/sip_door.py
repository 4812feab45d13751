"""The SIP door: baresip under a telephone account; one process keeps it registered, others text and call."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

from hub.fallback.baresip import Baresip, SipAccount, open_baresip
from hub.fallback.door import KEY, RINGS_S, WAITS_FOR_KEY_S, DoorError
from hub.fallback.messages import DoorKind, DoorStanding, DoorState, Outcome
from hub.fallback.telephone_sound import telephone_wav
from hub.speech.sound import Spoken

REGISTER_EVERY_S = 60
REGISTERED_WITHIN_S = 10.0
OPEN_AGAIN_AFTER_S = 5.0
TEXT_TAKEN_WITHIN_S = 10.0
MOST_TEXT = 300
"""Characters; longer ones are cut."""
_TO_REGISTER, _TO_MESSAGE = (
    re.compile(
        rb"SIP/2\.0 (\d{3}) ([^\r\n]*)\r\n((?:[^\r\n]+\r\n)*?CSeq: \d+ " + method + rb"\r\n(?:[^\r\n]+\r\n)*)\r\n"
    )
    for method in (b"REGISTER", b"MESSAGE")
)
"""Status, reason and head of an answer, as baresip traces it."""
_EXPIRES = re.compile(rb"(?:;|^|\n)expires(?:=|: *)(\d+)", re.IGNORECASE)
_PICKED_UP = re.compile(rb"(?P<up>Call established: )|session closed: (?P<why>[^\r\n]*)")
_PRESSED = re.compile(
    rb"(?P<key>received event: '" + KEY.encode() + rb"' \(end=)|session closed|Call with [^\r\n]* terminated"
)
_CHALLENGES = frozenset({401, 407})
_NOBODY = frozenset({408, 480, 486, 487, 600, 603})
"""Not there, busy, declined (RFC 3261, clause 21): nobody picked up."""


class SipDoor:
    """Texts and calls do not wait for the registration, which only says whether the door is up."""

    def __init__(self, folder: Path, account: SipAccount, address: str) -> None:
        self._folder = folder
        self._account = account
        self._address = address
        self._state = DoorState.STARTING
        self._reason: str | None = None

    @property
    def standing(self) -> DoorStanding:
        """Up while the registrar knows the account."""
        return DoorStanding(door=DoorKind.SIP, state=self._state, reason=self._reason)

    async def open(self) -> None:
        """Remove what a killed hub left, the password among it."""
        await asyncio.to_thread(shutil.rmtree, self._folder, True)

    async def run(self) -> None:
        """Keep the account registered, until cancelled."""
        while True:
            try:
                async with open_baresip(
                    self._folder, self._address, self._account, register_every_s=REGISTER_EVERY_S
                ) as keeper:
                    await self._follow(keeper)
            except DoorError as error:
                self._state, self._reason = DoorState.DOWN, str(error)
            await asyncio.sleep(OPEN_AGAIN_AFTER_S)

    async def _follow(self, keeper: Baresip) -> None:
        """Until it fails. Raises DoorError."""
        within_s = REGISTERED_WITHIN_S
        while True:
            head = await _taken(keeper, _TO_REGISTER, within_s, "the registrar")
            self._state, self._reason = DoorState.UP, None
            within_s = registered_for_s(head) + REGISTERED_WITHIN_S

    async def send_text(self, phone: str, text: str) -> None:
        """A SIP MESSAGE (RFC 3428). Raises DoorError."""
        one_line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        uri = self._account.uri_of(phone)
        async with open_baresip(self._folder, self._address, self._account, contact=uri) as baresip:
            baresip.say(f"message {one_line[:MOST_TEXT]}")
            await _taken(baresip, _TO_MESSAGE, TEXT_TAKEN_WITHIN_S, "the text")

    async def call(self, phone: str, spoken: Spoken) -> Outcome:
        """Call, speak, wait for the key (RFC 4733). Raises DoorError."""
        wav = await asyncio.to_thread(telephone_wav, spoken, WAITS_FOR_KEY_S)
        async with open_baresip(self._folder, self._address, self._account, wav=wav) as baresip:
            baresip.say(f"dial {self._account.uri_of(phone)}")
            said = await baresip.wait(_PICKED_UP, RINGS_S)
            if said is None:
                return Outcome.NO_ANSWER
            if said["up"] is None:
                return _not_picked_up(said["why"])
            ends = await baresip.wait(_PRESSED, spoken.duration_s + WAITS_FOR_KEY_S + 2.0)
            return Outcome.ACKNOWLEDGED if ends is not None and ends["key"] else Outcome.NO_KEY


def registered_for_s(head: bytes) -> float:
    """For how long a registrar knows the account; it may say longer than was asked (RFC 3261, clause 10.3)."""
    said = _EXPIRES.findall(head)
    return float(max([REGISTER_EVERY_S, *map(int, said)]))


async def _taken(baresip: Baresip, answer: re.Pattern[bytes], within_s: float, what: str) -> bytes:
    """The head of the answer that takes a request; one challenge for the password is usual. Raises DoorError."""
    challenged = False
    while True:
        said = await baresip.wait(answer, within_s)
        if said is None:
            raise DoorError(f"{what}: no answer")
        code = int(said[1])
        if 200 <= code < 300:
            return said[3]
        is_challenge = code in _CHALLENGES and not challenged
        if code >= 300 and not is_challenge:
            raise DoorError(f"{what}: {code} {_words(said[2])}")
        challenged = challenged or is_challenge


def _not_picked_up(why: bytes) -> Outcome:
    code = re.match(rb"(\d{3}) ", why)
    if code is not None and int(code[1]) in _NOBODY:
        return Outcome.NO_ANSWER
    raise DoorError(f"the call is refused: {_words(why)}")


def _words(said: bytes) -> str:
    """What the other side says, as far as it can be written down."""
    return "".join(char for char in said.decode("utf-8", "replace") if char.isprintable())[:80]
