"""``python -m devices.radio``: one radio on a terminal, for trying things out and for machines that have no other.

It is the radio whose ``credential.json`` lies in its folder: enrol it there first (``python -m devices.enrol``).
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from devices.enrol.renewal import live
from devices.link import Credential, CredentialError
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.groups import GroupName
from devices.protocol.messages import (
    Acknowledgement,
    AlertMessage,
    AlertStatus,
    FloorIdle,
    FloorTaken,
    Reminder,
    Report,
    SignedOn,
)
from devices.protocol.seal import SealError
from devices.protocol.sos import SosState
from devices.protocol.topics import TopicError
from devices.radio import keys as key_sources
from devices.radio import lines
from devices.radio.credential import radio_credential
from devices.radio.floor import FloorState
from devices.radio.handset import Handset
from devices.radio.hearing import Burst
from devices.radio.keys import Keys, KeysError
from devices.radio.portaudio import PortAudioMissing
from devices.radio.radio import Radio, RadioEvents
from devices.radio.screen import Screen
from devices.radio.sound import (
    FileSpeaker,
    FrameMicrophone,
    Microphone,
    NullMicrophone,
    NullSpeaker,
    Speaker,
    speech_from_wav,
)
from devices.radio.soundcard import SoundCard

NONE = "none"
_BELL = "\a"
_ALERT_WORDS = {
    AlertStatus.ACTUAL: "\a警报 {severity}: {text}",
    AlertStatus.EXERCISE: "演习，不是真的 exercise, not real: {text}",
    AlertStatus.TEST: "测试，按确认键即可 test, just acknowledge: {text}",
}
"""The terminal's bell rings for what is real alone."""
_REMINDER_WORDS = {
    Reminder.LOUDER: "请按确认键 press the acknowledge key",
    Reminder.REPORT: "请报告情况 say what you see",
}
_SOS_WORDS = {
    SosState.OPEN: "紧急求助：警务室已收到 SOS: police know",
    SosState.CANCEL_ASKED: "已请求取消，等警务室确认 SOS: asked to cancel",
    SosState.CLOSED: "紧急求助已结束 SOS: closed",
}


class Terminal(RadioEvents):
    """Shows on a terminal what a handset shows on its screen."""

    def __init__(self, screen: Screen, sounds: RadioEvents) -> None:
        """``sounds`` tells by ear what can be told so."""
        self._screen = screen
        self._sounds = sounds
        self._is_silent = False

    @property
    def sounds_alerts(self) -> bool:
        return self._sounds.sounds_alerts

    def alert_shown(self, alert: AlertMessage) -> None:
        self._screen.show(alert)
        self._sounds.alert_shown(alert)
        words = _ALERT_WORDS[alert.status].format(severity=alert.severity.value, text=alert.text)
        earlier = f"  更新 in place of [{alert.updates[0]}]" if alert.updates else ""
        print(f"{words.replace(_BELL, '') if self._is_silent else words}  [{alert.alert_id}]{earlier}")

    def alert_reminded(self, alert: AlertMessage) -> None:
        self._screen.show(alert)
        self._sounds.alert_reminded(alert)
        if alert.reminder is not None:
            print(f"{_REMINDER_WORDS[alert.reminder]}: {alert.text}  [{alert.alert_id}]")

    def alert_cancelled(self, cancel: AlertMessage) -> None:
        self._screen.cancel(cancel.cancels, *cancel.updates)
        self._sounds.alert_cancelled(cancel)
        print(f"警报取消 cancelled: {cancel.text}  [{cancel.cancels}]")

    def confirmed(self, said: Acknowledgement | Report) -> None:
        self._sounds.confirmed(said)
        words = "确认 your key" if isinstance(said, Acknowledgement) else "报告 your report"
        print(f"警务室已收到 the police room has: {words}  [{said.alert_id or '-'}]")

    def floor_changed(self, state: FloorState, why: str) -> None:
        self._sounds.floor_changed(state, why)
        print(f"talk: {state.value} {why}".rstrip())

    def group_floor_changed(self, message: FloorTaken | FloorIdle) -> None:
        speaker = message.talker_name if isinstance(message, FloorTaken) else "-"
        print(f"{message.group_id}: {speaker}")

    def groups_changed(self, groups: tuple[GroupName, ...]) -> None:
        print("对讲组 talk groups: " + ", ".join(f"{one.name} ({one.group_id})" for one in groups))

    def burst_ended(self, burst: Burst) -> None:
        print(f"heard {burst.buffer.packets} packets, {burst.buffer.lost} lost, {burst.buffer.stale} stale")

    def hub_changed(self, present: bool) -> None:
        print("hub: present" if present else "hub: gone")

    def connection_changed(self, connected: bool) -> None:
        print("line: up" if connected else "line: down")

    def silence_changed(self, is_silent: bool) -> None:
        self._is_silent = is_silent
        self._sounds.silence_changed(is_silent)

    def sos_changed(self, sos_id: str, state: SosState) -> None:
        """Told without a bell: who looks may be the one whom the guard fears."""
        print(f"{_SOS_WORDS.get(state, state.value)}  [{sos_id}]")

    def holder_changed(self, signed: SignedOn) -> None:
        print(f"持机人 holder: {signed.holder or '-'} {'(非当班 off shift)' if signed.off_shift else ''}".rstrip())


