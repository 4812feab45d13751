"""A radio's keys as lines that are typed, each ended by Enter: also for programs that play a guard."""

from __future__ import annotations

import asyncio
import sys

from devices.radio.dialogue import SignOnDialogue, echo
from devices.radio.handset import Handset
from devices.radio.keys import Key, Pressed

WORDS = (
    "回车=确认最新警报 enter=acknowledge · s=seen · n=not seen · c=child is with me · h=need help · "
    "t=讲话/结束 talk or end it · p=呼叫警务室 call the police room · "
    "sos=紧急求助 call for help · cancel=取消求助 cancel it · i=登录 sign on · o=退出 sign off · q=quit"
)
_KEYS = {
    "": Key.ACKNOWLEDGE,
    "s": Key.SEEN,
    "n": Key.NOT_SEEN,
    "c": Key.CHILD_IS_WITH_ME,
    "h": Key.NEED_HELP,
    "t": Key.TALK,
    "p": Key.CALL_ROOM,
    "sos": Key.SOS,
    "cancel": Key.CANCEL_SOS,
    "q": Key.QUIT,
}


class LineKeys:
    """Standard input; its end is the radio's."""

    def __init__(self, handset: Handset) -> None:
        """The radio's holder signs on and off here too."""
        self._handset = handset
        self._dialogue = SignOnDialogue(self._sign_on)

    async def run(self, pressed: Pressed) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(sys.stdin, self._read, pressed)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(sys.stdin)
            echo(True)

    def _sign_on(self, person_id: str, pin: str) -> None:
        self._handset.begin(self._handset.radio.sign_on(person_id, pin))

    def _read(self, pressed: Pressed) -> None:
        line = sys.stdin.readline()
        word = line.strip()
        if not line:
            pressed(Key.QUIT, True)
        elif self._dialogue.asks:
            self._dialogue.take(word)
        elif word == "i":
            self._dialogue.begin()
        elif word == "o":
            self._handset.begin(self._handset.radio.sign_off())
        elif word in ("t", "p"):
            pressed(_KEYS[word], not self._handset.is_talking)
        elif word in _KEYS:
            pressed(_KEYS[word], True)
        else:
            print(WORDS)
