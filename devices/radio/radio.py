"""The radio: what arrives is kept, shown and confirmed; what the guard does is said."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec

from devices.link import Credential, Link
from devices.link.link import LinkTiming
from devices.link.refusals import Refusal
from devices.protocol import messages, voice
from devices.protocol.clock import Clock
from devices.protocol.groups import FloorControl, GroupName
from devices.protocol.messages import (
    Acknowledgement,
    AlertMessage,
    Answer,
    BurstHeard,
    DeviceStatus,
    FloorIdle,
    FloorTaken,
    Played,
    Receipt,
    Reminder,
    Report,
    SignedOn,
)
from devices.protocol.sos import SosState
from devices.protocol.topics import STATUS_INTERVAL_S, Down, Up
from devices.protocol.voice import VoicePacket
from devices.radio.floor import FloorState
from devices.radio.groups import Groups
from devices.radio.hearing import Burst, Hearing
from devices.radio.inbox import Arrival, Inbox
from devices.radio.signing import Signing
from devices.radio.silence import Silence
from devices.radio.sos import Emergency
from devices.radio.sound import Microphone, NullSpeaker, Speaker
from devices.radio.spoken import SpokenMessages
from devices.radio.talking import Talking

SOFTWARE = "qianshao-radio 1"
HEARD_WITHIN_S = 0.15
"""BurstHeard is spread over so long, that a thousand radios do not answer in one instant; the protocol allows 0.3 s."""

_LOOK_EVERY_S = 0.25


class RadioEvents:
    """What the person at the radio, or a program that plays one, is told; a subclass replaces what it wants to know.

    An alert's ``expires_in_s`` is what is left of it in that moment.
    """

    @property
    def sounds_alerts(self) -> bool:
        """Whether there is a loudspeaker, which tells ``Radio.alert_sounded``; without one, shown is played."""
        return False

    def alert_shown(self, alert: AlertMessage) -> None:
        """A new alert, or one unanswered from before a restart; in the place of what it ``updates``."""

    def alert_reminded(self, alert: AlertMessage) -> None:
        """An alert that was shown before comes again, for its ``reminder``; the guard still has to do something."""

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        """The alert that it names is over, and those in whose place that one came; its text says why."""

    def confirmed(self, said: Acknowledgement | Report) -> None:
        """The police room has the guard's key or report: once for each, perhaps from before a restart."""

    def floor_changed(self, state: FloorState, why: str) -> None:
        """Push-to-talk: asking, queued at a place, talking, warned of the limit, silent, and why it ended."""

    def group_floor_changed(self, message: FloorTaken | FloorIdle) -> None:
        """Who speaks in a talk group, or that nobody does: once for each burst that the radio hears of."""

    def groups_changed(self, groups: tuple[GroupName, ...]) -> None:
        """The hub said which talk groups the radio belongs to, standing ones first."""

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        """A voice packet of somebody else's burst arrived."""

    def burst_began(self, burst: Burst) -> None:
        """The first packet of somebody's burst was heard."""

    def burst_ended(self, burst: Burst) -> None:
        """Nothing more comes of it; its counts are final."""

    def hub_changed(self, present: bool) -> None:
        """The hub's ticks come, or have been missing for 10 s."""

    def connection_changed(self, connected: bool) -> None:
        """The broker holds the line, or not."""

    def silence_changed(self, is_silent: bool) -> None:
        """Whether nothing may sound: an SOS of this radio may not be closed, and no sound may give the guard away."""

    def sos_changed(self, sos_id: str, state: SosState) -> None:
        """How this radio's SOS stands: police know (open), the wish to cancel has come, it is closed."""

    def holder_changed(self, signed: SignedOn) -> None:
        """The hub said who holds this radio (nobody: no holder), or why it does not take somebody."""


