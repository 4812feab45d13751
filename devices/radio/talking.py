"""Speaking: asks for the floor, packs frames into voice packets, gives the floor back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from devices.link import Link
from devices.protocol import voice
from devices.protocol.clock import Clock
from devices.protocol.messages import (
    FloorCancel,
    FloorDenied,
    FloorDown,
    FloorGranted,
    FloorQueued,
    FloorRelease,
    FloorRequest,
    FloorRevoked,
    FloorWarning,
)
from devices.protocol.topics import Up
from devices.protocol.topics import up as up_topic
from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from devices.radio.floor import ANSWER_WITHIN_S, WAIT_AT_MOST_S, Floor, FloorState, Grant
from devices.radio.opus import SILENT_FRAME
from devices.radio.sound import Microphone

FRAMES_PER_PACKET = 3
"""60 ms: a third of the packets for 40 ms more delay, on the way where a radio's battery and a thin line count."""

FRAME_S = 0.02
_OWN_BURSTS_REMEMBERED = 16


class Talking:
    """One radio's voice.

    ``on_change(state, why)`` is called whenever the floor state changes: ``why`` is the reason that the voice ended or
    was refused, the place in the queue ("2/5"), or the seconds left.
    """

    def __init__(self, link: Link, clock: Clock, on_change: Callable[[FloorState, str], None]) -> None:
        self.floor = Floor()
        self._link = link
        self._clock = clock
        self._on_change = on_change
        self._presses = 0
        self._own_bursts: list[int] = []
        self._pending: list[bytes] = []
        self._sequence = 0
        self._media_time = 0
        self._settled = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        self._voice_topic = up_topic(link.kind, link.device_id, Up.VOICE)

    def is_own(self, burst_id: int) -> bool:
        """Whether this radio spoke that burst, one of its latest 16."""
        return burst_id in self._own_bursts

    def press(self, group_id: str) -> None:
        """The push-to-talk key is down: ask for the floor. Raises FloorError when it was down already."""
        self._presses += 1
        request_id = f"{self._link.boot_id:x}-{self._presses}"
        self.floor.press(request_id)
        self._settled.clear()
        self._on_change(self.floor.state, "")
        request = FloorRequest(stamp=self._link.stamp(), group_id=group_id, request_id=request_id)
        self._link.publish(Up.FLOOR, request, qos=1)
        self._wait(ANSWER_WITHIN_S, request_id)

    def speak(self, frame: bytes) -> None:
        """Add 20 ms of Opus, or nothing when it is empty; without the floor it is dropped."""
        if self.floor.grant is None or not frame:
            return
        if len(self._pending) == FRAMES_PER_PACKET:
            self._send_packet(self.floor.grant, last=False)
        self._pending.append(frame)

    def release(self) -> None:
        """The key is up: send what is left and give the floor back, or wait no more.

        Raises FloorError when it was up already.
        """
        grant, request_id = self.floor.grant, self.floor.request_id
        if grant is not None:
            self._pending = self._pending or [SILENT_FRAME]
            self._send_packet(grant, last=True)
        self.floor.release()
        if grant is not None:
            self._give_back(grant.burst_id)
        elif request_id is not None:
            self._cancel(request_id)
        self._change("")

    async def talk(self, group_id: str, microphone: Microphone, lasts_s: float = math.inf) -> bool:
        """Press, speak what the microphone gives at its natural pace, release; false when the floor was not given.

        At most ``lasts_s`` is spoken. Raises FloorError when the key is down already.
        """
        self.press(group_id)
        return await self._speak(microphone, lasts_s)

    async def talk_when_granted(self, request_id: str, microphone: Microphone, lasts_s: float) -> bool:
        """As ``talk``, where the hub gives the floor to this request though nobody asked for it.

        It waits until then, until the line is lost, or after ``expect_answer`` as long as for any answer.
        """
        self.floor.press(request_id)
        self._settled.clear()
        self._on_change(self.floor.state, "")
        return await self._speak(microphone, lasts_s)

    def expect_answer(self, request_id: str) -> None:
        """The hub knows of this request: an answer that does not come soon was lost."""
        if self.floor.state is FloorState.ASKING and self.floor.request_id == request_id:
            self._wait(ANSWER_WITHIN_S, request_id)

    def let_go(self) -> None:
        """Release the key, if it is down."""
        if self.floor.state is not FloorState.SILENT:
            self.release()

    async def _speak(self, microphone: Microphone, lasts_s: float) -> bool:
        request_id = self.floor.request_id
        try:
            await self._settled.wait()
            if self.floor.grant is None or self.floor.request_id != request_id:
                return False
            next_s = asyncio.get_running_loop().time()
            end_s = next_s + lasts_s
            while self.floor.request_id == request_id and next_s < end_s:
                frame = microphone.next_frame()
                if frame is None:
                    break
                self.speak(frame)
                next_s += FRAME_S
                await asyncio.sleep(next_s - asyncio.get_running_loop().time())
        finally:
            if request_id is not None and self.floor.request_id == request_id:
                self.release()
        return True

    def line_lost(self) -> None:
        """The connection ended: whatever was being said is over."""
        if self.floor.line_lost():
            self._change("line_lost")

    def _send_packet(self, grant: Grant, *, last: bool) -> None:
        packet = VoicePacket(
            call_id=grant.call_id,
            burst_id=grant.burst_id,
            sequence=self._sequence,
            media_time=self._media_time,
            boot_id=self._link.boot_id,
            monotonic_us=self._clock.monotonic_us(),
            wall_us=self._clock.wall_us(),
            last=last,
            frames=tuple(self._pending),
        )
        self._link.publish_raw(self._voice_topic, voice.encode(packet))
        self._sequence += 1
        self._media_time += len(self._pending) * MEDIA_TICKS_PER_FRAME
        self._pending = []

    def hear_floor(self, message: FloorDown) -> None:
        """The hub's word on this radio's own press or burst."""
        if isinstance(message, FloorGranted):
            self._granted(message)
        elif isinstance(message, FloorQueued):
            self._queued(message)
        elif isinstance(message, FloorDenied):
            if self.floor.denied(message.request_id):
                retry = f" {math.ceil(message.retry_in_s)} s" if message.retry_in_s is not None else ""
                self._change(message.reason.value + retry)
        elif isinstance(message, FloorWarning):
            if self.floor.warned(message.burst_id):
                self._on_change(self.floor.state, f"{message.seconds_left:.0f} s")
        else:
            self._revoked(message)

    def _granted(self, message: FloorGranted) -> None:
        grant = Grant(message.group_id, message.call_id, message.burst_id, message.talk_limit_s)
        if not self.floor.granted(message.request_id, grant):
            if self.floor.grant is None or self.floor.grant.burst_id != message.burst_id:
                self._give_back(message.burst_id)
            return
        self._own_bursts = [*self._own_bursts[1 - _OWN_BURSTS_REMEMBERED :], message.burst_id]
        self._pending = []
        self._sequence = 0
        self._media_time = 0
        self._change("")

    def _revoked(self, message: FloorRevoked) -> None:
        if self.floor.revoked(message.burst_id):
            self._change(message.reason.value)
        self._give_back(message.burst_id)  # nothing more comes of it, which the hub cannot know before it hears so

    def _queued(self, message: FloorQueued) -> None:
        if not self.floor.queued(message.request_id):
            self._cancel(message.request_id)
            return
        self._wait(WAIT_AT_MOST_S, message.request_id)
        self._on_change(self.floor.state, f"{message.position}/{message.of}")

    def _wait(self, seconds: float, request_id: str) -> None:
        """Give the press up when the hub says nothing for so long."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = asyncio.get_running_loop().call_later(seconds, self._unanswered, request_id)

    def _cancel(self, request_id: str) -> None:
        self._link.publish(Up.FLOOR, FloorCancel(stamp=self._link.stamp(), request_id=request_id), qos=1)

    def _give_back(self, burst_id: int) -> None:
        self._link.publish(Up.FLOOR, FloorRelease(stamp=self._link.stamp(), burst_id=burst_id), qos=1)

    def _unanswered(self, request_id: str) -> None:
        if self.floor.unanswered(request_id):
            self._cancel(request_id)
            self._change("unanswered")

    def _change(self, why: str) -> None:
        self._settled.set()
        self._on_change(self.floor.state, why)
