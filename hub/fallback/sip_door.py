"""The SIP door: baresip under a telephone account; one process keeps it registered, others text and call."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

from hub.fallback.baresip import Baresip, SipAccount, open_baresip
from hub.fallback.door import RINGS_S, WAITS_FOR_KEY_S, DoorError
from hub.fallback.messages import DoorKind, DoorStanding, DoorState, Outcome
from hub.fallback.sip_words import SENT_OR_ANSWERED, TextSent, picked_up, pressed, registered, words
from hub.fallback.telephone_sound import telephone_wav
from hub.speech.sound import Spoken

REGISTER_EVERY_S = 60
REGISTERED_WITHIN_S = 10.0
OPEN_AGAIN_AFTER_S = 5.0
TEXT_TAKEN_WITHIN_S = 10.0
OTHERS_SHOW_WITHIN_S = 0.2
"""By then the request itself has left, should what was taken for it be a stranger's."""
SAME_VOICE_FOR_S = 1.0
"""How long one sender's voice came before its key counts."""
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
        within_s: float | None = REGISTERED_WITHIN_S
        answered = registered(self._account)
        while True:
            said = await keeper.wait(answered, within_s)
            if said is None:
                raise DoorError("the registrar: no answer")
            if said["failed"] is not None:
                raise DoorError(f"the registrar: {words(said['failed'])}")
            self._state, self._reason = DoorState.UP, None
            within_s = None  # baresip asks anew in time, and says when that fails, but not when it goes well

    async def send_text(self, phone: str, text: str) -> None:
        """A SIP MESSAGE (RFC 3428). Raises DoorError."""
        one_line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        uri = self._account.uri_of(phone)
        async with open_baresip(self._folder, self._address, self._account, contact=uri) as baresip:
            baresip.say(f"message {one_line}")
            sent, until_s = TextSent(uri), asyncio.get_running_loop().time() + TEXT_TAKEN_WITHIN_S
            while not sent.is_taken:
                said = await baresip.wait(SENT_OR_ANSWERED, until_s - asyncio.get_running_loop().time())
                if said is None:
                    raise DoorError("the text: no answer")
                sent.told(said)
            while (said := await baresip.wait(SENT_OR_ANSWERED, OTHERS_SHOW_WITHIN_S)) is not None:
                sent.told(said)

    async def call(self, phone: str, spoken: Spoken) -> Outcome:
        """Call, speak, wait for the key (RFC 4733). Raises DoorError."""
        wav = await asyncio.to_thread(telephone_wav, spoken, WAITS_FOR_KEY_S)
        async with open_baresip(self._folder, self._address, self._account, wav=wav) as baresip:
            uri = self._account.uri_of(phone)
            baresip.say(f"dial {uri}")
            said = await baresip.wait(picked_up(self._account, uri), RINGS_S)
            if said is None:
                return Outcome.NO_ANSWER
            if said["up"] is None:
                return _not_picked_up(said["why"])
            return await _key(baresip, uri, spoken.duration_s + WAITS_FOR_KEY_S + 2.0)


async def _key(baresip: Baresip, uri: str, within_s: float) -> Outcome:
    """Whether the key is pressed by who is heard. Whoever sends to the port of the voice may send a key too; but they
    do not know the sender's number (SSRC, RFC 3550, clause 5.1) of the voice that comes 50 times a second.
    """
    now_s = asyncio.get_running_loop().time
    until_s = now_s() + within_s
    changed_at_s = now_s()
    while (said := await baresip.wait(pressed(uri), until_s - now_s())) is not None:
        if said["voice"] is not None:
            changed_at_s = now_s()
        elif said["key"] is None:
            break
        elif now_s() - changed_at_s >= SAME_VOICE_FOR_S:
            return Outcome.ACKNOWLEDGED
    return Outcome.NO_KEY


def _not_picked_up(why: bytes | None) -> Outcome:
    code = re.match(rb"(\d{3}) ", why or b"")
    if code is not None and int(code[1]) in _NOBODY:
        return Outcome.NO_ANSWER
    raise DoorError(f"the call is refused: {words(why or b'')}")
