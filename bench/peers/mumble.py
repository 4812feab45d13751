"""``python -m bench.peers.mumble``: the hub's relay and ``mumble-server`` (Debian's package of that name), in turns.

In each turn one talker says the same Opus frames at the same interval to as many listeners: through the hub, through
Mumble over TCP (voice tunnelled in TLS), and through Mumble over UDP (OCB2-AES128). Listeners are those of
bench/listeners.py in all three, so that the kernel says when a packet was there. What the talker's own program spends
on encryption is done before the turn for Mumble, and is in the hub's figure. The hub is spoken to without TLS, as on
its own machine; ``python -m bench.access`` says what TLS costs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import uvloop

from bench.community import police_room
from bench.figures import Arrived, delays, medians
from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from bench.peers.mumble_client import MumbleClient, voice
from bench.peers.mumble_listeners import BY_TCP, BY_UDP
from bench.talkers import Console, Speech
from bench.voice import ARRIVED_WITHIN_S, voice_bench
from bench.voice_figures import TURN_S, BrokerKind, Run
from hub.bridge.broker import free_port
from hub.children import end_child, start_child

GOAL_RATIO_TO_UDP = 1.25
SETTLED_AFTER_S = 0.5
"""After the listeners changed between TCP and UDP."""
_LISTENS_WITHIN_S = 10.0
_CONFIGURATION = """database={folder}/mumble.sqlite
logfile={folder}/mumble.log
host=127.0.0.1
port={port}
users=1100
bandwidth=558000
autobanAttempts=0
sendversion=false
allowping=false
ice=
"""
"""Room for all, no bans for many lines from one address, the most bandwidth that it knows: nothing holds it back."""


def find_mumble() -> str:
    """The machine's mumble-server. Raises SystemExit saying how to install it."""
    found = shutil.which("murmurd", path="/usr/sbin:/usr/bin") or shutil.which(
        "mumble-server", path="/usr/sbin:/usr/bin"
    )
    if found is None:
        raise SystemExit("mumble-server is not installed: install Debian's package mumble-server")
    return found


class Mumble:
    """A server with its listeners and one talker."""

    def __init__(self, talker: MumbleClient, listeners: ListenersPart, speech: Speech) -> None:
        self._talker = talker
        self._listeners = listeners
        last = speech.packets - 1
        self._packets = [
            voice(number, b"".join(frames), number == last) for number, frames in enumerate(speech.frames())
        ]
        self._speech = speech

    async def turn(self, way: int) -> Arrived:
        """Speak by TCP or UDP to listeners who hear the same way."""
        talker = self._talker
        talker.ping()
        await self._listeners.begin(Turn(way, says_heard=False))
        talker.hear_by_udp() if way == BY_UDP else talker.hear_by_tcp()
        await asyncio.sleep(SETTLED_AFTER_S)
        ready = [talker.encrypted(one) if way == BY_UDP else talker.tunnelled(one) for one in self._packets]
        line = talker.datagrams if way == BY_UDP else talker.line

        async def send(packet: bytes) -> None:
            line.sendall(packet)

        sent_ns = await self._speech.speak(ready, send)
        await asyncio.sleep(ARRIVED_WITHIN_S)
        return (await self._listeners.end(sent_ns))[0]


@contextlib.asynccontextmanager
async def mumble(folder: Path, count: int, speech: Speech) -> AsyncIterator[Mumble]:
    """A mumble-server on loopback with ``count`` listeners. Raises PartFailed, OSError."""
    port = free_port()
    file = _configure(folder, port)
    log = (folder / "mumble.out").open("wb")
    process = await start_child([find_mumble(), "-fg", "-ini", str(file)], stdout=log, stderr=log)
    listeners = ListenersPart("mumble-listeners", folder)
    try:
        await _wait_listening(port)
        await listeners.start(["bench.peers.mumble_listeners", str(port), str(count)])
        yield Mumble(MumbleClient(port, "talker"), listeners, speech)
    finally:
        await listeners.stop()
        await end_child(process)
        log.close()


