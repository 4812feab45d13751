"""When a radio speaks an alert's message: after the tone, never into a call, once for each time that it is told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from devices.link import BrokerAddress, Link
from devices.protocol.clock import Clock, ManualClock, SystemClock
from devices.protocol.messages import AlertMessage, Attachment, Reminder, Severity, Stamp
from devices.radio import kept_media, spoken
from devices.radio.kept_media import KeptMedia
from devices.radio.spoken import MOST_DUE, SpokenMessages, frames_of
from devices.radio.tones import lasts_s, samples_of, tone_of
from hub.speech.sound import Spoken
from simulators.radios.speech import syllables
from tests.devices.radio.listener import Listener
from tests.devices.room import by_hand, until

MESSAGE = Spoken(syllables(2))
OGG = MESSAGE.ogg
ID = hashlib.sha256(OGG).hexdigest()


def keep(folder: Path | None, data: bytes = OGG) -> KeptMedia:
    """A store into which a message has come whole."""
    kept = KeptMedia(folder)
    kept.begin(hashlib.sha256(data).hexdigest())
    kept.add(data)
    assert kept.finish()
    return kept


def alert(alert_id: str = "A1", *, reminder: Reminder | None = None, expires_in_s: float = 60) -> AlertMessage:
    return AlertMessage(
        stamp=Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1),
        alert_id=alert_id,
        attempt=1 if reminder is None else 2,
        severity=Severity.MINOR,
        text="找人",
        issued_wall_us=1,
        expires_in_s=expires_in_s,
        reminder=reminder,
        speech=Attachment(media_id=ID, bytes=len(OGG), type="audio/ogg"),
    )


class Ear:
    """A radio's messages in its loudspeaker, and what goes on around it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        keep(folder)
        self.somebody_speaks = False
        self.over: set[str] = set()
        self.speaker = Listener()
        self.link = Link(by_hand(BrokerAddress("127.0.0.1", 1)), clock=clock, software="test")
        self.messages = SpokenMessages(
            self.link,
            clock,
            self.speaker,
            folder,
            is_busy=lambda: self.somebody_speaks,
            is_over=self.over.__contains__,
        )

    @property
    def whole(self) -> int:
        """How often the message has sounded from its beginning to its end."""
        return sum(tuple(frames) == MESSAGE.packets for frames in self.speaker.frames.values())

    @property
    def begun(self) -> int:
        """How often it has begun."""
        return len(self.speaker.frames)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "PAUSE_S", 0.05)
    monkeypatch.setattr(spoken, "LOOK_EVERY_S", 0.02)


@pytest.fixture
def ear(tmp_path: Path) -> Ear:
    return Ear(tmp_path, SystemClock())


async def test_message_is_spoken_whole_after_the_tone_and_once(ear: Ear) -> None:
    """P-12.5"""
    shown_us = SystemClock().monotonic_us()
    ear.messages.alert(alert())
    await until(lambda: ear.whole == 1, "it has been spoken")
    tone_s = lasts_s(tone_of(Severity.MINOR, alert().status))
    assert abs(tone_s - samples_of(tone_of(Severity.MINOR, alert().status)).size / 48_000) < 0.001
    assert ear.speaker.played[0][0] - shown_us > tone_s * 1e6
    await until(lambda: ear.messages._playing is None, "it is over")
    assert (ear.begun, ear.messages._due) == (1, {})


async def test_louder_speaks_it_again(ear: Ear) -> None:
    """P-12.5"""
    ear.messages.alert(alert())
    await until(lambda: ear.whole == 1, "it has been spoken")
    ear.messages.alert(alert(reminder=Reminder.LOUDER))
    await until(lambda: ear.whole == 2, "it has been spoken again")