def main(
    store: Annotated[Path, typer.Option(help="folder of the radio: its credential, what it keeps, the voice it hears")],
    group: Annotated[str, typer.Option(help="the talk group that is spoken to")] = "all",
    microphone: Annotated[
        str, typer.Option(help="name of a sound device, default, none, or a WAV file that is spoken (16 kHz mono)")
    ] = NONE,
    speaker: Annotated[
        str | None, typer.Option(help="name of a sound device, default, none, or a folder (else the radio's own)")
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(help="lines (else), terminal, serial:DEVICE[:cts|dsr], gpio:CHIP:KEY=LINE,…; may be repeated"),
    ] = None,
) -> None:
    """Be one radio."""
    try:
        asyncio.run(_run(radio_credential(store), group, store, microphone, speaker, keys or ["lines"]))
    except (CredentialError, TopicError, SealError, PortAudioMissing, KeysError, OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


async def _run(
    credential: Credential, group_id: str, store: Path, microphone: str, speaker: str | None, keys: list[str]
) -> None:
    clock = SystemClock()
    card = _card(clock, microphone, speaker)
    ear = _speaker(clock, card, store, speaker)
    screen = Screen(clock)
    terminal = Terminal(screen, card or RadioEvents())
    make = partial(
        Radio,
        clock=clock,
        rng=random.Random(),
        events=terminal,
        speaker=ear,
        store_dir=store,
    )
    frames = await asyncio.to_thread(speech_from_wav, Path(microphone)) if _is_file(microphone) else []

    def open_microphone(radio: Radio) -> Microphone:
        if card is not None and card.has_microphone:
            return card.microphone(radio.talking.speak)
        return FrameMicrophone(frames) if frames else NullMicrophone()

    handset = Handset(make(credential), group_id, open_microphone, screen, told=print, quits=lambda: running.cancel())
    if card is not None:
        card.alert_sounded = lambda alert_id: handset.radio.alert_sounded(alert_id)
    sources = [_keys(one, handset) for one in keys]

    async def run(held: Credential) -> None:
        if held is not credential:
            handset.radio = make(held)
        await handset.radio.run(is_restarted=held is credential)

    running = asyncio.ensure_future(live(store, credential, clock, run))
    beside = [handset.begin(_listen(source, handset)) for source in sources]
    if card is not None:
        beside.append(handset.begin(card.run()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        return
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if isinstance(ear, FileSpeaker):
            ear.close()
        if card is not None and card.dropped:
            print(f"话筒丢弃 microphone blocks dropped: {card.dropped}")


async def _listen(source: Keys, handset: Handset) -> None:
    """A radio whose keys are gone still rings and is heard."""
    try:
        await source.run(handset.press)
    except KeysError as error:
        print(error)


def _is_file(microphone: str) -> bool:
    return Path(microphone).suffix.lower() == ".wav"


def _card(clock: Clock, microphone: str, speaker: str | None) -> SoundCard | None:
    """The sound card, where one is wanted. Raises PortAudioMissing."""
    mouth = None if _is_file(microphone) or microphone == NONE else microphone
    ear = None if speaker in (None, NONE) or Path(speaker or "").is_dir() else speaker
    return SoundCard(clock, print, microphone=mouth, speaker=ear) if mouth or ear else None


def _speaker(clock: Clock, card: SoundCard | None, store: Path, speaker: str | None) -> Speaker:
    if speaker == NONE:
        return NullSpeaker()
    if speaker is None or Path(speaker).is_dir() or card is None:
        return FileSpeaker(Path(speaker or store), clock)
    return card


def _keys(described: str, handset: Handset) -> Keys:
    """Raises KeysError."""
    if described == "lines":
        print(lines.WORDS)
        return lines.LineKeys(handset)
    if described == "terminal":
        print(key_sources.TERMINAL_WORDS)
        return key_sources.TerminalKeys(sys.stdin.fileno(), lambda: handset.is_talking)
    return key_sources.hardware_keys(described, print)


if __name__ == "__main__":
    typer.run(main)
