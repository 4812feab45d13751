"""The whole radio on real brokers: alerts, keys, push-to-talk, playback, status."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.link import LinkTiming
from devices.link.journal import Journal
from devices.protocol import topics, voice
from devices.protocol.clock import SystemClock
from devices.protocol.messages import (
    Acknowledgement,
    AlertMessage,
    Answer,
    Birth,
    BurstHeard,
    DenyReason,
    DeviceStatus,
    FloorCancel,
    FloorDenied,
    FloorIdle,
    FloorQueued,
    FloorRelease,
    FloorRequest,
    FloorRevoked,
    FloorTaken,
    FloorUp,
    FloorWarning,
    Played,
    Receipt,
    Reminder,
    Report,
    RevokeReason,
)
from devices.protocol.sos import SosState, SosUp
from devices.protocol.topics import DeviceKind, Down, Up, private_group
from devices.radio.floor import FloorState
from devices.radio.hearing import Burst
from devices.radio.inbox import Inbox
from devices.radio.radio import Radio, RadioEvents
from devices.radio.sound import FrameMicrophone
from hub.bridge.broker import Broker
from hub.tasks import end_tasks
from tests.devices.radio.listener import Listener
from tests.devices.room import Room, by_hand, packet, until


class Person(RadioEvents):
    """Notes what the radio shows, and plays."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.left_s: list[float] = []
        self.police_have: list[tuple[str, str | None]] = []
        self.silences: list[bool] = []
        self.shown_silently: list[str] = []
        self.reminders: list[Reminder | None] = []
        self.cancelled: list[str | None] = []
        self.inbox_bytes_when_shown: list[int] = []
        self.inbox: Path | None = None
        self.has_loudspeaker = False
        self.floor: list[tuple[FloorState, str]] = []
        self.floor_words: list[FloorTaken | FloorIdle] = []
        self.began: list[int] = []
        self.ended: list[Burst] = []
        self.speaker = Listener()

    @property
    def sounds_alerts(self) -> bool:
        return self.has_loudspeaker

    def alert_shown(self, alert: AlertMessage) -> None:
        self.shown.append(alert.alert_id)
        self.left_s.append(alert.expires_in_s)
        self.reminders.append(alert.reminder)
        if self.silences[-1:] == [True]:
            self.shown_silently.append(alert.alert_id)
        if self.inbox is not None:
            self.inbox_bytes_when_shown.append(self.inbox.stat().st_size)

    def confirmed(self, said: Acknowledgement | Report) -> None:
        self.police_have.append((type(said).__name__, said.alert_id))

    def silence_changed(self, is_silent: bool) -> None:
        self.silences.append(is_silent)

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        self.cancelled.append(cancel.cancels)

    def floor_changed(self, state: FloorState, why: str) -> None:
        self.floor.append((state, why))

    def group_floor_changed(self, message: FloorTaken | FloorIdle) -> None:
        self.floor_words.append(message)

    def burst_began(self, burst: Burst) -> None:
        self.began.append(burst.burst_id)

    def burst_ended(self, burst: Burst) -> None:
        self.ended.append(burst)


@asynccontextmanager
async def radio_on(
    broker: Broker,
    room: Room,
    person: Person,
    store_dir: Path | None = None,
    radio_id: str = "R001",
    *,
    is_restarted: bool = True,
) -> AsyncIterator[Radio]:
    radio = Radio(
        by_hand(broker.hub_address, radio_id),
        clock=SystemClock(),
        rng=random.Random(1),
        events=person,
        speaker=person.speaker,
        store_dir=store_dir,
        timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.2, longest_repeat_s=1.0),
    )
    radio.battery, radio.signal, radio.holder = 0.8, 0.6, "guard-1"
    task = asyncio.create_task(radio.run(is_restarted=is_restarted))
    try:
        await until(lambda: radio.link.connected, "the radio is on line")
        await room.tell_groups(radio_id, "all", "grid-7")
        await until(lambda: len(radio.groups.standing) == 2, "the radio knows its groups")
        await subscribed(room, radio)
        yield radio
    finally:
        await end_tasks(task)


async def subscribed(room: Room, radio: Radio) -> None:
    """Wait until the broker has taken what the radio said so far, and with it what it subscribed to."""
    said = len(room.said(radio.radio_id, Up.STATUS, DeviceStatus))
    radio.link.publish(Up.STATUS, DeviceStatus(stamp=radio.link.stamp(), birth_count=radio.link.birth_count))
    await room.hear(radio.radio_id, Up.STATUS, DeviceStatus, said + 1)


