"""``python -m simulators.radios``: run the radios of a community until the parent ends or a signal comes.

Prints JSON lines: ``{"enrolled": n, "kept": n, "replaced": n}`` when radios have enrolled themselves with the codes of
``--enrolments``, ``{"online": n}`` as radios come and go, and the summary upon SIGUSR1, a line ``report`` on standard
input, or every ``--report-every`` seconds. Each radio's credential is in its folder below ``--store``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from devices.enrol.invitation import EnrolError
from devices.link import CredentialError
from devices.protocol.clock import SystemClock
from simulators.radios.enrolling import enrol_all, read_enrolments
from simulators.radios.quiet import OneLineASecond
from simulators.radios.roster import RosterError, read_roster
from simulators.radios.venues import Manner, Venues

_FILES_PER_RADIO = 4


def main(
    community: Annotated[Path, typer.Option(help="community JSON with radios")],
    store: Annotated[Path, typer.Option(help="folder for what the radios keep")],
    enrolments: Annotated[
        Path | None, typer.Option(help='JSON lines {"device_id", "join"}: radios without a credential enrol first')
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, max=1000, help="how many radios")] = None,
    seed: Annotated[int, typer.Option()] = 1,
    silent_share: Annotated[float, typer.Option(min=0.0, max=1.0, help="guards who never acknowledge")] = 0.05,
    report_every: Annotated[float | None, typer.Option(min=0.1, help="seconds between summaries")] = None,
) -> None:
    """Run many radios in one process."""
    try:
        roster = read_roster(community, count)
    except (RosterError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    clock = SystemClock()
    logging.getLogger("devices.link.refusals").addFilter(OneLineASecond(clock))
    _allow_open_files(_FILES_PER_RADIO * len(roster) + 100)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            if enrolments is not None:
                wanted = set(roster)
                codes = [one for one in read_enrolments(enrolments) if one.device_id in wanted]
                _print(msgspec.json.encode(runner.run(enrol_all(codes, store))))
            venues = Venues(roster, store, clock=clock, manner=Manner(seed, silent_share))
        except (EnrolError, CredentialError, OSError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        runner.run(_run(venues, report_every))


async def _run(venues: Venues, report_every_s: float | None) -> None:
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(venues.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.cancel)
    loop.add_signal_handler(signal.SIGUSR1, _report, venues)
    threading.Thread(target=_read_wishes, args=(loop, venues), daemon=True).start()
    watching = [asyncio.ensure_future(_watch_parent(running)), asyncio.ensure_future(_say_online(venues))]
    if report_every_s is not None:
        watching.append(asyncio.ensure_future(_report_regularly(venues, report_every_s)))
    try:
        await running
    except asyncio.CancelledError:
        _report(venues)
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


def _report(venues: Venues) -> None:
    _print(msgspec.json.encode(venues.summary()))


def _print(line: bytes) -> None:
    try:
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(0)


def _read_wishes(loop: asyncio.AbstractEventLoop, venues: Venues) -> None:
    """In a thread, because standard input may be a file, a pipe, a terminal or nothing."""
    rest = b""
    while chunk := os.read(0, 1024):
        *lines, rest = (rest + chunk)[-4096:].split(b"\n")
        for line in lines:
            if line.strip() == b"report":
                loop.call_soon_threadsafe(_report, venues)


async def _watch_parent(running: asyncio.Future[None]) -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 nobody tells when a parent ends
        await asyncio.sleep(0.5)
    running.cancel()


async def _say_online(venues: Venues) -> None:
    said = -1
    while True:
        if venues.tally.online != said:
            said = venues.tally.online
            _print(b'{"online": %d}' % said)
        await asyncio.sleep(0.1)


async def _report_regularly(venues: Venues, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        _report(venues)


def _allow_open_files(wanted: int) -> None:
    """A radio holds a socket and two files, more than the usual 1,024 allow for 1,000 radios."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


if __name__ == "__main__":
    typer.run(main)
