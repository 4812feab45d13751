"""The ONVIF room's front door: looks for devices on the network, and asks one of them what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from devices.protocol.clock import Clock
from hub.errors import Refusal
from hub.onvif.device import PATIENCE_S, ask_device
from hub.onvif.discovery import WITHIN_S, CannotProbe, discover
from hub.onvif.envelopes import Login
from hub.onvif.records import Device, DeviceAddress, FoundDevice

MAX_ASKED = 4
"""Devices that are asked at once; more are refused."""


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a search."""

    devices: tuple[FoundDevice, ...]
    not_understood: tuple[str, ...]
    """Who answered what is no WS-Discovery."""


class Onvif:
    """One search at a time, and few questions."""

    def __init__(self, clock: Clock, within_s: float = WITHIN_S, patience_s: float = PATIENCE_S) -> None:
        self._clock = clock
        self._within_s = within_s
        self._patience_s = patience_s
        self._searching = asyncio.Lock()
        self._asked = 0

    async def discover(self, interface: str | None, hosts: Sequence[str]) -> Discovery:
        """Who answers a probe. Raises Refusal while another search goes on, and where none can be sent."""
        if self._searching.locked():
            words = ("正在搜索摄像头，请稍候", "a search for cameras is going on: wait for it")
            raise Refusal("search_under_way", *words, status=409)
        async with self._searching:
            try:
                found = await discover(interface, hosts, self._within_s)
            except CannotProbe as error:
                raise Refusal(
                    "cannot_search", f"无法搜索：{error}", f"the search cannot be sent: {error}", field="interface"
                ) from None
        devices = sorted(found.devices.values(), key=lambda device: device.address)
        return Discovery(devices=tuple(devices), not_understood=tuple(sorted(found.not_understood)))

    async def ask(self, address: DeviceAddress, login: Login) -> Device:
        """What the device says of itself. Raises Refusal as ``ask_device``, and while too many are asked."""
        if self._asked >= MAX_ASKED:
            words = (f"最多同时询问 {MAX_ASKED} 台摄像头", f"at most {MAX_ASKED} cameras are asked at once")
            raise Refusal("too_many_asked", *words, status=429)
        self._asked += 1
        try:
            return await ask_device(address, login, self._clock, self._patience_s)
        finally:
            self._asked -= 1
