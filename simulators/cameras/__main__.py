"""``python -m simulators.cameras --dir DIR --port N``: serve a community's films as RTSP cameras until told to end."""

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

from devices.protocol.clock import SystemClock
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
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
    parser.add_argument("--dir", type=Path, required=True, help="a community's folder, or a folder of MP4 files")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--t0-wall-us", type=int, default=None, help="when the scene begins; default: now")
    parser.add_argument("--fault", action="append", type=_fault, default=[], metavar=_FAULT_FORM)
    parser.add_argument("--login", action="append", type=_login, default=[], metavar=_LOGIN_FORM)
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options))
    except (TapeError, CameraUnknown, OSError) as error:
        print(json.dumps({"error": str(error)}), file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    clock = SystemClock()
    tapes = await asyncio.to_thread(read_tapes, options.dir)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = CameraServer(tapes, clock, random.Random(clock.wall_us()), options.t0_wall_us, options.host, options.port)
    for wrong in options.fault:
        server.set_fault(wrong.camera_id, wrong.fault)
    for asked in options.login:
        server.ask_password(asked.camera_id, asked.username, asked.password, asked.scheme)
    async with server:
        ready = {
            "port": server.port,
            "t0_wall_us": server.scenario.t0_wall_us,
            "duration_s": server.scenario.duration_us / 1e6,
            "cameras": {camera_id: server.url(camera_id) for camera_id in server.camera_ids},
        }
        print(json.dumps(ready), flush=True)
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
