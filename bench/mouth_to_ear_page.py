"""The console of ``qianshao bench mouth-to-ear``: the real page in headless Chromium, with a tape for its microphone.

Chromium plays the tape from the moment at which the microphone is opened, a block of 10 ms at a time, at the pace of
its own clock. Its trace (category ``audio``) says of each block when that was, by the machine's monotonic clock, which
Python's ``time.monotonic`` and the page's ``performance.now`` share.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import statistics
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import CDPSession, Page, WebSocket, async_playwright, expect

from bench.community import PoliceRoom
from bench.mouth_to_ear_figures import Ear

CAPTURED = "InputController::OnData"
"""Chromium's audio service has a block from the microphone."""
SOON_MS = 20_000
_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


_EAR = """
(() => {
  const program = `registerProcessor("ear", class extends AudioWorkletProcessor {
    kept = [];
    process([[samples]]) {
      if (samples !== undefined) this.kept.push([currentFrame, samples.slice()]);
      if (this.kept.length > 0 && (samples === undefined || this.kept.length === 32)) {
        this.port.postMessage(this.kept);
        this.kept = [];
      }
      return true;
    }
  })`;
  const connect = AudioNode.prototype.connect;
  const buses = new Map();
  const heard = [];
  const hear = (context) => {
    const bus = new GainNode(context);
    buses.set(context, bus);
    context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(program)}`).then(() => {
      const mono = { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" };
      const ear = new AudioWorkletNode(context, "ear", mono);
      ear.port.onmessage = (message) => heard.push(...message.data);
      connect.call(bus, ear);
    });
    return bus;
  };
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) connect.call(this, buses.get(to.context) ?? hear(to.context));
    return connect.call(this, to, ...rest);
  };
  window.whatSounded = () => {
    const [context] = buses.keys();
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    return {
      beganMs: performanceTime - contextTime * 1000,
      blocks: heard.map(([at, samples]) => [at, ...samples.map((one) => Math.round(one * 32767))]),
    };
  };
})();
"""
"""Notes what the page lets out: blocks of samples with their places on the audio clock, and when that clock's 0 sounded
at the device (Web Audio API, getOutputTimestamp: the browser's own word on the latency of its output)."""


class BrowserMissing(OSError):
    """There is no Chromium; says what to install."""


@dataclass(frozen=True)
class TapeClock:
    """When each sample of the tape was spoken: each block of the trace is as long as the next one is later."""

    captured_us: tuple[float, ...]
    block_us: float

    @classmethod
    def of(cls, trace: list[dict[str, Any]]) -> TapeClock:
        """From the trace. Raises ValueError where it has no microphone."""
        streams: dict[str, list[float]] = defaultdict(list)
        for event in trace:
            if event["name"] == CAPTURED:
                streams[event["args"]["this"]].append(event["args"]["timestamp (ms)"] * 1000)
        captured_us = max(streams.values(), key=len, default=[])
        if len(captured_us) < 2:
            raise ValueError("Chromium's trace has no microphone")
        block_us = statistics.median(np.diff(captured_us))
        return cls(tuple(captured_us), round(block_us / 1000) * 1000)

    def spoken_us(self, tape_us: float) -> float:
        """The monotonic time at which this moment of the tape was spoken.

        A device has a block when its last sample has been spoken: the block's own length is in every delay.
        """
        block, within_us = divmod(tape_us, self.block_us)
        return self.captured_us[int(block)] - self.block_us + within_us


class ConsolePage:
    """The dispatcher's page; ``open`` gives one."""

    def __init__(self, page: Page, browser: CDPSession) -> None:
        self.packets: list[bytes] = []
        """Voice packets in the order in which the page sent them, its own ``performance.now`` in them."""
        self._page = page
        self._browser = browser
        self._trace: list[dict[str, Any]] = []
        self._traced = asyncio.Event()
        browser.on("Tracing.dataCollected", lambda told: self._trace.extend(told["value"]))
        browser.on("Tracing.tracingComplete", lambda _told: self._traced.set())
        page.on("websocket", self._follow)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, room: PoliceRoom, tape: Path) -> AsyncIterator[ConsolePage]:
        """The page of whoever is signed in in ``room.browser``. Raises BrowserMissing."""
        chromium = shutil.which("chromium")
        if chromium is None:
            raise BrowserMissing("没有 Chromium，请安装 / no Chromium: apt-get install chromium")
        options = [*_OPTIONS, f"--use-file-for-fake-audio-capture={tape}%noloop"]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=options)
            try:
                context = await browser.new_context(
                    viewport={"width": 1366, "height": 768}, permissions=["microphone"], bypass_csp=True
                )
                for name, value in room.browser.cookies.items():
                    await context.add_cookies([{"name": name, "value": value, "url": room.hub.url}])
                await context.add_init_script(_EAR)  # the page's policy would not let it in
                page = await context.new_page()
                console = cls(page, await browser.new_browser_cdp_session())
                await page.goto(room.hub.url)
                yield console
            finally:
                await browser.close()

    async def open_microphone(self) -> None:
        """From now on the tape plays."""
        only = {"includedCategories": ["audio"], "excludedCategories": ["*"], "recordMode": "recordUntilFull"}
        await self._browser.send("Tracing.start", {"traceConfig": only, "transferMode": "ReportEvents"})
        await self._page.get_by_test_id("mic-enable").click()
        await expect(self._page.get_by_test_id("mic-enable")).to_be_hidden(timeout=SOON_MS)

    async def press(self) -> None:
        """Hold the space bar, and wait until the page says that it speaks."""
        await self._page.keyboard.down("Space")
        state = self._page.get_by_test_id("talk-state")
        await expect(state).to_have_attribute("data-state", "speaking", timeout=SOON_MS)

    async def release(self) -> None:
        """Let it go."""
        await self._page.keyboard.up("Space")

    async def clock(self) -> TapeClock:
        """End the tape."""
        await self._browser.send("Tracing.end")
        await self._traced.wait()
        return TapeClock.of(self._trace)

    async def ear(self, origin_us: float) -> Ear:
        """What sounded on the page so far; ``origin_us`` is its own."""
        told = await self._page.evaluate("whatSounded()")
        blocks = [np.array(block[1:], dtype=np.float64) for block in told["blocks"]]
        places = [int(block[0]) for block in told["blocks"]]
        sound = np.zeros(max((at + one.size for at, one in zip(places, blocks, strict=True)), default=0))
        for at, one in zip(places, blocks, strict=True):
            sound[at : at + one.size] = one
        return Ear(sound, origin_us + told["beganMs"] * 1000)

    async def origin_us(self) -> float:
        """The monotonic time at which the page's ``performance.now`` was 0."""
        session = await self._page.context.new_cdp_session(self._page)
        await session.send("Performance.enable")
        told = await session.send("Performance.getMetrics")
        seconds: float = next(one["value"] for one in told["metrics"] if one["name"] == "NavigationStart")
        return seconds * 1e6

    def _follow(self, socket: WebSocket) -> None:
        if socket.url.endswith("/ws/talk"):
            socket.on("framesent", self._sent)

    def _sent(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            self.packets.append(payload)