@pytest.fixture
def person() -> Person:
    return Person()


async def know_the_hub(room: Room, radio: Radio) -> None:
    await room.tick()
    await until(lambda: radio.link.hub_present, "the hub is known")


async def test_status_names_battery_signal_and_holder(broker: Broker, room: Room, person: Person) -> None:
    """P-2.5."""
    async with radio_on(broker, room, person) as radio:
        status = (await room.hear("R001", Up.STATUS, DeviceStatus))[0]
    assert (status.battery, status.signal, status.holder) == (0.8, 0.6, "guard-1")
    assert status.birth_count == radio.link.birth_count


async def test_alert_is_on_disk_before_it_is_shown_and_then_has_its_receipt(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.1, P-5.2."""
    person.inbox = tmp_path / "R001" / "inbox"
    async with radio_on(broker, room, person, tmp_path / "R001"):
        await room.alert("R001", "A1")
        receipt = (await room.hear("R001", Up.RECEIPT, Receipt))[0]
        await until(lambda: person.shown == ["A1"], "the alert is shown")
    assert receipt.alert_id == "A1"
    assert person.inbox_bytes_when_shown[0] > 0
    journal = Journal(person.inbox)
    assert len(journal.open()) == 1
    journal.close()


async def test_alert_is_played_once_when_its_tone_has_sounded_or_when_it_is_shown_where_nothing_sounds(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.12."""
    async with radio_on(broker, room, person, tmp_path / "R001") as radio:
        await room.alert("R001", "A1")
        assert [one.alert_id for one in await room.hear("R001", Up.PLAYED, Played)] == ["A1"]
        person.has_loudspeaker = True
        await room.alert("R001", "A2")
        await room.alert("R001", "C1", cancels="A1")
        await until(lambda: person.shown == ["A1", "A2"] and person.cancelled == ["A1"], "all is shown")
        for alert_id in ("A1", "A9", "A2", "A2"):
            radio.alert_sounded(alert_id)
        radio.acknowledge("A2")
        await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement)
        assert [one.alert_id for one in await room.hear("R001", Up.PLAYED, Played, 2)] == ["A1", "A2"]


