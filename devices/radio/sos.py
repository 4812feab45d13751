"""The SOS key: opens the microphone by itself, is said until police know, and ends by the police room's word alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from devices.link import Link
from devices.protocol import messages
from devices.protocol.sos import SosCancelAsked, SosRaised, SosState, SosTold
from devices.protocol.topics import Down, Up
from devices.radio.sound import Microphone
from devices.radio.talking import Talking

MICROPHONE_OPEN_S = 10.0
"""How long police hear what is going on without a key being held."""


class Emergency:
    """One radio's SOS; ``changed`` is told of each word of the hub that brings another state or answers the guard's.

    The guard's last word counts, said before a restart or after: nothing that the hub said before it had that word is
    taken.
    """

    def __init__(self, link: Link, talking: Talking, changed: Callable[[str, SosState], None]) -> None:
        self.sos_id: str | None = None
        """The latest SOS that this radio knows of."""
        self.state = SosState.CLOSED
        self._unheard: str | None = None
        """The press that the hub has not answered to yet, by the name that it was given."""
        self._unanswered = list(link.waiting(Up.SOS))
        """What this radio has said, up to its last word, which the hub has not answered to yet."""
        self._link = link
        self._talking = talking
        self._changed = changed
        self._presses = 0
        self._speaking: asyncio.Task[Any] | None = None
        link.on(Down.SOS, self._hear)

    @property
    def is_open(self) -> bool:
        """Whether it knows, since it was started, of an SOS that is not closed, or the hub lacks a word on one."""
        return self.state is not SosState.CLOSED or bool(self._link.waiting(Up.SOS))

    def press(self, microphone: Microphone) -> str:
        """The SOS key: call for help, and open the microphone unless it is open. Returns the name of the SOS.

        Each press has a name of its own and is said until the hub has it: one that comes while an SOS is not closed
        belongs to that one, and one that comes after it was closed, unknown to this radio, raises another. What was
        said before and is not answered, such as a wish to cancel, is said no longer.
        """
        if self.sos_id is not None and self.state in (SosState.RAISED, SosState.OPEN) and self._is_speaking:
            return self.sos_id
        self._presses += 1
        press_id = f"{self._link.device_id[:32]}-{self._link.boot_id:x}-{self._presses}"
        if self.sos_id is None or self.state in (SosState.CLOSED, SosState.CANCEL_ASKED):
            self.sos_id, self.state = press_id, SosState.RAISED
        self._unheard = press_id
        self._open(self._speak_once_granted(press_id, microphone))
        message_id = self._link.send_reliably(
            Up.SOS,
            lambda stamp, message_id: SosRaised(stamp=stamp, message_id=message_id, sos_id=press_id),
        )
        self._link.take_back(*self._unanswered)
        self._unanswered = [message_id]
        return self.sos_id

    def cancel(self) -> None:
        """The guard asks to cancel it; the microphone is closed. Raises ValueError where there is none."""
        sos_id = self.sos_id
        if sos_id is None or self.state is SosState.CLOSED:
            raise ValueError("没有紧急求助 / there is no SOS")
        self.close_microphone()
        self._unheard = None
        if self.state is not SosState.CANCEL_ASKED:
            self.state = SosState.CANCEL_ASKED
            message_id = self._link.send_reliably(
                Up.SOS,
                lambda stamp, message_id: SosCancelAsked(stamp=stamp, message_id=message_id, sos_id=sos_id),
            )
            self._unanswered.append(message_id)  # what was said before goes on: police are to know that there was one

    @property
    def _is_speaking(self) -> bool:
        return self._speaking is not None and not self._speaking.done()

    def _open(self, speaking: Any) -> None:
        self.close_microphone()
        self._talking.let_go()
        self._speaking = asyncio.ensure_future(speaking)

    def close_microphone(self) -> None:
        """Whatever this key opened is closed."""
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    async def _speak_once_granted(self, press_id: str, microphone: Microphone) -> None:
        """Until the hub knows, a line that is lost does not end the press: it is said again on the next one."""
        while self._unheard == press_id:
            if await self._talking.talk_when_granted(press_id, microphone, MICROPHONE_OPEN_S):
                return

    def _hear(self, payload: bytes) -> None:
        told = messages.decode(payload, SosTold)
        answers = bool(self._unanswered)
        if answers and told.answers != self._unanswered[-1] and self._unanswered[-1] in self._link.waiting(Up.SOS):
            return  # how it stood before the hub had the guard's last word
        self._unanswered = []
        if self._unheard is not None:
            self._talking.expect_answer(self._unheard)
            self._unheard = None
        is_news = answers or (told.sos_id, told.state) != (self.sos_id, self.state)
        self.sos_id, self.state = told.sos_id, told.state
        if is_news:
            self._changed(told.sos_id, told.state)
