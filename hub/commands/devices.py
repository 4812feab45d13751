"""``qianshao devices``: codes with which devices enrol themselves, who is enrolled, who is shut out."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

import msgspec
import segno
import typer
from rich.console import Console
from rich.table import Table

from devices.private_file import write_private
from devices.protocol.topics import DeviceKind
from hub.commands.ending import end
from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.enrolment.messages import MAX_CODES, Device, DeviceView, Invitation, NewCodes
from hub.settings import Settings

MAX_SHOWN = 3
"""QR codes shown in a terminal; more go to a file or a sheet."""
_SHEET_HEAD = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>对讲机入网码</title><style>
body{font-family:sans-serif;margin:8mm}section{display:inline-block;width:60mm;height:80mm;margin:2mm;padding:2mm;
border:1px solid #999;text-align:center;vertical-align:top;break-inside:avoid;overflow:hidden}
svg{width:52mm;height:52mm}h2{font-size:13pt;margin:1mm}p{font-size:9pt;margin:1mm}</style>
"""


class _Named(msgspec.Struct):
    venue_id: str | None = None
    radio_id: str | None = None
    camera_id: str | None = None
    name: str = ""


class _State(msgspec.Struct):
    venues: list[_Named]
    radios: list[_Named]
    cameras: list[_Named]


def codes(
    settings: Settings,
    device_ids: Sequence[str],
    kind: DeviceKind,
    missing: bool,
    file: Path | None,
    sheet: Path | None,
) -> None:
    """Make codes for some devices, or for every registered one of the kind that is not enrolled (``missing``).

    They are shown as QR codes, written to ``file`` as JSON lines, or to ``sheet`` as a page of cards to print.
    """
    try:
        hub = HubClient.of(settings.data_dir)
        state = hub.get("/api/state", _State)
        wanted = list(dict.fromkeys(device_ids)) or (_missing(hub, state, kind) if missing else [])
        if not wanted:
            end("没有要入网的设备" if missing else "请给出设备编号，或用 --missing")
        if len(wanted) > MAX_CODES:
            end(f"一次最多 {MAX_CODES} 个，现有 {len(wanted)} 个：请分批给出设备编号")
        if len(wanted) > MAX_SHOWN and file is None and sheet is None:
            end(f"{len(wanted)} 个入网码屏幕上放不下：请用 --sheet 打印，或用 --file 写入文件")
        new = NewCodes(devices=tuple(Device(kind=kind, device_id=device_id) for device_id in wanted))
        answer = hub.call("POST", "/api/devices/codes", body=new)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    invitations = msgspec.json.decode(answer, type=list[Invitation])
    try:
        if file is not None:
            write_private(file, b"".join(msgspec.json.encode(one) + b"\n" for one in invitations))
        if sheet is not None:
            write_private(sheet, sheet_of(invitations, _places(state, kind)).encode())
    except OSError as error:
        end(f"写不了文件：{error}")
    if file is None and sheet is None:
        for one in invitations:
            segno.make(one.join, error="m").terminal(sys.stdout, compact=True)
            typer.echo(f"{one.device_id}  {one.join}")
    typer.echo(f"{len(invitations)} 个入网码，{_time(invitations[0].expires_at_ms)} 前有效，各用一次")


def sheet_of(invitations: Sequence[Invitation], places: dict[str, str]) -> str:
    """A page of QR cards; ``places`` is what stands below a device's name."""
    cards = []
    for one in invitations:
        drawn = io.BytesIO()
        segno.make(one.join, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2)
        cards.append(
            f"<section><h2>{escape(one.device_id)}</h2><p>{escape(places.get(one.device_id, ''))}</p>"
            f"{drawn.getvalue().decode()}<p>{_time(one.expires_at_ms)} 前有效，只用一次</p></section>"
        )
    return _SHEET_HEAD + "\n".join(cards)


def show(settings: Settings) -> None:
    """List devices and how they stand."""
    table = Table("编号", "类别", "入网", "吊销", "待用入网码", "在线", "最近听到")
    for device in _get(settings):
        online = "" if device.online is None else "在线" if device.online else "离线"
        code = _time(device.code_expires_at_ms) and f"至 {_time(device.code_expires_at_ms)}"
        times = (_time(device.enrolled_at_ms), _time(device.revoked_at_ms), code)
        table.add_row(device.device_id, device.kind.value, *times, online, _time(device.heard_at_ms))
    Console().print(table)


def revoke(settings: Settings, device_id: str) -> None:
    """Shut a device out."""
    try:
        HubClient.of(settings.data_dir).call("POST", f"/api/devices/{quote(device_id, safe='')}/revoke")
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    typer.echo(f"已吊销 {device_id}：它的话不再算数，连接已断开")


def _get(settings: Settings) -> list[DeviceView]:
    try:
        return HubClient.of(settings.data_dir).get("/api/devices", list[DeviceView])
    except (HubUnreachable, HubRefused) as error:
        end(str(error))


def _missing(hub: HubClient, state: _State, kind: DeviceKind) -> list[str]:
    """What is registered and neither enrolled nor shut out."""
    known = {
        one.device_id
        for one in hub.get("/api/devices", list[DeviceView])
        if one.enrolled_at_ms is not None or one.revoked_at_ms is not None
    }
    return [device_id for device_id in _registered(state, kind) if device_id not in known]


def _registered(state: _State, kind: DeviceKind) -> dict[str, _Named]:
    if kind is DeviceKind.RADIO:
        return {one.radio_id: one for one in state.radios if one.radio_id}
    if kind is DeviceKind.CAMERA:
        return {one.camera_id: one for one in state.cameras if one.camera_id}
    return {}


def _places(state: _State, kind: DeviceKind) -> dict[str, str]:
    """Device: the venue's name and its own."""
    venues = {venue.venue_id: venue.name for venue in state.venues}
    return {
        device_id: f"{venues.get(one.venue_id, '')} {one.name}".strip()
        for device_id, one in _registered(state, kind).items()
    }


def _time(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000).astimezone():%Y-%m-%d %H:%M}"
