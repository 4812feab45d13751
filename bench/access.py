"""What TLS, passwords and access lists cost a call and an alert: 130 radios with them and without, turn by turn.

``python -m bench.access [--runs 3]`` prints one JSON object. Two hubs serve at once and take turns, in an order that
alternates. Without: plain HTTP, and a mosquitto that knows neither passwords nor access lists. With: what a hub serves
beyond its own machine. Nothing else differs; devices seal what they say in both, and each radio enrolled itself. A
third manner is as the second, while 1,000 connections that say nothing are opened to the console and 1,000 to the
broker (the hub ends those after 5 s).

Alerts go to 130 real radios, of which then 30 stay; the other 100 are read by a thread that decrypts when a turn is
over, so that voice is timed until the kernel of the listener's side has a packet's last bytes (bench/listeners.py),
with TLS as without. Each ratio is the median of those of the turns. The goal: at most 1.3 times for alerts and voice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvloop

from bench.community import PoliceRoom, police_room
from bench.figures import delays, medians
from bench.talkers import Console, Speech
from bench.voice import VoiceBench, voice_bench
from bench.voice_figures import REAL_MOST, TURN_S, Run
from devices.link.credential import Credential
from hub.alerts.messages import Alert, NewAlert
from hub.bridge.broker import find_mosquitto
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, utc
from simulators.demo.console import ConsoleLine
from simulators.demo.parts import RadiosPart

RADIOS = 130
ALERT_TURNS, VOICE_TURNS = 5, 2
"""Of each manner in a run."""
PACKET_MS = 20
DELIVERED_WITHIN_S = 30.0
SILENT = 1_000
GOAL = 1.3
WITHOUT = "without"
LOST = "voice_lost"
_TLS = {"QIANSHAO_TLS": "true", "QIANSHAO_TRUST_PORT": "0"}
_OPEN_MOSQUITTO = """#!/bin/sh
sed -e '/^password_file/d' -e '/^acl_file/d' -e 's/^allow_anonymous.*/allow_anonymous true/' "$2" > "$2.open"
exec {mosquitto} -c "$2.open"
"""
"""Starts mosquitto as the hub does, but for what it knows of who may come in; the hub takes it for the machine's."""


@dataclass(frozen=True)
class Manner:
    """How a hub is served in a turn, and what goes on beside it."""

    name: str
    room: PoliceRoom
    silent: int = 0


Turns = Sequence[Mapping[str, Mapping[str, float]]]
"""Of each turn, by manner and by name, its figures."""


@contextlib.asynccontextmanager
async def room_without(folder: Path) -> AsyncIterator[PoliceRoom]:
    """A hub whose broker lets everybody in, and everybody say and hear everything."""
    mosquitto = find_mosquitto()
    if mosquitto is None:
        raise SystemExit("mosquitto is not installed: install Debian's package mosquitto")
    program = folder / "open" / "mosquitto"
    program.parent.mkdir()
    program.write_text(_OPEN_MOSQUITTO.format(mosquitto=mosquitto))
    program.chmod(0o700)
    path = f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    async with police_room(folder, "managed", RADIOS + 1, {"PATH": path}) as room:
        yield room


