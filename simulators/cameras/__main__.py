"""``python -m simulators.cameras --dir DIR --port N``: serve films as RTSP cameras until told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvloop

from devices.protocol.clock import SystemClock
from simulators.cameras.control import obey
from simulators.cameras.faults import Fault
from simulators.cameras.films import Load, load
from simulators.cameras.login import Scheme
from simulators.cameras.sent import Sent
from simulators.cameras.server import CameraServer, CameraUnknown, read_tapes
from simulators.cameras.tape import TapeError

_FAULT_FORM = "CAMERA=" + "|".join(Fault)
_LOGIN_FORM = "CAMERA=USER:PASSWORD:" + "|".join(Scheme)


class _Wrong(NamedTuple):
    camera_id: str
    fault: Fault


class _Asked(NamedTuple):
    camera_id: str
    username: str
    password: str
    scheme: Scheme


def _fault(text: str) -> _Wrong:
    camera_id, _, fault = text.partition("=")
    try:
        return _Wrong(camera_id, Fault(fault))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form {_FAULT_FORM}") from None


def _login(text: str) -> _Asked:
    match = re.fullmatch(r"([^=]+)=([^:]+):(.+):(basic|digest)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form {_LOGIN_FORM}")
    camera_id, username, password, scheme = match.groups()
    return _Asked(camera_id, username, password, Scheme(scheme))


def main() -> int:
    """Prints one JSON line when ready: port, t0_wall_us, duration_s, cameras. Exit code 1: nothing can be served."""
    parser = argparse.ArgumentParser(prog="python -m simulators.cameras", description=__doc__)
    films_from = parser.add_mutually_exclusive_group(required=True)
    films_from.add_argument("--dir", type=Path, help="a community's folder, or a folder of MP4 files")
    films_from.add_argument("--load", type=int, metavar="CAMERAS", help="so many 1080p cameras with small streams")
    parser.add_argument("--films", type=Path, default=Path("var/cameras"), help="--load: where its films are kept")
    parser.add_argument("--mbit-per-s", type=float, default=2.0, help="--load: of each camera's main stream")
    parser.add_argument("--control", action="store_true", help="take orders on standard input, note all that is sent")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--t0-wall-us", type=int, default=None, help="when the scene begins; default: now")
    parser.add_argument("--fault", action="append", type=_fault, default=[], metavar=_FAULT_FORM)
    parser.add_argument("--login", action="append", type=_login, default=[], metavar=_LOGIN_FORM)
    options = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(options))
    except (TapeError, CameraUnknown, OSError) as error:
        print(json.dumps({"error": str(error)}), file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    clock = SystemClock()
    rng = random.Random(clock.wall_us())
    if options.dir is not None:
        served = Load(await asyncio.to_thread(read_tapes, options.dir), {}, {})
    else:
        bit_rate = round(options.mbit_per_s * 1e6)
        served = await asyncio.to_thread(load, options.films, options.load, bit_rate, rng=random.Random(1))
    sent = Sent() if options.control else None
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = CameraServer(
        served.tapes,
        clock,
        rng,
        options.t0_wall_us,
        options.host,
        options.port,
        others=served.others,
        phases_us=served.phases_us,
        sent=sent,
    )
    for wrong in options.fault:
        server.set_fault(wrong.camera_id, wrong.fault)
    for asked in options.login:
        server.ask_password(asked.camera_id, asked.username, asked.password, asked.scheme)
    async with server:
        ready = {
            "port": server.port,
            "t0_wall_us": server.scenario.t0_wall_us,
            "duration_s": server.scenario.duration_us / 1e6,
            "cameras": {stream_id: server.url(stream_id) for stream_id in server.stream_ids},
        }
        print(json.dumps(ready), flush=True)
        if sent is not None:
            await _obey(server, sent, ended)
        await ended.wait()


async def _obey(server: CameraServer, sent: Sent, ended: asyncio.Event) -> None:
    """Until standard input closes, which ends the server too."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    ending = asyncio.create_task(ended.wait())
    while not ended.is_set():
        reading = asyncio.create_task(orders.readline())
        await asyncio.wait([reading, ending], return_when=asyncio.FIRST_COMPLETED)
        line = reading.result() if reading.done() else b""
        reading.cancel()
        if not line:
            ended.set()
            return
        print(msgspec.json.encode(obey(line, server, sent)).decode(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
