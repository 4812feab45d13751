"""``python -m simulators.faults.guards``: some radios with guards who note what they see and acknowledge all of it.

The notes and the radios' stores are on disk, so that the process may be killed at any moment and begun again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from devices.link import Credential
from devices.link.link import LinkTiming
from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertMessage
from devices.radio import Radio
from devices.radio.radio import RadioEvents
from simulators.faults.ledger import Deed, Note

ACKNOWLEDGE_S = (0.1, 0.8)
"""After an alert is shown, from and to."""
LONGEST_RECONNECT_S = 2.0
"""Instead of 10 s: between many faults there is then more time in which alerts are under way."""


class NotingGuard(RadioEvents):
    """Acknowledges each alert after a moment."""

    def __init__(self, notes: int, run: str, rng: random.Random) -> None:
        """``notes`` is the descriptor of a file that is open for appending."""
        self.radio: Radio
        self._notes = notes
        self._run = run
        self._rng = rng

    def alert_shown(self, alert: AlertMessage) -> None:
        self._note(Deed.SHOWN, alert.alert_id)
        loop = asyncio.get_running_loop()
        loop.call_later(self._rng.uniform(*ACKNOWLEDGE_S), self._acknowledge, alert.alert_id)

    def _acknowledge(self, alert_id: str) -> None:
        self.radio.acknowledge(alert_id)
        self._note(Deed.ACKNOWLEDGED, alert_id)

    def _note(self, deed: Deed, alert_id: str) -> None:
        os.write(self._notes, Note(deed, self._run, self.radio.radio_id, alert_id).line())


async def _play(store: Path, notes: int, broker_port: int, seed: int, radio_ids: list[str]) -> None:
    run, clock = secrets.token_hex(4), SystemClock()
    async with asyncio.TaskGroup() as group:
        for radio_id in radio_ids:
            credential = Credential.load(store / radio_id)
            assert credential is not None
            rng = random.Random(f"{seed}/{radio_id}/{run}")
            guard = NotingGuard(notes, run, rng)
            guard.radio = Radio(
                msgspec.structs.replace(credential, broker_port=broker_port),
                clock=clock,
                rng=rng,
                events=guard,
                store_dir=store / radio_id,
                timing=LinkTiming(longest_reconnect_s=LONGEST_RECONNECT_S),
            )
            group.create_task(guard.radio.run())


def main(
    radio_ids: Annotated[list[str], typer.Argument(help="radios that have enrolled")],
    store: Annotated[Path, typer.Option(help="folder for what the radios keep")],
    notes: Annotated[Path, typer.Option(help="file for what the guards see")],
    broker_port: Annotated[int, typer.Option(help="on loopback")],
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Be radios and guards until killed."""
    logging.getLogger("devices").setLevel(logging.ERROR)
    descriptor = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_play(store, descriptor, broker_port, seed, radio_ids))


if __name__ == "__main__":
    typer.run(main)
