"""``python -m bench.fanout``: what the hub spends on a talker whose voice is published to each radio apart.

A dispatcher speaks 50 packets a second to a temporary group of 40 radios; the peer in the same run is that speech to
the group of all, one publish a packet. Processor time of the hub's process alone. With ``--broker other`` the hub is
given the address of a mosquitto that is not its own, so that voice goes the way of everything else.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from bench.community import PoliceRoom, police_room
from bench.processes import cpu_s
from bench.talkers import Console, Speech
from hub.bridge.broker import Broker
from hub.talk.groups import MAX_RADIOS, NewGroup, TemporaryGroup

PACKET_MS = 20


@contextlib.asynccontextmanager
async def room_with(folder: Path, kind: str) -> AsyncIterator[PoliceRoom]:
    """A hub with a broker of this kind, or with one that is not its own (``other``)."""
    if kind != "other":
        async with police_room(folder, kind, MAX_RADIOS) as room:
            yield room
        return
    broker = Broker(folder / "other", "managed")
    await broker.start()
    try:
        at = broker.hub_address
        secret = {"QIANSHAO_BROKER_PASSWORD": at.password or ""}
        async with police_room(folder, f"mqtt://{at.username}@{at.host}:{at.port}", MAX_RADIOS, secret) as room:
            yield room
    finally:
        await broker.stop()


async def share(room: PoliceRoom, console: Console, group_id: str, speech: Speech) -> float:
    """How much of a core the hub takes while the dispatcher speaks to a group."""
    granted, _ = await console.press(group_id)
    packets = speech.encode(granted)
    before_s, began_s = cpu_s(room.pid), asyncio.get_running_loop().time()
    await speech.speak(packets, console.send)
    return (cpu_s(room.pid) - before_s) / (asyncio.get_running_loop().time() - began_s)


async def idle(room: PoliceRoom, seconds: float) -> float:
    """How much of a core the hub takes while nobody speaks."""
    before_s = cpu_s(room.pid)
    await asyncio.sleep(seconds)
    return (cpu_s(room.pid) - before_s) / seconds


async def measure(kind: str, seconds: float, runs: int) -> dict[str, float | str]:
    """The medians over the runs."""
    speech = Speech.lasting(seconds, PACKET_MS)
    with tempfile.TemporaryDirectory() as folder:
        async with room_with(Path(folder), kind) as room, Console.open(room.browser, room.hub) as console:
            new = NewGroup(name="四十部", radio_ids=tuple(radio.radio_id for radio in room.community.radios))
            made = await room.browser.post("/api/talk/groups", content=msgspec.json.encode(new))
            group = msgspec.json.decode(made.raise_for_status().content, type=TemporaryGroup)
            turns = [
                (
                    await idle(room, seconds),
                    await share(room, console, "all", speech),
                    await share(room, console, group.group_id, speech),
                )
                for _ in range(runs)
            ]
    nobody, one, each = (statistics.median(column) for column in zip(*turns, strict=True))
    publishes = (MAX_RADIOS - 1) * 1000 / PACKET_MS
    return {
        "broker": kind,
        "radios": MAX_RADIOS,
        "packets_per_s": 1000 / PACKET_MS,
        "idle_percent": round(nobody * 100, 1),
        "one_topic_percent": round(one * 100, 1),
        "each_radio_percent": round(each * 100, 1),
        "us_for_each_publish": round((each - one) / publishes * 1e6, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", choices=("managed", "embedded", "other"), default="managed")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(measure(given.broker, given.seconds, given.runs)), indent=2))


if __name__ == "__main__":
    main()