@contextlib.asynccontextmanager
async def room_with(folder: Path) -> AsyncIterator[PoliceRoom]:
    """A hub as others than its own machine are served."""
    CertificateFolder(folder / "hub" / "certificates").make(Names.of((), ()), utc(time.time_ns() // 1000))
    async with police_room(folder, "managed", RADIOS + 1, _TLS) as room:
        yield room


@contextlib.asynccontextmanager
async def silent_connections(manner: Manner) -> AsyncIterator[None]:
    """So many connections to console and broker on which nothing is said, opened when the block begins."""
    console = manner.room.browser.base_url.port
    broker = next(filter(None, map(Credential.load, sorted(manner.room.store.iterdir())))).broker_port
    opened = []
    try:
        for port in (console, broker):
            for _ in range(manner.silent):
                one = socket.socket()
                opened.append(one)
                one.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    one.connect(("127.0.0.1", port))
            await asyncio.sleep(0)
        yield
    finally:
        for one in opened:
            one.close()


async def alert(manner: Manner, line: ConsoleLine) -> dict[str, float]:
    """Seconds from the dispatcher's key until the console knows that every radio has the alert."""
    new = msgspec.json.encode(NewAlert(text="走失儿童：女孩，红色上衣"))
    async with silent_connections(manner):
        began_s = time.perf_counter()
        answer = await manner.room.browser.post("/api/alerts", content=new)
        issued = msgspec.json.decode(answer.raise_for_status().content, type=Alert)
        await line.wait_delivered(issued.alert_id, RADIOS, DELIVERED_WITHIN_S)
        return {"alert_delivered_s": time.perf_counter() - began_s}


async def speak(manner: Manner, bench: VoiceBench, console: Console) -> dict[str, float]:
    """One call to all. Raises SystemExit when a radio did not hear it."""
    run = Run()
    async with silent_connections(manner):
        await bench.relay_turn(run, console)
    if min(run.counted_by_hub) < RADIOS:
        raise SystemExit(f"only {min(run.counted_by_hub)} of {RADIOS} radios heard the call")
    heard = delays(run.relay)
    return {
        "voice_relay_p50_ms": heard.p50_ms,
        "voice_relay_p99_ms": heard.p99_ms,
        LOST: sum(turn.lost for turn in run.relay) + run.lost_by_real,
        "hub_cpu_percent": 100 * run.cpu_s / run.spoken_s,
        "broker_cpu_percent": 100 * run.broker_cpu_s / run.spoken_s,
    }


async def alert_turns(manners: Sequence[Manner], turns: int) -> Turns:
    """Alerts to real radios, all on line."""
    rooms = list(dict.fromkeys(manner.room.hub for manner in manners))
    found: list[dict[str, Mapping[str, float]]] = []
    async with contextlib.AsyncExitStack() as stack:
        lines = {}
        for hub in rooms:
            room = next(manner.room for manner in manners if manner.room.hub is hub)
            radios = RadiosPart(room.folder)
            stack.push_async_callback(radios.stop)
            await radios.start(room.machine, room.community_file, RADIOS, silent_share=1.0)
            await radios.wait_online(RADIOS, lambda _online: None)
            lines[hub] = await stack.enter_async_context(ConsoleLine.open(room.browser, hub.tls))
        for turn in range(turns):
            order = manners if turn % 2 == 0 else manners[::-1]
            found.append({manner.name: await alert(manner, lines[manner.room.hub]) for manner in order})
    return found


async def voice_turns(manners: Sequence[Manner], turns: int) -> Turns:
    """Calls to the same radios, of which REAL_MOST are real ones."""
    rooms = list(dict.fromkeys(manner.room.hub for manner in manners))
    speech = Speech.lasting(TURN_S, PACKET_MS)
    found: list[dict[str, Mapping[str, float]]] = []
    async with contextlib.AsyncExitStack() as stack:
        lines = {}
        for hub in rooms:
            room = next(manner.room for manner in manners if manner.room.hub is hub)
            bench = await stack.enter_async_context(voice_bench(room, RADIOS, REAL_MOST, speech))
            lines[hub] = bench, await stack.enter_async_context(Console.open(room.browser, hub))
        for turn in range(turns):
            order = manners if turn % 2 == 0 else manners[::-1]
            found.append({manner.name: await speak(manner, *lines[manner.room.hub]) for manner in order})
            print(f"… {turn + 1}/{turns}", file=sys.stderr, flush=True)
    return found


def ratios(turns: Turns, name: str) -> dict[str, float]:
    """Of each figure, the median over the turns of its ratio to the turn's without; losses have none."""
    return {
        figure: round(statistics.median(turn[name][figure] / turn[WITHOUT][figure] for turn in turns), 2)
        for figure in turns[0][WITHOUT]
        if figure != LOST
    }


async def measure(runs: int) -> dict[str, object]:
    """All three manners in turn. Raises PartFailed, EnrolError, httpx.HTTPError."""
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as guarded:
        async with room_without(Path(plain)) as without, room_with(Path(guarded)) as with_all:
            manners = (
                Manner(WITHOUT, without),
                Manner("with", with_all),
                Manner("with_silent_connections", with_all, SILENT),
            )
            kinds = (await alert_turns(manners, runs * ALERT_TURNS), await voice_turns(manners, runs * VOICE_TURNS))
    names = [manner.name for manner in manners]
    ratio = {name: {**ratios(kinds[0], name), **ratios(kinds[1], name)} for name in names[1:]}
    return {
        "radios": RADIOS,
        "real_radios_in_calls": REAL_MOST,
        "runs": runs,
        "silent_connections": 2 * SILENT,
        "medians": {
            name: {
                figure: value
                for turns in kinds
                for figure, value in medians([one[name] for one in turns]).items()
                if figure != LOST
            }
            for name in names
        },
        LOST: {name: sum(turn[name][LOST] for turn in kinds[1]) for name in names},
        "ratio": ratio,
        "goals": {
            figure: {"measured": measured, "at_most": GOAL, "is_met": measured <= GOAL}
            for figure, measured in ratio["with"].items()
            if "cpu" not in figure
        },
        "voice_turns": kinds[1],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="5 alerts and 2 calls of 5 s in each manner")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(parser.parse_args().runs))))


if __name__ == "__main__":
    main()
