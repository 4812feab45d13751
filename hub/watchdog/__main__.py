"""``qianshao watchdog``, ``python -m hub.watchdog``: watch one hub until told to end."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from hub.lifesign import ServiceManager
from hub.watchdog.alarm import Alarm
from hub.watchdog.asking import ask
from hub.watchdog.folder import AlreadyWatched, watched
from hub.watchdog.outage import ASK_EVERY_S, Outage


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and watch. Exit code 2 for a folder that cannot be watched."""
    parser = argparse.ArgumentParser("qianshao watchdog", description="看护中枢：中枢 10 秒内没有回应即在本机报警")
    default = os.environ.get("QIANSHAO_DATA_DIR", "var/hub")
    parser.add_argument("--data-dir", type=Path, default=Path(default), help="数据目录")
    parser.add_argument(
        "--alarm-command", nargs=argparse.REMAINDER, default=[], metavar="CMD", help="报警时运行一次的命令（写在最后）"
    )
    given = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        with watched(given.data_dir):
            _watch(given.data_dir, given.alarm_command)
    except AlreadyWatched as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _end(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)


def _watch(data_dir: Path, command: Sequence[str]) -> NoReturn:
    manager = ServiceManager.take_from()
    alarm = Alarm(command, sys.stdout if sys.stdout.isatty() else None)
    outage = Outage(time.monotonic())
    manager.say("READY=1")
    _log("watchdog.started", "info", data_dir=str(data_dir))
    try:
        while True:
            began_s = time.monotonic()
            _look(data_dir, outage, alarm)
            manager.say("WATCHDOG=1", f"STATUS={outage.raised.why if outage.raised else 'the hub is well'}")
            time.sleep(max(0.0, began_s + ASK_EVERY_S - time.monotonic()))
    finally:
        manager.say("STOPPING=1")
        alarm.close()


def _look(data_dir: Path, outage: Outage, alarm: Alarm) -> None:
    why = ask(data_dir)
    now_s = time.monotonic()
    if why is None:
        ended = outage.answered(now_s)
        if ended is not None:
            alarm.end(ended.away_s)
            _log("watchdog.ended", "warning", away_s=round(ended.away_s, 1))
        return
    raised = outage.failed(now_s, why)
    if raised is not None:
        alarm.begin(time.time() - (now_s - raised.since_s), why)
        _log("watchdog.raised", "error", why=why, silent_s=round(now_s - raised.since_s, 1))
    if outage.raised is not None:
        alarm.keep_up(now_s - outage.raised.since_s)


def _log(event: str, level: str, **about: object) -> None:
    """One JSON line in the form of the hub's own log; whoever read it may have gone with the hub."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with contextlib.suppress(OSError):
        print(json.dumps({**about, "event": event, "level": level, "timestamp": at}), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
