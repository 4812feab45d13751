"""``python -m devices.radio``: one radio on a terminal, for trying things out and for machines that have no other.

It is the radio whose ``credential.json`` lies in its folder: enrol it there first (``python -m devices.enrol``).
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from devices.enrol.renewal import live
from devices.link import Credential, CredentialError
from devices.protocol.clock import SystemClock
from devices.protocol.groups import GroupName
from devices.protocol.messages import AlertMessage, Answer, FloorIdle, FloorTaken, SignedOn
from devices.protocol.seal import SealError
from devices.protocol.sos import SosState
from devices.protocol.topics import DeviceKind, TopicError
from devices.radio.dialogue import SignOnDialogue, echo
from devices.radio.floor import FloorError, FloorState
from devices.radio.hearing import Burst
from devices.radio.radio import Radio, RadioEvents
from devices.radio.signing import SignOnError
from devices.radio.sound import FileSpeaker, FrameMicrophone, Microphone, NullMicrophone, speech_from_wav

KEYS = (
    "回车=确认最新警报 enter=acknowledge · s=seen · n=not seen · c=child is with me · h=need help · t=talk · "
    "p=呼叫警务室 call the police room · "
    "sos=紧急求助 call for help · cancel=取消求助 cancel it · i=登录 sign on · o=退出 sign off · q=quit"
)
_SOS_WORDS = {
    SosState.OPEN: "紧急求助：警务室已收到 SOS: police know",
    SosState.CANCEL_ASKED: "已请求取消，等警务室确认 SOS: asked to cancel",
    SosState.CLOSED: "紧急求助已结束 SOS: closed",
}
_ANSWERS = {"s": Answer.SEEN, "n": Answer.NOT_SEEN, "c": Answer.CHILD_IS_WITH_ME, "h": Answer.NEED_HELP}


class Terminal(RadioEvents):
    """Shows on a terminal what a handset shows on its screen."""

    def __init__(self) -> None:
        self.latest: AlertMessage | None = None

    def alert_shown(self, alert: AlertMessage) -> None:
        self.latest = alert
        print(f"\a警报 {alert.severity.value}: {alert.text}  [{alert.alert_id}]")

    def floor_changed(self, state: FloorState, why: str) -> None:
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

    def sos_changed(self, sos_id: str, state: SosState) -> None:
        print(f"\a{_SOS_WORDS.get(state, state.value)}  [{sos_id}]")

    def holder_changed(self, signed: SignedOn) -> None:
        print(f"持机人 holder: {signed.holder or '-'} {'(非当班 off shift)' if signed.off_shift else ''}".rstrip())


def main(
    store: Annotated[Path, typer.Option(help="folder of the radio: its credential, what it keeps, the voice it hears")],
    group: Annotated[str, typer.Option(help="the talk group that is spoken to")] = "all",
    speech: Annotated[Path | None, typer.Option(help="WAV file that is spoken, 16 kHz mono")] = None,
) -> None:
    """Be one radio."""
    try:
        asyncio.run(_run(_credential(store), group, store, speech))
    except (CredentialError, TopicError, SealError, OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _credential(store: Path) -> Credential:
    """What was given to the radio when it was enrolled. Raises CredentialError."""
    credential = Credential.load(store)
    if credential is None:
        raise CredentialError(f"{store} has no credential: enrol the radio first, with python -m devices.enrol")
    if credential.kind is not DeviceKind.RADIO:
        raise CredentialError(f"{store} has the credential of a {credential.kind.value}, not of a radio")
    return credential


async def _run(credential: Credential, group_id: str, store: Path, speech: Path | None) -> None:
    terminal = Terminal()
    clock = SystemClock()
    make = partial(
        Radio,
        clock=clock,
        rng=random.Random(),
        events=terminal,
        speaker=FileSpeaker(store, clock),
        store_dir=store,
    )
    radio = make(credential)

    async def run(held: Credential) -> None:
        nonlocal radio
        if held is not credential:
            radio = make(held)
        await radio.run()

    frames = await asyncio.to_thread(speech_from_wav, speech) if speech else []
    print(KEYS)
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(live(store, credential, clock, run))
    under_way: set[asyncio.Task[Any]] = set()

    def begin(step: Coroutine[Any, Any, object]) -> None:
        task = asyncio.ensure_future(step)
        under_way.add(task)
        task.add_done_callback(_tell_failure)
        task.add_done_callback(under_way.discard)

    def microphone() -> Microphone:
        return FrameMicrophone(frames) if frames else NullMicrophone()

    dialogue = SignOnDialogue(lambda person_id, pin: begin(radio.sign_on(person_id, pin)))

    def key() -> None:
        line = sys.stdin.readline()
        pressed = line.strip()
        if dialogue.asks and line:
            dialogue.take(pressed)
            return
        alert_id = terminal.latest.alert_id if terminal.latest else None
        if pressed == "q" or not line:
            running.cancel()
        elif pressed in ("t", "p"):
            spoken_to = group_id if pressed == "t" else radio.groups.private_id
            begin(radio.talking.talk(spoken_to, microphone()))
        elif pressed == "sos":
            radio.sos(microphone())
        elif pressed == "cancel":
            try:
                radio.cancel_sos()
            except ValueError as error:
                print(error)
        elif pressed == "i":
            dialogue.begin()
        elif pressed == "o":
            begin(radio.sign_off())
        elif pressed in _ANSWERS:
            radio.report(_ANSWERS[pressed], alert_id=alert_id)
        elif pressed:
            print(KEYS)
        elif alert_id is not None:
            radio.acknowledge(alert_id)

    loop.add_reader(sys.stdin, key)
    loop.add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        return
    finally:
        loop.remove_reader(sys.stdin)
        echo(True)


def _tell_failure(task: asyncio.Task[Any]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, (FloorError, SignOnError)):
        print(error)
    elif error is not None:
        raise error


if __name__ == "__main__":
    typer.run(main)
