"""``python -m bench.incoming``: what the hub spends on each message that a radio says, such as its status.

Enrolled radios say their status, 500 times a second together, each under its own seal. Processor time of the hub's
process alone, less what it takes while nobody speaks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path

from bench.community import PoliceRoom, enrol, police_room
from bench.processes import cpu_s
from bench.radios import LightRadio
from devices.link.credential import Credential

RADIOS = 20
MESSAGES_PER_S = 500


async def share(room: PoliceRoom, radios: list[LightRadio], seconds: float) -> float:
    """How much of a core the hub takes while these radios speak."""
    loop = asyncio.get_running_loop()
    before_s, began_s = cpu_s(room.pid), loop.time()
    for number in range(round(seconds * MESSAGES_PER_S)):
        await asyncio.sleep(max(0.0, began_s + number / MESSAGES_PER_S - loop.time()))
        if radios:
            radios[number % len(radios)].say_status()
    return (cpu_s(room.pid) - before_s) / (loop.time() - began_s)


async def measure(broker: str, seconds: float, runs: int) -> dict[str, float | str]:
    """The medians over the runs."""
    with tempfile.TemporaryDirectory() as folder:
        async with police_room(Path(folder), broker, RADIOS) as room:
            names = [radio.radio_id for radio in room.community.radios]
            await enrol(room, names)
            credentials = [Credential.load(room.store / name) for name in names]
            radios = [LightRadio(one) for one in credentials if one is not None]
            for radio in radios:
                radio.say_birth()
            turns = [(await share(room, [], seconds), await share(room, radios, seconds)) for _ in range(runs)]
    nobody, all_of_them = (statistics.median(column) for column in zip(*turns, strict=True))
    return {
        "broker": broker,
        "messages_per_s": MESSAGES_PER_S,
        "idle_percent": round(nobody * 100, 1),
        "busy_percent": round(all_of_them * 100, 1),
        "us_for_each_message": round((all_of_them - nobody) / MESSAGES_PER_S * 1e6, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", choices=("managed", "embedded"), default="managed")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(measure(given.broker, given.seconds, given.runs)), indent=2))


if __name__ == "__main__":
    main()
