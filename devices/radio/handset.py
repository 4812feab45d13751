"""What each key of a radio does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from devices.protocol.messages import Answer
from devices.radio.floor import FloorError
from devices.radio.keys import Key
from devices.radio.radio import Radio
from devices.radio.screen import Screen
from devices.radio.signing import SignOnError
from devices.radio.sound import Microphone

_ANSWERS = {
    Key.SEEN: Answer.SEEN,
    Key.NOT_SEEN: Answer.NOT_SEEN,
    Key.CHILD_IS_WITH_ME: Answer.CHILD_IS_WITH_ME,
    Key.NEED_HELP: Answer.NEED_HELP,
}


class Handset:
    """The keys of one radio. ``radio`` may be replaced by one with a renewed credential."""

    def __init__(
        self,
        radio: Radio,
        group_id: str,
        microphone: Callable[[Radio], Microphone],
        screen: Screen,
        *,
        told: Callable[[str], None],
        quits: Callable[[], object],
    ) -> None:
        """``group_id`` is spoken to; ``microphone(radio)`` gives one for each press; ``screen`` names the alerts that
        the keys answer; ``told(words)`` says what does not go.
        """
        self.radio = radio
        self._group_id = group_id
        self._microphone = microphone
        self._screen = screen
        self._told = told
        self._quits = quits
        self._talk: asyncio.Task[Any] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    @property
    def is_talking(self) -> bool:
        """Whether push-to-talk is down: it speaks or waits for the floor."""
        return self._talk is not None and not self._talk.done()

    def press(self, key: Key, is_down: bool) -> None:
        """A key went down or up; only push-to-talk has a meaning when it goes up."""
        if key in (Key.TALK, Key.CALL_ROOM):
            if self._talk is not None and not is_down:
                self._talk.cancel()  # and not the floor's release: an SOS may have it by now
            elif is_down:
                group_id = self._group_id if key is Key.TALK else self.radio.groups.private_id
                talk = self.radio.talking.talk(group_id, self._microphone(self.radio))
                self._talk = self.begin(talk)
        elif is_down:
            self._press(key)

    def _press(self, key: Key) -> None:
        if key is Key.SOS:
            self.radio.sos(self._microphone(self.radio))
        elif key is Key.CANCEL_SOS:
            try:
                self.radio.cancel_sos()
            except ValueError as error:
                self._told(str(error))
        elif key is Key.QUIT:
            self._quits()
        elif key in _ANSWERS:
            self.radio.report(_ANSWERS[key], alert_id=self._screen.answered_by(_ANSWERS[key]))
        elif (alert_id := self._screen.take_acknowledged()) is not None:
            self.radio.acknowledge(alert_id)

    def begin(self, step: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        """Have something done; what the guard must know of its failure is told."""
        task = asyncio.ensure_future(step)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, (FloorError, SignOnError)):
            self._told(str(error))
        elif error is not None:
            raise error
