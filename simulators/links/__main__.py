"""``python -m simulators.links --to HOST:PORT``: a bad link by hand, between a device and its broker.

Lines on standard input change it: ``stall 2`` (seconds; without a number until ``resume``), ``rate 3000`` (bytes a
second; ``rate 0``: no limit), ``delay 0.1 0.05`` (seconds, and jitter), ``cut``, ``restore``, ``quit``. A direction at
the end, ``up`` or ``down``, changes that alone: ``stall 2 down``.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from simulators.links.proxy import Direction, LinkProxy
from simulators.links.way import Conditions


class Hand:
    """Makes the link what the lines say."""

    def __init__(self, proxy: LinkProxy, conditions: Conditions) -> None:
        self._proxy = proxy
        self._conditions = dict.fromkeys(Direction, conditions)

    async def take(self, line: str) -> bool:
        """Do what a line says; false when it ends the link. Raises ValueError for a line that says nothing known."""
        word, *rest = line.split()
        directions = [Direction(rest.pop())] if rest and rest[-1] in set(Direction) else list(Direction)
        numbers = [float(number) for number in rest]
        match word, numbers:
            case "stall", [] | [_]:
                self._proxy.stall(*directions, for_s=numbers[0] if numbers else None)
            case "resume", []:
                self._proxy.resume(*directions)
            case "rate", [rate]:
                self._change(directions, lambda now: replace(now, bytes_per_s=rate or None))
            case "delay", [delay_s, *jitter_s] if len(jitter_s) < 2:
                self._change(directions, lambda now: replace(now, delay_s=delay_s, jitter_s=sum(jitter_s)))
            case "cut", []:
                await self._proxy.cut()
            case "restore", []:
                await self._proxy.restore()
            case "quit", []:
                return False
            case _:
                raise ValueError(f"{line!r} is none of stall, resume, rate, delay, cut, restore, quit")
        return True

    def _change(self, directions: list[Direction], change: Callable[[Conditions], Conditions]) -> None:
        for direction in directions:
            self._conditions[direction] = change(self._conditions[direction])
            self._proxy.change(self._conditions[direction], direction)


def main(
    to: Annotated[str, typer.Option(help="the broker, HOST:PORT")],
    listen_port: Annotated[int, typer.Option(min=0, max=65535, help="on loopback; 0 takes a free one")] = 0,
    rate: Annotated[float | None, typer.Option(help="bytes a second, at most")] = None,
    delay: Annotated[float, typer.Option(help="seconds")] = 0.0,
    jitter: Annotated[float, typer.Option(help="seconds more, at most")] = 0.0,
) -> None:
    """Be a bad link."""
    try:
        host, _, port = to.rpartition(":")
        conditions = Conditions(delay, jitter, rate)
        asyncio.run(_run(LinkProxy(host, int(port), listen_port=listen_port), conditions))
    except (ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        return


async def _run(proxy: LinkProxy, conditions: Conditions) -> None:
    async with proxy:
        proxy.change(conditions)
        hand = Hand(proxy, conditions)
        print(f"127.0.0.1:{proxy.port}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                if line.strip() and not await hand.take(line):
                    return
            except ValueError as error:
                print(error, file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
