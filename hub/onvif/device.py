"""Asking one device what it is, where its streams are, and how its clock goes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree.ElementTree import Element

from devices.protocol.clock import Clock
from hub.onvif import envelopes, failures
from hub.onvif.client import Conversation, Fault
from hub.onvif.envelopes import Login
from hub.onvif.profiles import Profile, choose, read_profiles
from hub.onvif.reading import number_of, text_of
from hub.onvif.records import Device, DeviceAddress, Stream

PATIENCE_S = 15.0
"""For the whole conversation, of some seven questions: a device that sends a byte a second is given up."""
MAX_TEXT = 64
_YEARS = range(1970, 2100)
"""A clock that was never set begins in 1970 or 2000; another year is no time to prove a password with."""


async def ask_device(address: DeviceAddress, login: Login, clock: Clock, patience_s: float = PATIENCE_S) -> Device:
    """What the device says to somebody who has this password.

    Raises Refusal: it does not answer, is too slow, does not take the password, speaks no ONVIF, has no stream.
    """
    try:
        async with asyncio.timeout(patience_s), Conversation(address, login, clock) as conversation:
            return await _ask(address, conversation, clock)
    except TimeoutError:
        raise failures.too_slow(str(address), patience_s) from None
    except Fault:
        raise failures.not_onvif(str(address), "it answers with faults") from None


async def _ask(address: DeviceAddress, conversation: Conversation, clock: Clock) -> Device:
    offset_us = await _clock_offset_us(address, conversation, clock)
    conversation.offset_us = offset_us or 0
    answer = await conversation.ask(address.path, envelopes.get_device_information())
    said = answer.find("GetDeviceInformationResponse")
    if said is None:
        raise failures.not_onvif(str(address), "no GetDeviceInformationResponse")
    media, path = await _media_service(address, conversation)
    chosen = choose(read_profiles(await conversation.ask(path, envelopes.get_profiles(media))))
    if chosen is None:
        raise failures.no_stream(str(address))
    main, sub = chosen
    names = (text_of(said, "Manufacturer"), text_of(said, "Model"))
    return Device(
        address=str(address),
        name=" ".join(name for name in names if name)[:MAX_TEXT] or str(address)[:MAX_TEXT],
        firmware=(text_of(said, "FirmwareVersion") or "")[:MAX_TEXT],
        clock_offset_s=None if offset_us is None else offset_us / 1e6,
        main=await _stream(address, conversation, media, path, main),
        sub=None if sub is None else await _stream(address, conversation, media, path, sub),
    )


async def _clock_offset_us(address: DeviceAddress, conversation: Conversation, clock: Clock) -> int | None:
    """The device's clock less the hub's, to a second. This question needs no password (ONVIF Core, section 5.12.1)."""
    before_us = clock.wall_us()
    try:
        said = await conversation.ask(address.path, envelopes.get_time(), openly=True)
    except Fault:
        return None
    middle_us = (before_us + clock.wall_us()) // 2
    at_us = _utc_us(said.find("GetSystemDateAndTimeResponse/SystemDateAndTime/UTCDateTime"))
    return None if at_us is None else at_us - middle_us


def _utc_us(moment: Element | None) -> int | None:
    paths = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    parts = [number_of(moment, path) for path in paths]
    try:
        year, month, day, hour, minute, second = (int(part) for part in parts if part is not None)
        at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return round(at.timestamp() * 1e6) if year in _YEARS else None


async def _media_service(address: DeviceAddress, conversation: Conversation) -> tuple[str, str]:
    """Which media service to ask, and its path; old devices know the second question alone, or neither."""
    with suppress(Fault):
        said = await conversation.ask(address.path, envelopes.get_services())
        services = said.findall("GetServicesResponse/Service")
        paths = {text_of(one, "Namespace"): text_of(one, "XAddr") for one in services}
        for media in (envelopes.MEDIA2, envelopes.MEDIA):
            if found := paths.get(media):
                return media, _path_of(found, address.path)
    with suppress(Fault):
        said = await conversation.ask(address.path, envelopes.get_capabilities())
        if found := text_of(said, "GetCapabilitiesResponse/Capabilities/Media/XAddr"):
            return envelopes.MEDIA, _path_of(found, address.path)
    return envelopes.MEDIA, address.path


def _path_of(url: str, otherwise: str) -> str:
    """The path alone: a device behind a router calls itself by an address that leads elsewhere."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return otherwise
    return path if path.startswith("/") and path.isascii() and path.isprintable() else otherwise


async def _stream(
    address: DeviceAddress, conversation: Conversation, media: str, path: str, profile: Profile
) -> Stream:
    said = await conversation.ask(path, envelopes.get_stream_uri(media, profile.token))
    uri = text_of(said, "GetStreamUriResponse/MediaUri/Uri") or text_of(said, "GetStreamUriResponse/Uri")
    if uri is None or (url := stream_url(uri, address.host)) is None:
        raise failures.no_stream(str(address))
    return Stream(
        coding=profile.coding,
        width_px=profile.width_px,
        height_px=profile.height_px,
        frames_per_s=profile.frames_per_s,
        kbit_per_s=profile.kbit_per_s,
        url=url,
    )


def stream_url(uri: str, host: str) -> str | None:
    """A stream's address, at the host by which the device was reached and without what passwords it names; else None.

    The password would otherwise go wherever a device says that its stream is.
    """
    try:
        parts = urlsplit(uri)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    if parts.scheme not in ("rtsp", "rtsps") or not uri.isprintable() or len(uri) > 1000:
        return None
    return urlunsplit((parts.scheme, host + port, parts.path, parts.query, ""))


def with_login(url: str, login: Login) -> str:
    """The address with who asks in it, for what opens the stream."""
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{quote(login.user, safe='')}:{quote(login.password, safe='')}@{rest}"
