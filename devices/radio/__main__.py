"""``python -m devices.radio``: one radio on a terminal, for trying things out and for machines that have no other."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from devices.link import PASSWORD_VARIABLE, AddressError, BrokerAddress
from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage, Answer, FloorIdle, FloorTaken
from devices.protocol.topics import TopicError
from devices.radio.floor import FloorError, FloorState
from devices.radio.hearing import Burst
from devices.radio.radio import Radio, RadioEvents
from devices.radio.sound import FileSpeaker, FrameMicrophone, NullMicrophone, speech_from_wav

KEYS = "回车=确认最新警报 enter=acknowledge · s=seen · n=not seen · c=child is with me · h=need help · t=talk · q=quit"
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

    def burst_ended(self, burst: Burst) -> None:
        print(f"heard {burst.buffer.packets} packets, {burst.buffer.lost} lost, {burst.buffer.stale} stale")

    def hub_changed(self, present: bool) -> None:
        print("hub: present" if present else "hub: gone")

    def connection_changed(self, connected: bool) -> None:
        print("line: up" if connected else "line: down")


def main(
    radio_id: Annotated[str, typer.Option()],
    broker: Annotated[str, typer.Option(help="mqtt://[user@]host:port; password in QIANSHAO_BROKER_PASSWORD")],
    groups: Annotated[str, typer.Option(help="talk groups, the first is the one spoken to")] = "all",
    store: Annotated[Path | None, typer.Option(help="folder for what the radio keeps, and the voice it hears")] = None,
    speech: Annotated[Path | None, typer.Option(help="WAV file that is spoken, 16 kHz mono")] = None,
) -> None:
    """Be one radio."""
    try:
        address = BrokerAddress.parse(broker, os.environ.get(PASSWORD_VARIABLE))
        asyncio.run(_run(radio_id, address, groups.split(","), store, speech))
    except (AddressError, TopicError, OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


async def _run(
    radio_id: str, broker: BrokerAddress, groups: list[str], store: Path | None, speech: Path | None
) -> None:
    terminal = Terminal()
    if store is not None:
        await asyncio.to_thread(store.mkdir, parents=True, exist_ok=True)
    radio = Radio(
        radio_id,
        broker,
        group_ids=groups,
        clock=SystemClock(),
        rng=random.Random(),
        events=terminal,
        speaker=FileSpeaker(store) if store else None,
        store_dir=store,
    )
    frames = await asyncio.to_thread(speech_from_wav, speech) if speech else []
    print(KEYS)
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(radio.run())
    talks: set[asyncio.Task[bool]] = set()

    def key() -> None:
        line = sys.stdin.readline()
        pressed = line.strip()
        alert_id = terminal.latest.alert_id if terminal.latest else None
        if pressed == "q" or not line:
            running.cancel()
        elif pressed == "t":
            task = asyncio.ensure_future(
                radio.talking.talk(groups[0], FrameMicrophone(frames) if frames else NullMicrophone())
            )
            talks.add(task)
            task.add_done_callback(_tell_failure)
            task.add_done_callback(talks.discard)
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


def _tell_failure(task: asyncio.Task[bool]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, FloorError):
        print(error)
    elif error is not None:
        raise error


if __name__ == "__main__":
    typer.run(main)