async def test_message_waits_until_nobody_speaks_and_gives_way_to_who_begins(tmp_path: Path) -> None:
    """P-12.5"""
    clock = ManualClock()
    ear = Ear(tmp_path, clock)
    ear.somebody_speaks = True
    ear.messages.alert(alert())
    clock.advance(0.5)  # longer than tone and pause
    ear.messages.look()
    assert ear.messages._beginning is None
    ear.somebody_speaks = False
    ear.messages.look()
    assert ear.messages._beginning is None, "the last words of the call are still to be heard"
    clock.advance(spoken.PAUSE_S)
    await until(lambda: bool(ear.speaker.played), "it has begun")
    ear.somebody_speaks = True
    ear.messages.look()
    played = len(ear.speaker.played)
    await until(lambda: ear.speaker.over_bursts == [-1], "it has stopped")
    assert len(ear.speaker.played) <= played + 1
    assert ear.whole == 0
    ear.somebody_speaks = False
    clock.advance(spoken.PAUSE_S)
    await until(lambda: ear.whole == 1, "it has been spoken anew after the call")


async def test_message_of_an_alert_that_is_over_or_expired_is_not_spoken(ear: Ear) -> None:
    """P-12.5"""
    ear.messages.alert(alert("A1"))
    ear.over.add("A1")
    ear.messages.alert(alert("A2", expires_in_s=0.05))
    await until(lambda: not ear.messages._due, "nothing is to be spoken any more")
    ear.messages.alert(alert("A3"))
    await until(lambda: bool(ear.speaker.played), "the third has begun")
    ear.over.add("A3")
    await until(lambda: len(ear.speaker.over_bursts) == 1, "it has stopped")
    assert (ear.begun, ear.whole) == (1, 0)


async def test_radio_that_must_be_silent_speaks_nothing_and_makes_nothing_good(ear: Ear) -> None:
    """P-12.5"""
    ear.messages.alert(alert("A1"))
    await until(lambda: bool(ear.speaker.played), "it has begun")
    ear.messages.alert(alert("A2"))
    ear.messages.keep_silent(True)
    await until(lambda: ear.speaker.over_bursts == [-1], "it has stopped")
    assert (ear.whole, ear.messages._due) == (0, {})


async def test_messages_that_wait_are_bounded(ear: Ear) -> None:
    ear.somebody_speaks = True
    for number in range(MOST_DUE + 3):
        ear.messages.alert(alert(f"A{number}"))
    assert list(ear.messages._due) == [f"A{number}" for number in range(3, MOST_DUE + 3)]
    ear.messages.close()


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_what_came_with_another_hash_is_not_kept(tmp_path: Path, is_on_disk: bool) -> None:
    """P-12.4"""
    kept = KeptMedia(tmp_path if is_on_disk else None)
    assert kept.begin(ID) == 0
    kept.add(OGG[:-1] + b"x")
    assert not kept.finish()
    kept.drop()
    assert kept.begin(ID) == 0
    kept.add(OGG)
    assert kept.finish()
    assert kept.has(ID)
    assert kept.read(ID) == OGG


def test_message_is_here_though_the_disk_fails(tmp_path: Path) -> None:
    """P-12.4"""
    (tmp_path / "no-folder").touch()
    kept = KeptMedia(tmp_path / "no-folder")
    for step in (lambda: kept.begin(ID), lambda: kept.add(OGG), kept.finish):
        with pytest.raises(OSError):
            step()
    assert kept.has(ID)
    assert kept.read(ID) == OGG


def test_restarted_radio_has_what_came_before_and_drops_what_its_disk_damaged(tmp_path: Path) -> None:
    """P-12.4"""
    first = KeptMedia(tmp_path)
    first.begin(ID)
    first.add(OGG[:700])
    again = KeptMedia(tmp_path)
    assert again.begin(ID) == 700
    again.add(OGG[700:])
    assert again.finish()
    (tmp_path / ID).write_bytes(OGG[:-1])
    assert again.read(ID) is None
    assert not again.has(ID)


def test_kept_messages_are_bounded_and_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-12.4"""
    monkeypatch.setattr(kept_media, "MOST_BYTES", 250)
    for folder in (None, tmp_path):
        kept = KeptMedia(folder)
        names = []
        for number in range(4):
            data = bytes([number]) * 100
            names.append(hashlib.sha256(data).hexdigest())
            kept.begin(names[-1])
            kept.add(data)
            assert kept.finish()
        assert [kept.has(name) for name in names] == [False, False, True, True]


def test_what_is_no_opus_file_has_no_frames() -> None:
    assert frames_of(OGG) == MESSAGE.packets
    assert frames_of(b"") is None
    assert frames_of(b"OggS" + bytes(100)) is None
