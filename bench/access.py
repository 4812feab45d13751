"""What TLS, passwords, access lists and seals cost a call and an alert: 130 radios with them and without, turn by turn.

``python -m bench.access [--runs 3]`` prints one JSON object of medians. Without: a mosquitto that knows neither
passwords nor access lists nor TLS, and the console over plain HTTP. With: what a hub serves beyond its own machine.
Devices seal what they say in both. The goal: at most 1.3 times. A third manner is as the second, while 1,000
connections that say nothing are held open to the console and 1,000 to the broker.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import uvloop

from devices.link.credential import Credential
from hub.access.people import Role
from hub.alerts.messages import Alert, NewAlert
from hub.bridge.broker import find_mosquitto, free_port
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, utc
from hub.children import end_child, start_child
from hub.registry.records import CommunityFile
from simulators.community.documents import community_document
from simulators.community.parameters import Parameters
from simulators.community.scene import make_scene
from simulators.demo.accounts import make_accounts, sign_in
from simulators.demo.console import ConsoleLine, TalkLine
from simulators.demo.parts import HubPart, RadiosPart
from simulators.radios.speech import reply_frames

RADIOS = 130
ALERTS = 5
DELIVERED_WITHIN_S = 30.0
SILENT = 1_000
VISION_OFF = {"QIANSHAO_VISION_WORKERS": "0"}


@dataclass
class Figures:
    """Of all runs in one manner."""

    alert_delivered_s: list[float] = field(default_factory=list)
    voice_relay_p50_ms: list[float] = field(default_factory=list)
    voice_relay_p99_ms: list[float] = field(default_factory=list)

    def medians(self) -> dict[str, float]:
        return {name: round(statistics.median(values), 4) for name, values in vars(self).items()}


@contextlib.asynccontextmanager
async def bare_broker(folder: Path) -> AsyncIterator[str]:
    """A mosquitto without passwords, access lists or TLS; its address."""
    mosquitto, port = find_mosquitto(), free_port()
    if mosquitto is None:
        raise SystemExit("mosquitto is not installed: install Debian's package mosquitto")
    file = folder / "bare.conf"
    file.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 400\n"
        "max_queued_messages 4000\nlog_type error\nuser root\n"
    )
    process = await start_child([mosquitto, "-c", str(file)])
    try:
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        await end_child(process)


@contextlib.asynccontextmanager
async def hub_without(folder: Path) -> AsyncIterator[HubPart]:
    async with bare_broker(folder) as address:
        hub = HubPart(folder / "hub", 0, address, VISION_OFF)
        try:
            await hub.start()
            yield hub
        finally:
            await hub.stop()


@contextlib.asynccontextmanager
async def hub_with(folder: Path) -> AsyncIterator[HubPart]:
    CertificateFolder(folder / "hub" / "certificates").make(Names.of((), ()), utc(time.time_ns() // 1000))
    hub = HubPart(folder / "hub", 0, "managed", {**VISION_OFF, "QIANSHAO_TLS": "true", "QIANSHAO_TRUST_PORT": "0"})
    try:
        await hub.start()
        yield hub
    finally:
        await hub.stop()


@contextlib.asynccontextmanager
async def silent_connections(ports: list[int], count: int) -> AsyncIterator[None]:
    """``count`` connections to each port on which nothing is said while the block runs."""
    opened = []
    try:
        for port in ports:
            for _ in range(count):
                one = socket.socket()
                opened.append(one)
                one.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    one.connect(("127.0.0.1", port))
            await asyncio.sleep(0)
        yield
    finally:
        for one in opened:
            one.close()


async def measure(hub: HubPart, folder: Path, figures: Figures, silent: int) -> None:
    """One call to all and ALERTS alerts to all, each until the hub has stored the last radio's receipt.

    Meanwhile ``silent`` connections are open to the console, and as many to the broker.
    """
    document = community_document(make_scene(Parameters()))
    file = folder / "community.json"
    file.write_bytes(msgspec.json.encode(document))
    found = msgspec.json.decode(file.read_bytes(), type=CommunityFile)
    radios = RadiosPart(folder)
    try:
        async with hub.machine() as machine, hub.browser() as browser:
            (await machine.post("/api/registry/community", content=file.read_bytes())).raise_for_status()
            accounts = await make_accounts(machine, hub.browser, found)
            await sign_in(browser, accounts[Role.DISPATCHER])
            await radios.start(machine, file, RADIOS)
            await radios.wait_online(RADIOS, lambda _online: None)
            credential = Credential.load(folder / "radios" / document.radios[0].radio_id)
            assert credential is not None
            ports = [browser.base_url.port or 443, credential.broker_port]
            async with (
                TalkLine.open(browser, hub.tls) as talk,
                ConsoleLine.open(browser, hub.tls) as line,
                silent_connections(ports, silent),
            ):
                heard, _ = await talk.call("all", reply_frames() * 3)
                if heard != RADIOS:
                    raise SystemExit(f"only {heard} of {RADIOS} radios heard the call")
                for _ in range(ALERTS):
                    figures.alert_delivered_s.append(await alert(browser, line))
            relay = (await radios.report()).relay
            figures.voice_relay_p50_ms.append(relay.p50_ms)
            figures.voice_relay_p99_ms.append(relay.p99_ms)
    finally:
        await radios.stop()


async def alert(browser: httpx.AsyncClient, line: ConsoleLine) -> float:
    """Seconds from the dispatcher's key until the console knows that every radio has the alert."""
    began_s = time.perf_counter()
    answer = await browser.post("/api/alerts", content=msgspec.json.encode(NewAlert(text="走失儿童：女孩，红色上衣")))
    issued = msgspec.json.decode(answer.raise_for_status().content, type=Alert)
    await line.wait_delivered(issued.alert_id, RADIOS, DELIVERED_WITHIN_S)
    return time.perf_counter() - began_s


async def run(runs: int) -> dict[str, object]:
    """All three manners in turn, ``runs`` times."""
    manners = (("without", hub_without, 0), ("with", hub_with, 0), ("with_silent_connections", hub_with, SILENT))
    found = {name: Figures() for name, _, _ in manners}
    for number in range(runs):
        for name, make_hub, silent in manners:
            print(f"… {number + 1}/{runs} {name}", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                async with make_hub(Path(folder)) as hub:
                    await measure(hub, Path(folder), found[name], silent)
    medians = {name: figures.medians() for name, figures in found.items()}
    ratios = {
        name: {figure: round(value / medians["without"][figure], 2) for figure, value in given.items()}
        for name, given in medians.items()
        if name != "without"
    }
    return {"radios": RADIOS, "runs": runs, "silent_connections": 2 * SILENT, "medians": medians, "ratio": ratios}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(parser.parse_args().runs))))


if __name__ == "__main__":
    main()