async def test_repeated_alert_has_another_receipt_and_is_not_shown_again(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.3."""
    async with radio_on(broker, room, person, tmp_path / "R001"):
        for attempt in (1, 2, 3):
            await room.alert("R001", "A1", attempt=attempt)
            receipts = await room.hear("R001", Up.RECEIPT, Receipt, attempt)
        assert len({receipt.message_id for receipt in receipts}) == 3
        assert person.shown == ["A1"]


async def test_expired_alert_is_neither_kept_nor_shown(broker: Broker, room: Room, person: Person) -> None:
    """P-5.4."""
    async with radio_on(broker, room, person) as radio:
        await know_the_hub(room, radio)
        await room.alert("R001", "A1", expires_in_s=60, aged_s=61)
        await room.alert("R001", "A2", expires_in_s=60, aged_s=30)
        await until(lambda: person.shown == ["A2"], "only the living alert is shown")
        assert 25 < person.left_s[0] < 30.5  # what the clocks of hub and radio know of each other
        assert radio.expired == 1
        assert [receipt.alert_id for receipt in await room.hear("R001", Up.RECEIPT, Receipt)] == ["A2"]


async def test_acknowledgement_and_report_say_who_and_what(broker: Broker, room: Room, person: Person) -> None:
    """P-5.5."""
    async with radio_on(broker, room, person) as radio:
        await room.alert("R001", "A1")
        await until(lambda: person.shown == ["A1"], "the alert is shown")
        radio.acknowledge("A1")
        radio.acknowledge("A1")
        radio.report(Answer.CHILD_IS_WITH_ME, "在二号门", alert_id="A1")
        radio.report(text="东墙有人")
        said = await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement)
        reports = await room.hear("R001", Up.REPORT, Report, 2)
        await until(lambda: radio.link.unconfirmed == 0, "all is confirmed")
    assert sorted(person.police_have, key=str) == [
        ("Acknowledgement", "A1"),
        ("Report", "A1"),
        ("Report", None),
    ], "each once, and no receipt"
    assert {(a.alert_id, a.holder) for a in said} == {("A1", "guard-1")}
    assert len({a.message_id for a in said}) == 1
    assert {(r.alert_id, r.answer, r.text) for r in reports} == {
        ("A1", Answer.CHILD_IS_WITH_ME, "在二号门"),
        (None, None, "东墙有人"),
    }


async def test_restarted_radio_shows_what_was_not_acknowledged(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.6."""
    async with radio_on(broker, room, person, tmp_path / "R001") as radio:
        await room.alert("R001", "A1")
        await room.alert("R001", "A2")
        await until(lambda: len(person.shown) == 2, "both alerts are shown")
        radio.acknowledge("A1")
    again = Person()
    async with radio_on(broker, room, again, tmp_path / "R001"):
        assert again.shown == ["A2"]
        await room.alert("R001", "A2", attempt=2)
        await room.hear("R001", Up.RECEIPT, Receipt, 3)
        assert again.shown == ["A2"]


async def test_radio_that_is_asked_about_what_it_never_had_shows_it_as_new(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.10."""
    again = Person()
    for guard in (person, again):
        async with radio_on(broker, room, guard, tmp_path / "R001"):
            await room.alert("R001", "A1", attempt=2, reminder=Reminder.REPORT)
            await room.hear("R001", Up.PLAYED, Played)
            assert guard.reminders == [None], "nobody has pressed its key, after a restart neither"


async def test_alert_that_comes_after_its_own_cancel_has_its_receipt_and_is_not_shown(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-5.11."""
    async with radio_on(broker, room, person, tmp_path / "R001") as radio:
        await room.alert("R001", "C1", cancels="A1")
        await until(lambda: person.cancelled == ["A1"], "it is said what is over")
        await room.alert("R001", "A1")
        receipts = await room.hear("R001", Up.RECEIPT, Receipt, 2)
        radio.acknowledge("A1")
        await room.alert("R001", "A2")
        await until(lambda: person.shown == ["A2"], "what is not over is shown alone")
        assert [one.alert_id for one in receipts] == ["C1", "A1"]
        radio.acknowledge("A2")
        said = await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement)
        assert [one.alert_id for one in said] == ["A2"], "no key answers what is over"


async def test_radio_that_goes_on_by_a_newer_credential_shows_nothing_a_second_time(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    async with radio_on(broker, room, person, tmp_path / "R001"):
        await room.alert("R001", "A1")
        await until(lambda: person.shown == ["A1"], "the alert is shown")
    async with radio_on(broker, room, person, tmp_path / "R001", is_restarted=False) as radio:
        assert person.shown == ["A1"]
        radio.acknowledge("A1")
        await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement)


async def test_radio_restarted_during_its_own_sos_is_silent_until_the_police_room_has_closed_it(
    broker: Broker, room: Room, person: Person, tmp_path: Path
) -> None:
    """P-11.5."""
    async with radio_on(broker, room, person, tmp_path / "R001") as radio:
        await room.alert("R001", "A1")
        await until(lambda: person.shown == ["A1"], "the alert is shown")
        assert person.silences == []
        sos_id = radio.sos(FrameMicrophone([]))
        (raised,) = await room.hear("R001", Up.SOS, SosUp)
        await room.tell_sos("R001", sos_id, SosState.OPEN, answers=raised.message_id)
        await room.confirm("R001", raised.message_id)
        await until(lambda: radio.link.unconfirmed == 0, "police know")
    again = Person()
    async with radio_on(broker, room, again, tmp_path / "R001"):
        assert (again.shown, again.shown_silently) == (["A1"], ["A1"]), "before the hub has said a word"
        await room.tell_sos("R001", sos_id, SosState.CLOSED)
        await until(lambda: again.silences == [True, False], "it is closed")
    third = Person()
    async with radio_on(broker, room, third, tmp_path / "R001"):
        assert (third.shown, third.silences) == (["A1"], [])


class Killed(BaseException):
    """The power went."""


def die(_inbox: Inbox, _alert_id: str) -> None:
    raise Killed


async def test_radio_killed_as_the_key_was_pressed_still_says_the_acknowledgement(
    broker: Broker, room: Room, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-5.5."""
    async with radio_on(broker, room, person, tmp_path / "R001") as radio:
        await room.alert("R001", "A1")
        await until(lambda: person.shown == ["A1"], "the alert is shown")
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(Inbox, "acknowledge", die)
            radio.acknowledge("A1")
    again = Person()
    async with radio_on(broker, room, again, tmp_path / "R001"):
        assert again.shown == ["A1"]
        said = await room.hear("R001", Up.ACKNOWLEDGEMENT, Acknowledgement)
    assert {one.alert_id for one in said} == {"A1"}


async def test_guard_speaks_and_others_hear_every_frame_but_he_does_not(
    broker: Broker, room: Room, person: Person
) -> None:
    """P-6.1, P-6.5, P-7.1, P-7.2."""
    other = Person()
    frames = [b"\x48%d" % number for number in range(20)]
    async with radio_on(broker, room, person) as radio, radio_on(broker, room, other, radio_id="R002"):
        assert await radio.talking.talk("all", FrameMicrophone(frames))
        await until(lambda: len(other.ended) == 1, "the other radio heard the end")
        burst = other.ended[0]
        await until(lambda: other.speaker.over_bursts == [burst.burst_id], "all of it was played")
        assert other.speaker.frames[burst.burst_id] == frames
        floor = await room.hear("R001", Up.FLOOR, FloorUp, 2)
        assert [type(message) for message in floor] == [FloorRequest, FloorRelease]
    assert person.speaker.frames == {}
    assert [state for state, _ in person.floor] == [FloorState.ASKING, FloorState.TALKING, FloorState.SILENT]
    packets = [voice.decode(payload) for topic, payload, _ in room.heard if topic.endswith("/R001/voice")]
    assert [p.sequence for p in packets] == list(range(7))
    assert [p.last for p in packets] == [False] * 6 + [True]
    assert [p.media_time for p in packets] == [3 * 960 * number for number in range(7)]


async def test_denied_press_stays_silent_and_says_why(broker: Broker, room: Room, person: Person) -> None:
    """P-6.2."""
    room.relays = False
    async with radio_on(broker, room, person) as radio:
        talk = asyncio.create_task(radio.talking.talk("all", FrameMicrophone([b"\x48"])))
        request = (await room.hear("R001", Up.FLOOR, FloorUp))[0]
        denied = FloorDenied(
            stamp=room.stamp(),
            group_id="all",
            request_id=request.request_id,
            reason=DenyReason.LOCKED_OUT,
            retry_in_s=2.4,
        )
        await room.say("R001", Down.FLOOR_CONTROL, denied)
        assert not await talk
    assert person.floor[-1] == (FloorState.SILENT, "locked_out 3 s")
    assert not any(topic.endswith("/voice") for topic, _, _ in room.heard)


async def test_unanswered_press_ends_after_2_seconds(broker: Broker, room: Room, person: Person) -> None:
    """P-6.2."""
    room.relays = False
    async with radio_on(broker, room, person) as radio:
        assert not await radio.talking.talk("all", FrameMicrophone([b"\x48"]))
        assert isinstance((await room.hear("R001", Up.FLOOR, FloorUp, 2))[1], FloorCancel), "nor does it wait there"
    assert person.floor[-1] == (FloorState.SILENT, "unanswered")


async def queue(room: Room, request: FloorRequest, position: int, of: int) -> None:
    queued = FloorQueued(stamp=room.stamp(), group_id="all", request_id=request.request_id, position=position, of=of)
    await room.say("R001", Down.FLOOR_CONTROL, queued)


async def test_radio_that_waits_shows_its_place_and_speaks_once_it_is_granted(
    broker: Broker, room: Room, person: Person
) -> None:
    """P-6.16."""
    room.relays = False
    async with radio_on(broker, room, person) as radio:
        talk = asyncio.create_task(radio.talking.talk("all", FrameMicrophone([b"\x48"] * 3)))
        request = (await room.hear("R001", Up.FLOOR, FloorUp))[0]
        await queue(room, request, 2, 3)
        await queue(room, request, 1, 2)
        burst_id = await room.grant("R001", request)
        assert await talk
        released = (await room.hear("R001", Up.FLOOR, FloorUp, 2))[1]
    assert released.burst_id == burst_id
    assert person.floor == [
        (FloorState.ASKING, ""),
        (FloorState.QUEUED, "2/3"),
        (FloorState.QUEUED, "1/2"),
        (FloorState.TALKING, ""),
        (FloorState.SILENT, ""),
    ]


async def test_key_let_go_while_waiting_cancels_and_a_place_that_nobody_wants_is_given_up(
    broker: Broker, room: Room, person: Person
) -> None:
    """P-6.3."""
    room.relays = False
    async with radio_on(broker, room, person) as radio:
        radio.talking.press("all")
        request = (await room.hear("R001", Up.FLOOR, FloorUp))[0]
        await queue(room, request, 1, 1)
        await until(lambda: radio.talking.floor.state is FloorState.QUEUED, "the radio waits")
        radio.talking.release()
        await queue(room, request, 1, 1)
        cancels = (await room.hear("R001", Up.FLOOR, FloorUp, 3))[1:]
    assert [(type(one), one.request_id) for one in cancels] == [(FloorCancel, request.request_id)] * 2
    assert person.floor[-1] == (FloorState.SILENT, "")


async def test_talker_is_shown_that_the_limit_is_near_and_speaks_on(broker: Broker, room: Room, person: Person) -> None:
    """P-6.11."""
    async with radio_on(broker, room, person) as radio:
        radio.talking.press("all")
        await until(lambda: radio.talking.floor.grant is not None, "the floor is granted")
        assert radio.talking.floor.grant is not None
        burst_id = radio.talking.floor.grant.burst_id
        warning = FloorWarning(stamp=room.stamp(), group_id="all", burst_id=burst_id, seconds_left=9.98)
        await room.say("R001", Down.FLOOR_CONTROL, warning)
        await until(lambda: len(person.floor) == 3, "the talker is warned")
        radio.talking.speak(b"\x48")
        radio.talking.release()
        await until(lambda: any(topic.endswith("/voice") for topic, _, _ in room.heard), "the voice goes on")
    assert person.floor[-2:] == [(FloorState.WARNED, "10 s"), (FloorState.SILENT, "")]


async def test_floor_that_comes_after_the_key_was_let_go_is_given_back(
    broker: Broker, room: Room, person: Person
) -> None:
    """P-6.3."""
    room.relays = False
    async with radio_on(broker, room, person) as radio:
        radio.talking.press("all")
        request = (await room.hear("R001", Up.FLOOR, FloorUp))[0]
        radio.talking.release()
        burst_id = await room.grant("R001", request)
        cancelled, released = (await room.hear("R001", Up.FLOOR, FloorUp, 3))[1:]
    assert (cancelled.request_id, released.burst_id) == (request.request_id, burst_id)


def said_to_release(room: Room) -> list[int]:
    """Which bursts R001 gave back."""
    return [one.burst_id for one in room.said("R001", Up.FLOOR, FloorUp) if isinstance(one, FloorRelease)]


async def test_revoked_floor_stops_the_voice(broker: Broker, room: Room, person: Person) -> None:
    """P-6.4."""
    async with radio_on(broker, room, person) as radio:
        talk = asyncio.create_task(radio.talking.talk("all", FrameMicrophone([b"\x48"] * 5000)))
        await until(lambda: radio.talking.floor.grant is not None, "the floor is granted")
        assert radio.talking.floor.grant is not None
        burst_id = radio.talking.floor.grant.burst_id
        revoked = FloorRevoked(stamp=room.stamp(), group_id="all", burst_id=burst_id, reason=RevokeReason.TOO_LONG)
        await room.say("R001", Down.FLOOR_CONTROL, revoked)
        assert await asyncio.wait_for(talk, 5)
        await until(lambda: said_to_release(room) == [burst_id], "the radio says that it has let go")
    assert person.floor[-1] == (FloorState.SILENT, "talk_limit_reached")


async def test_radio_says_that_it_hears_and_what_it_heard(broker: Broker, room: Room, person: Person) -> None:
    """P-7.6."""
    async with radio_on(broker, room, person) as radio:
        await know_the_hub(room, radio)
        for tried in range(3):  # again where the machine itself stood still
            burst_id = 9 + tried
            await room.taken("all", burst_id)
            sent_us = SystemClock().monotonic_us()
            await room.voice("all", packet(burst_id, 0))
            first = (await room.hear("R001", Up.HEARD, BurstHeard, 2 * tried + 1))[-1]
            await room.voice("all", packet(burst_id, 2))
            await room.voice("all", packet(burst_id, 3, last=True))
            last = (await room.hear("R001", Up.HEARD, BurstHeard, 2 * tried + 2))[-1]
            took_us = first.stamp.monotonic_us - sent_us
            if max(took_us, last.late_us) < 300_000:
                break
    assert took_us < 300_000
    assert (first.burst_id, first.packets, first.ended) == (burst_id, 1, False)
    assert (last.packets, last.lost, last.stale, last.ended) == (3, 1, 0, True)
    assert 0 <= last.late_us < 300_000


async def test_radio_says_that_it_hears_once_a_packet_came_in_time(
    broker: Broker, room: Room, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-7.6."""
    monkeypatch.setattr("devices.radio.radio.HEARD_WITHIN_S", 0.0)  # what it says to a packet it says before the next
    async with radio_on(broker, room, person) as radio:
        await know_the_hub(room, radio)
        await room.voice("all", packet(9, 0), aged_s=5)
        await until(lambda: person.began == [9], "a stale packet came")
        await room.voice("all", packet(9, 1, media_time=5 * voice.MEDIA_CLOCK_HZ))
        first = (await room.hear("R001", Up.HEARD, BurstHeard))[0]
    assert (first.packets, first.stale, first.ended) == (1, 1, False)


async def test_stale_voice_is_not_played(broker: Broker, room: Room, person: Person) -> None:
    """P-7.3."""
    async with radio_on(broker, room, person) as radio:
        await know_the_hub(room, radio)
        await room.voice("all", packet(9, 0), aged_s=5)
        await room.voice("all", packet(9, 1, media_time=5 * voice.MEDIA_CLOCK_HZ, last=True))
        await until(lambda: person.speaker.over_bursts == [9], "the burst was played")
    assert person.ended[0].buffer.stale == 1
    assert person.speaker.frames[9] == [b"\x48"]


async def test_radio_hears_its_groups_alone(broker: Broker, room: Room, person: Person) -> None:
    """P-1.2."""
    async with radio_on(broker, room, person):
        await room.voice("grid-8", packet(1, 0, last=True))
        await room.voice("grid-7", packet(2, 0, last=True))
        await until(lambda: len(person.ended) == 1, "a burst was heard")
    assert [burst.burst_id for burst in person.ended] == [2]


async def test_broken_voice_packet_is_counted_and_the_burst_goes_on(broker: Broker, room: Room, person: Person) -> None:
    """P-7.7."""
    async with radio_on(broker, room, person) as radio:
        await room.voice("all", packet(9, 0))
        await room.publish("qs/1/group/all/voice", packet(9, 1)[:-1])
        await room.voice("all", packet(9, 2, last=True))
        await until(lambda: len(person.ended) == 1, "the burst ended")
        assert radio.link.refusals.counts["malformed"] == 1


async def test_radio_subscribes_again_to_the_groups_that_it_knew(broker: Broker, room: Room, person: Person) -> None:
    """P-6.12."""
    async with radio_on(broker, room, person) as radio:
        births = len(await room.hear("R001", Up.BIRTH, Birth))
        assert radio.link._connection is not None
        radio.link._connection.drop()
        await room.hear("R001", Up.BIRTH, Birth, births + 1)
        await room.voice("grid-7", packet(1, 0, last=True))
        await until(lambda: len(person.ended) == 1, "it hears its group though nobody named it again")


async def test_radio_leaves_a_group_that_is_named_no_longer(broker: Broker, room: Room, person: Person) -> None:
    """P-6.12."""
    async with radio_on(broker, room, person) as radio:
        await room.tell_groups("R001", "all", "grid-8", temporary=("temporary.1",))
        await until(lambda: radio.groups.ids == {"all", "grid-8", "temporary.1", "private.R001"}, "it is told")
        await subscribed(room, radio)
        await room.voice("grid-7", packet(1, 0, last=True))
        await room.voice("grid-8", packet(2, 0, last=True))
        await until(lambda: len(person.ended) == 1, "a burst was heard")
    assert [burst.burst_id for burst in person.ended] == [2]


async def test_voice_and_floor_of_groups_without_topics_come_on_the_radios_own(
    broker: Broker, room: Room, person: Person
) -> None:
    """P-6.13."""
    async with radio_on(broker, room, person):
        private = private_group("R001")
        taken = FloorTaken(
            stamp=room.stamp(), group_id=private, call_id=1, burst_id=9, talker_id="duty", talker_name="值班员"
        )
        await room.say("R001", Down.FLOOR_CONTROL, taken)
        await room.publish(topics.down(DeviceKind.RADIO, "R001", Down.VOICE), packet(9, 0))
        await until(lambda: person.began == [9], "it hears the packet")
        idle = FloorIdle(stamp=room.stamp(), group_id=private, burst_id=9)
        await room.say("R001", Down.FLOOR_CONTROL, idle)
        await until(lambda: len(person.ended) == 1, "the burst is over")
    assert [(type(word), word.group_id, word.burst_id) for word in person.floor_words] == [
        (FloorTaken, private, 9),
        (FloorIdle, private, 9),
    ]
