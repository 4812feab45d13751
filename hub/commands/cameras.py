"""``qianshao cameras``: find cameras, add one or a recording to a running hub, list them, take one out."""

from __future__ import annotations

import getpass
import re
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.command_line.options import say_json
from hub.commands.ending import end
from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.onvif.messages import SearchResult
from hub.onvif.records import ONVIF, Device
from hub.registry.records import Transport
from hub.settings import Settings
from hub.vision.camera_view import CameraView

POLL_S = 0.5
CLOCK_TOLD_S = 5.0
_PASSWORD = re.compile(r"(password|passwd|pass|pwd)=[^&_/?]", re.IGNORECASE)
ENDED = frozenset({"finished", "unreadable", "refused"})


class _State(msgspec.Struct):
    cameras: list[CameraView]


@dataclass(frozen=True)
class Wanted:
    """What ``qianshao cameras add`` was asked for; None: not said."""

    source: str
    name: str | None = None
    venue: str | None = None
    sub: str | None = None
    transport: Transport = Transport.TCP
    user: str | None = None
    owner: str | None = None
    started_at: str | None = None


def add(settings: Settings, wanted: Wanted, wait: bool) -> None:
    """Add a camera: a file or a folder of pictures becomes a recording, anything else a live camera.

    The source ``-`` is an address on standard input; the password of ``--user`` is there too, on the line after it:
    no password stands in the list of processes.
    """
    source = _line("标准输入里没有地址：请写一行 rtsp:// 地址") if wanted.source == "-" else wanted.source
    if (wanted.source != "-" and _holds_password(source)) or _holds_password(wanted.sub or ""):
        end("命令行里不能写密码，别人看得见：请用 --user，密码从标准输入读取；或用 - 从标准输入读取整个地址")
    recording = "://" not in source and not source.startswith(("v4l2:", "/dev/video"))
    body = _recording(source, wanted) if recording else _live(source, wanted)
    try:
        hub = HubClient.of(settings.data_dir)
        if source.startswith(ONVIF):
            body["name"] = _look(hub, body, wanted.name)
        camera = msgspec.json.decode(hub.call("POST", "/api/cameras", body=body), type=CameraView)
        typer.echo(f"已接入 {camera.camera_id} {camera.name}")
        if recording and wait:
            _watch(hub, camera.camera_id)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))


def _recording(source: str, wanted: Wanted) -> dict[str, object]:
    path = Path(source)
    if not path.exists():
        end(f"没有这个文件：{source}")
    body = _body(wanted, path.stem, str(path.resolve())) | {"recording": True}
    if wanted.started_at is None:
        return body | {"started_at_ms": round(path.stat().st_mtime * 1000)}
    try:
        return body | {"started_at_ms": round(datetime.fromisoformat(wanted.started_at).timestamp() * 1000)}
    except ValueError:
        end(f"时间 {wanted.started_at!r} 无法识别，请写成 2026-11-21T16:20:00+08:00")


def _live(source: str, wanted: Wanted) -> dict[str, object]:
    url = f"v4l2:{source}" if source.startswith("/dev/") else source
    body = _body(wanted, "摄像头", url)
    return body if wanted.user is None else body | {"user": wanted.user, "password": _password()}


def _body(wanted: Wanted, name: str, url: str) -> dict[str, object]:
    return {
        "name": (wanted.name or name)[:64],
        "url": url,
        "sub_url": wanted.sub,
        "transport": wanted.transport,
        "owner_id": wanted.owner,
        "venue_id": wanted.venue,
    }


def _look(hub: HubClient, body: dict[str, object], name: str | None) -> str:
    """Say what the device is, and which streams are taken; returns its name unless one was said."""
    asking = {"url": body["url"], "user": body.get("user", ""), "password": body.get("password", "")}
    device = msgspec.json.decode(hub.call("POST", "/api/cameras/look", body=asking), type=Device)
    typer.echo(f"{device.name} {device.firmware}")
    for title, stream in (("主码流", device.main), ("子码流", device.sub)):
        told = f"{stream.coding} {stream.width_px}x{stream.height_px}" if stream else "无，全部用主码流"
        typer.echo(f"{title} {told}")
    if device.clock_offset_s is not None and abs(device.clock_offset_s) > CLOCK_TOLD_S:
        way = "快" if device.clock_offset_s > 0 else "慢"
        typer.echo(f"它的时钟比中枢{way} {abs(device.clock_offset_s):.0f} 秒，请校时")
    return name or device.name


def _holds_password(address: str) -> bool:
    """Before the host, or in the path as some cameras want it: ``/user=admin_password=…``."""
    host = address.split("://", 1)[-1].split("/", 1)[0]
    return "://" in address and ("@" in host or _PASSWORD.search(address) is not None)


def _line(missing: str) -> str:
    found = sys.stdin.readline().strip()
    return found or end(missing)


def _password() -> str:
    """From the keyboard unseen, else from a line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass("摄像头密码：")
    return sys.stdin.readline().rstrip("\r\n") or end("标准输入里没有密码：请写一行")


def discover(settings: Settings, interface: str | None, addresses: list[str], as_json: bool) -> None:
    """Say which cameras answer in the network."""
    try:
        body = {"interface": interface, "addresses": addresses}
        answer = HubClient.of(settings.data_dir).call("POST", "/api/cameras/discover", body=body)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    found = msgspec.json.decode(answer, type=SearchResult)
    if as_json:
        say_json(found)
        return
    table = Table("地址", "名称", "型号", "位置", "已接入")
    for one in found.devices:
        table.add_row(one.address, one.name, one.hardware, one.location, " ".join(one.camera_ids))
    Console().print(table)
    if found.not_understood:
        typer.echo(f"听不懂的应答来自：{' '.join(found.not_understood)}")


def _watch(hub: HubClient, camera_id: str) -> None:
    columns = (TextColumn("分析录像"), BarColumn(), TextColumn("{task.percentage:.0f}% {task.fields[found]} 人次"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("", total=1.0, found=0)
        while True:
            camera = _find(hub, camera_id)
            progress.update(task, completed=camera.progress or 0.0, found=camera.sightings)
            if camera.condition in ENDED:
                break
            time.sleep(POLL_S)
        if camera.condition == "finished":
            progress.update(task, completed=1.0)
    if camera.condition != "finished":
        end(f"{camera.name}：{camera.detail or camera.condition}")
    typer.echo(f"完成：看了 {camera.frames_looked_at} 帧，{camera.sightings} 人次")


def _find(hub: HubClient, camera_id: str) -> CameraView:
    found = [camera for camera in hub.get("/api/state", _State).cameras if camera.camera_id == camera_id]
    if not found:
        end(f"摄像头 {camera_id} 已被移除")
    return found[0]


def show(settings: Settings) -> None:
    """List the cameras and how they stand."""
    try:
        cameras = HubClient.of(settings.data_dir).get("/api/state", _State).cameras
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    table = Table("编号", "名称", "状态", "说明", "已看帧", "人次")
    for camera in cameras:
        table.add_row(
            camera.camera_id,
            camera.name,
            camera.condition,
            camera.detail,
            str(camera.frames_looked_at),
            str(camera.sightings),
        )
    Console().print(table)


def remove(settings: Settings, camera_id: str) -> None:
    """Take a camera out."""
    try:
        HubClient.of(settings.data_dir).call("DELETE", f"/api/cameras/{camera_id}")
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
    typer.echo(f"已移除 {camera_id}")
