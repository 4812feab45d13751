"""``python -m simulators.cameras --dir DIR --port N``: serve a community's films as RTSP cameras until told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
from pathlib import Path

from devices.protocol.clock import SystemClock
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
from simulators.cameras.server import CameraServer, read_tapes
from simulators.cameras.tape import TapeError


def main() -> int:
    """Prints one JSON line when ready: port, t0_wall_us, duration_s, cameras. Exit code 1: nothing can be served."""
    parser = argparse.ArgumentParser(prog="python -m simulators.cameras", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="a community's folder, or a folder of MP4 files")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--t0-wall-us", type=int, default=None, help="when the scene begins; default: now")
    parser.add_argument("--fault", action="append", default=[], metavar="CAMERA=FAULT", help="stall, refuse, garbage")
    parser.add_argument("--login", action="append", default=[], metavar="CAMERA=USER:PASSWORD:basic|digest")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options))
    except (TapeError, OSError, KeyError, ValueError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    clock = SystemClock()
    tapes = await asyncio.to_thread(read_tapes, options.dir)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = CameraServer(tapes, clock, random.Random(clock.wall_us()), options.t0_wall_us, options.host, options.port)
    for text in options.fault:
        camera_id, _, fault = text.partition("=")
        server.set_fault(camera_id, Fault(fault))
    for text in options.login:
        camera_id, _, login = text.partition("=")
        username, password, scheme = login.split(":")
        server.ask_password(camera_id, username, password, Scheme(scheme))
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