def _configure(folder: Path, port: int) -> Path:
    """Write the configuration into a folder that everybody may write to: started by root, it becomes another user."""
    folder.chmod(0o777)
    file = folder / "mumble.ini"
    file.write_text(_CONFIGURATION.format(folder=folder, port=port))
    return file


async def _wait_listening(port: int) -> None:
    async with asyncio.timeout(_LISTENS_WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return


async def measure(radios: int, frame_ms: int, seconds: float, runs: int, broker: BrokerKind) -> dict[str, object]:
    """All three in turns."""
    turns = max(1, round(seconds / TURN_S))
    speech = Speech.lasting(seconds / turns, frame_ms)
    relays, tcps, udps = ([list[Arrived]() for _ in range(runs)] for _ in range(3))
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as mumble_name:
        folder, mumble_folder = Path(name), Path(mumble_name)
        async with (
            police_room(folder, broker.choice, radios + 1) as room,
            voice_bench(room, radios, 0, speech) as bench,
            Console.open(room.browser, room.hub) as console,
            mumble(mumble_folder, radios, speech) as peer,
        ):
            for number in range(runs):
                print(f"… {number + 1}/{runs}", file=sys.stderr, flush=True)
                for _ in range(turns):
                    run = Run()
                    await bench.relay_turn(run, console)
                    relays[number] += run.relay
                    tcps[number].append(await peer.turn(BY_TCP))
                    udps[number].append(await peer.turn(BY_UDP))
    each = [_figures(*three) for three in zip(relays, tcps, udps, strict=True)]
    lost = {
        f"{name}_lost": sum(one.lost for run in manner for one in run)
        for name, manner in (("relay", relays), ("mumble_tcp", tcps), ("mumble_udp", udps))
    }
    found = medians(each)
    goals = {
        "relay_p99_at_most_mumble_tcp": found["relay_p99_to_tcp"] <= 1,
        f"relay_p99_at_most_{GOAL_RATIO_TO_UDP}_of_mumble_udp": found["relay_p99_to_udp"] <= GOAL_RATIO_TO_UDP,
    }
    plan = {"radios": radios, "frame_ms": frame_ms, "seconds": seconds, "runs": runs, "broker": broker.value}
    return {**plan, **found, **lost, "goals": goals}


def _figures(relay: Sequence[Arrived], tcp: Sequence[Arrived], udp: Sequence[Arrived]) -> dict[str, float]:
    ours, by_tcp, by_udp = delays(relay), delays(tcp), delays(udp)
    found: dict[str, float] = {}
    for name, one in (("relay", ours), ("mumble_tcp", by_tcp), ("mumble_udp", by_udp)):
        found |= {f"{name}_p50_ms": one.p50_ms, f"{name}_p95_ms": one.p95_ms, f"{name}_p99_ms": one.p99_ms}
    for share in (50, 99):
        found[f"relay_p{share}_to_tcp"] = _ratio(relay, tcp, share)
        found[f"relay_p{share}_to_udp"] = _ratio(relay, udp, share)
    return found


def _ratio(relay: Sequence[Arrived], peer: Sequence[Arrived], share: float) -> float:
    """Of a percentile in a turn of the relay to that in the peer's next one, the median."""
    pairs = zip(relay, peer, strict=True)
    return statistics.median(ours.percentile_ms(share) / theirs.percentile_ms(share) for ours, theirs in pairs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radios", type=int, default=130)
    parser.add_argument("--frame-ms", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--broker", type=BrokerKind, default=BrokerKind.MOSQUITTO)
    parser.add_argument("--json", action="store_true", help="print one line")
    given = parser.parse_args()
    find_mumble()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measure(given.radios, given.frame_ms, given.seconds, given.runs, given.broker))
    print(json.dumps(found, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
