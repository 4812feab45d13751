"""``qianshao doctor``: every check in turn, each within its time; what was seen and what to do."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable, Iterator

import msgspec
from rich.console import Console

from hub.command_line.options import say_json
from hub.doctor import installation, machine, running
from hub.doctor.findings import Finding, State, warn
from hub.settings import Settings

Check = Callable[[Settings], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    machine.clock,
    machine.disks,
    machine.descriptors,
    installation.safety,
    installation.certificates,
    installation.ports,
    installation.broker,
    installation.database,
    installation.networks,
    running.hub,
)
WITHIN_S = 30.0
"""A check that takes longer is a finding itself."""
_SIGNS = {State.OK: "[green]✓[/]", State.WARN: "[yellow]![/]", State.FAIL: "[red]✗[/]"}
_CODES = {State.OK: 0, State.WARN: 1, State.FAIL: 2}


class Report(msgspec.Struct, frozen=True):
    """``worst`` decides the exit code: 0, 1 for a warning, 2 for a failure."""

    worst: State
    findings: tuple[Finding, ...]


def doctor(settings: Settings, as_json: bool) -> int:
    """Look at everything, print, and return the exit code."""
    found: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for check in CHECKS:
        for one in look(check, settings):
            found.append(one)
            if not as_json:
                _print(console, one)
    worst = max((one.state for one in found), key=_CODES.__getitem__)
    if as_json:
        say_json(Report(worst, tuple(found)))
    return _CODES[worst]


def look(check: Check, settings: Settings, within_s: float = WITHIN_S) -> list[Finding]:
    """What the check finds; that it failed, or took too long, is a finding too."""
    name = check.__name__
    done: concurrent.futures.Future[list[Finding]] = concurrent.futures.Future()

    def run() -> None:
        try:
            done.set_result(list(check(settings)))
        except Exception as error:
            done.set_exception(error)

    threading.Thread(target=run, name=f"doctor-{name}", daemon=True).start()
    try:
        return done.result(within_s)
    except TimeoutError:
        seen = (f"检查了 {within_s:.0f} 秒还没有结果", f"no result within {within_s:.0f} s")
        return [warn(name, seen, ("稍后再查一次", "look again later"))]
    except Exception as error:
        kind = f"{type(error).__name__}: {error}"
        do = ("把这一行告诉开发者", "tell the developers this line")
        return [warn(name, (f"检查本身出错：{kind}", f"the check itself failed: {kind}"), do)]


def _print(console: Console, one: Finding) -> None:
    console.print(f"{_SIGNS[one.state]} [bold]{one.about}[/] ", end="")
    console.print(f"{one.seen.zh} · {one.seen.en}", markup=False)
    if one.do.zh:
        console.print(f"    → {one.do.zh} · {one.do.en}", markup=False)
