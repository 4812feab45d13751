"""``python -m devices.gateway``: a donor handset on this machine's sound card is a radio of a talk group.

It is the radio whose ``credential.json`` lies in its folder: enrol it there first (``python -m devices.enrol``). What
hangs on which device says ``gateway.toml`` in the same folder.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from devices.enrol.renewal import live
from devices.gateway.donor_card import DonorCard
from devices.gateway.donor_lines import DonorLines, LineError
from devices.gateway.gateway import Gateway
from devices.gateway.settings import FILE, GatewaySettings, SettingsError
from devices.link import Credential, CredentialError
from devices.protocol.clock import SystemClock
from devices.protocol.seal import SealError
from devices.protocol.topics import TopicError
from devices.radio.credential import radio_credential
from devices.radio.portaudio import PortAudioMissing
from devices.radio.radio import Radio


def main(
    store: Annotated[Path, typer.Option(help=f"网关的目录（the gateway's folder: its credential and {FILE}）")],
) -> None:
    """Be one gateway."""
    try:
        asyncio.run(_run(radio_credential(store), store, GatewaySettings.load(store / FILE)))
    except (
        *(CredentialError, SettingsError, LineError, PortAudioMissing, TopicError, SealError),
        OSError,
    ) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _told(words: str) -> None:
    print(time.strftime("%H:%M:%S"), words, flush=True)


async def _run(credential: Credential, store: Path, settings: GatewaySettings) -> None:
    clock = SystemClock()
    gateway = Gateway(settings, clock, _told)
    lines = DonorLines(settings.key, settings.carrier, _told)
    card = DonorCard(
        clock,
        _told,
        microphone=settings.microphone,
        speaker=settings.speaker,
        next_samples=gateway.repeater.next_samples,
        is_busy=lambda: gateway.is_busy,
    )
    make = partial(Radio, clock=clock, rng=random.Random(), events=gateway, speaker=gateway, store_dir=store)

    async def be_a_radio(held: Credential) -> None:
        gateway.radio = make(held)
        await gateway.radio.run(is_restarted=held is credential)

    loop = asyncio.get_running_loop()
    tasks = [
        asyncio.ensure_future(live(store, credential, clock, be_a_radio)),
        asyncio.ensure_future(gateway.run(card, lines)),
        asyncio.ensure_future(card.run()),
    ]
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, tasks[0].cancel)
    try:
        await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in reversed(tasks):
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        lines.close()
    for end in ends:
        if isinstance(end, Exception):
            raise end


if __name__ == "__main__":
    typer.run(main)