class Radio:
    """One talkback radio, member of the talk groups that the hub names.

    ``battery``, ``signal`` (0..1) and ``holder`` go out with the next status. ``talking`` holds push-to-talk,
    ``groups`` what can be spoken to.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        clock: Clock,
        rng: random.Random,
        events: RadioEvents | None = None,
        speaker: Speaker | None = None,
        store_dir: Path | None = None,
        timing: LinkTiming | None = None,
    ) -> None:
        """``store_dir`` keeps the inbox and what the hub has not confirmed. Raises OSError, TopicError, SealError."""
        self.radio_id = credential.device_id
        self.battery: float | None = None
        self.signal: float | None = None
        self.holder: str | None = None
        self.expired = 0
        self.link = Link(
            credential,
            clock=clock,
            software=SOFTWARE,
            store_dir=store_dir,
            rng=rng,
            timing=timing,
        )
        self._events = events or RadioEvents()
        self._speaker = speaker or NullSpeaker()
        self._clock = clock
        self._rng = rng
        self._inbox = Inbox(store_dir / "inbox" if store_dir else None, self.link.refusals)
        self._hearing = Hearing(on_begin=self._burst_began, on_heard=self._burst_heard, on_end=self._burst_ended)
        self._looking = False
        self._under_way: set[asyncio.Task[None]] = set()
        self.talking = Talking(self.link, clock, self._floor_changed)
        self._spoken = SpokenMessages(
            self.link,
            clock,
            self._speaker,
            store_dir / "spoken" if store_dir else None,
            is_busy=lambda: self.talking.floor.state is not FloorState.SILENT or self._hearing.is_hearing,
            is_over=self._inbox.is_over,
        )
        self.emergency = Emergency(self.link, self.talking, self._sos_changed)
        self._silence = Silence(
            store_dir / "sos" if store_dir else None,
            self.link.refusals,
            is_sos_open=lambda: self.emergency.is_open,
            changed=self._silence_changed,
        )
        self._signing = Signing(self.link, self._holder_changed)
        self.groups = Groups(self.link, self._hear_voice, self._hear_group_floor, self._events.groups_changed)
        self.link.on(Down.ALERT, self._hear_alert)
        self.link.on(Down.FLOOR_CONTROL, self._hear_floor_control)
        self.link.on_hub_change = self._hub_changed
        self.link.on_connection_change = self._connection_changed
        self.link.on_confirmed = self._confirmed

    async def run(self, *, is_restarted: bool = True) -> None:
        """Be a radio until cancelled. What is unanswered since before a restart is shown again first.

        Not ``is_restarted``: in the place of one whose ``events`` have been told of it in the same program.
        """
        self._silence.begin()
        if is_restarted:
            for alert in self._inbox.unanswered(self._clock.wall_us()):
                self._show(alert)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._say_status())
                await self.link.run(self._finish)
        finally:
            self._silence.end()
            self._inbox.close()

    async def _finish(self) -> None:
        """Alerts that have come are shown, and the key pressed at one is kept, before the link is closed for good."""
        self._spoken.close()
        self.emergency.close_microphone()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def sign_on(self, person_id: str, pin: str) -> SignedOn:
        """A guard takes the radio. Raises SignOnError when refused or unanswered; nothing is tried again or kept."""
        return await self._signing.sign_on(person_id, pin)

    async def sign_off(self) -> None:
        """The guard gives the radio back. Raises SignOnError when unanswered."""
        await self._signing.sign_off()

    def _holder_changed(self, signed: SignedOn) -> None:
        self.holder = signed.holder
        self._events.holder_changed(signed)

    def alert_sounded(self, alert_id: str) -> None:
        """The alert's tone has been heard to its end. Said once; of one that is over, or never came, not at all."""
        if self._inbox.is_first_played(alert_id):
            self.link.send_reliably(
                Up.PLAYED, lambda stamp, message_id: Played(stamp=stamp, message_id=message_id, alert_id=alert_id)
            )

    def acknowledge(self, alert_id: str) -> None:
        """The guard pressed the acknowledge key; again, or after the alert was cancelled, it says nothing.

        The message is kept before the key is noted: a radio killed in between shows the alert again, and says so twice.
        Raises KeyError for an alert that never arrived.
        """
        if not self._inbox.is_acknowledged(alert_id) and not self._inbox.is_over(alert_id):
            self.link.send_reliably(
                Up.ACKNOWLEDGEMENT,
                lambda stamp, message_id: Acknowledgement(
                    stamp=stamp, message_id=message_id, alert_id=alert_id, holder=self.holder
                ),
            )
            self._inbox.acknowledge(alert_id)

    def sos(self, microphone: Microphone) -> str:
        """The SOS key: police are called and hear what the microphone gives for 10 s. Returns the SOS's name."""
        self._silence.sos_pressed()
        sos_id = self.emergency.press(microphone)
        self._begin(self._silence.force())
        return sos_id

    def cancel_sos(self) -> None:
        """The guard asks to cancel the SOS; the police room decides. Raises ValueError where there is none."""
        self.emergency.cancel()

    def report(self, answer: Answer | None = None, text: str = "", alert_id: str | None = None) -> None:
        """The guard answers an alert, or reports something of his own (no ``alert_id``). Raises ValueError if empty."""
        if answer is None and not text:
            raise ValueError("a report has an answer, a text or both")
        self.link.send_reliably(
            Up.REPORT,
            lambda stamp, message_id: Report(
                stamp=stamp, message_id=message_id, alert_id=alert_id, answer=answer, text=text
            ),
        )

    def _connection_changed(self, connected: bool) -> None:
        if connected:
            self._publish_status()
            self._spoken.connected()
        else:
            self.talking.line_lost()
            self.groups.speaking.line_lost()
            self._hearing.line_lost()
        self._silence.hub_changed(connected and self.link.hub_present)
        self._events.connection_changed(connected)

    def _hub_changed(self, present: bool) -> None:
        self._silence.hub_changed(present and self.link.connected)
        self._events.hub_changed(present)

    def _floor_changed(self, state: FloorState, why: str) -> None:
        self._events.floor_changed(state, why)
        self._spoken.look()

    def _silence_changed(self, is_silent: bool) -> None:
        self._spoken.keep_silent(is_silent)
        self._events.silence_changed(is_silent)

    def _sos_changed(self, sos_id: str, state: SosState) -> None:
        self._silence.sos_told(state)
        self._events.sos_changed(sos_id, state)

    def _confirmed(self, up: Up, payload: bytes) -> None:
        if up is Up.ACKNOWLEDGEMENT:
            self._events.confirmed(messages.decode(payload, Acknowledgement))
        elif up is Up.REPORT:
            self._events.confirmed(messages.decode(payload, Report))

    def _hear_alert(self, payload: bytes) -> None:
        alert = messages.decode(payload, AlertMessage)
        age_us = self.link.age_us(alert.stamp.monotonic_us, alert.stamp.boot_id) or 0
        left_s = alert.expires_in_s - max(0, age_us) / 1e6
        if left_s <= 0:
            self.expired += 1
            return
        if alert.reminder is Reminder.REPORT and not self._inbox.has(alert.alert_id):
            alert = msgspec.structs.replace(alert, reminder=None)  # its key was pressed elsewhere, or a disk ago
        arrival = self._inbox.arrive(alert, self._clock.wall_us() + round(left_s * 1e6))
        alert = msgspec.structs.replace(alert, expires_in_s=left_s)
        if arrival is Arrival.KNOWN:
            self._send_receipt(alert.alert_id)
            if self._inbox.is_reminded(alert):
                self._events.alert_reminded(alert)
                if alert.reminder is Reminder.LOUDER:
                    self._spoken.alert(alert)
        elif arrival is Arrival.NEW:
            self._begin(self._keep_then_show(alert))

    def _begin(self, step: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(step)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _keep_then_show(self, alert: AlertMessage) -> None:
        if self._inbox.journal is not None:
            try:
                await asyncio.to_thread(self._inbox.journal.syncing())
            except OSError as error:
                self.link.refusals.add(Refusal.STORE_FAILED, str(error))
        self._inbox.is_durable(alert.alert_id)
        self._send_receipt(alert.alert_id)
        if alert.cancels is not None:
            self._events.alert_cancelled(alert)
        elif not self._inbox.is_over(alert.alert_id):
            self._show(alert)

    def _show(self, alert: AlertMessage) -> None:
        self._events.alert_shown(alert)
        if not self._events.sounds_alerts:
            self.alert_sounded(alert.alert_id)
        self._spoken.alert(alert)

    def _send_receipt(self, alert_id: str) -> None:
        self.link.send_reliably(
            Up.RECEIPT, lambda stamp, message_id: Receipt(stamp=stamp, message_id=message_id, alert_id=alert_id)
        )

    def _hear_voice(self, payload: bytes) -> None:
        packet = voice.decode(payload)
        if self.talking.is_own(packet.burst_id):
            return
        age_us = self.link.age_us(packet.monotonic_us, packet.boot_id)
        self._events.packet_heard(packet, age_us)
        self._hearing.hear(packet, self._clock.monotonic_us(), age_us)

    def _hear_floor_control(self, payload: bytes) -> None:
        message: FloorControl = messages.decode(payload, FloorControl)  # type: ignore[arg-type]
        if isinstance(message, FloorTaken | FloorIdle):
            self._hear_group_floor(message)
        else:
            self.talking.hear_floor(message)

    def _hear_group_floor(self, message: FloorTaken | FloorIdle) -> None:
        if isinstance(message, FloorIdle):
            self._hearing.floor_idle(message.burst_id, self._clock.monotonic_us())
        if self.groups.speaking.take(message):
            self._events.group_floor_changed(message)

    def _burst_began(self, burst: Burst) -> None:
        self._spoken.look()
        self._speaker.begin(burst.burst_id, burst.buffer)
        self._events.burst_began(burst)
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(_LOOK_EVERY_S, self._look)

    def _burst_heard(self, burst: Burst) -> None:
        self._say_heard_soon(burst, ended=False)

    def _burst_ended(self, burst: Burst) -> None:
        self._say_heard_soon(burst, ended=True)
        self._events.burst_ended(burst)

    def _look(self) -> None:
        self._looking = self._hearing.look(self._clock.monotonic_us())
        if self._looking:
            asyncio.get_running_loop().call_later(_LOOK_EVERY_S, self._look)

    def _say_heard_soon(self, burst: Burst, *, ended: bool) -> None:
        asyncio.get_running_loop().call_later(self._rng.uniform(0.0, HEARD_WITHIN_S), self._say_heard, burst, ended)

    def _say_heard(self, burst: Burst, ended: bool) -> None:
        if not self.link.connected or (burst.ended and not ended):
            return
        heard = BurstHeard(
            stamp=self.link.stamp(),
            burst_id=burst.burst_id,
            packets=burst.buffer.packets,
            lost=burst.buffer.lost,
            stale=burst.buffer.stale,
            late_us=burst.late_us,
            ended=ended,
        )
        self.link.publish(Up.HEARD, heard)

    async def _say_status(self) -> None:
        """Say the status every STATUS_INTERVAL_S, each radio at a moment of its own."""
        await asyncio.sleep(self._rng.uniform(0.0, STATUS_INTERVAL_S))
        while True:
            if self.link.connected:
                self._publish_status()
            await asyncio.sleep(STATUS_INTERVAL_S)

    def _publish_status(self) -> None:
        self.link.publish(
            Up.STATUS,
            DeviceStatus(
                stamp=self.link.stamp(),
                birth_count=self.link.birth_count,
                battery=self.battery,
                signal=self.signal,
                holder=self.holder,
            ),
        )
