"""The hub that runs: how its parts are, and its cameras."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec

from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.doctor.findings import Finding, fail, fine, warn
from hub.doctor.process import hub_pid
from hub.settings import Settings
from hub.vision.camera_view import CameraView
from hub.vitals import Condition, Health

_PARTS = {"loop": "事件循环", "storage": "数据库", "broker": "消息服务器"}
_WELL = ("online", "finished")
_SHOWN = 20


class _State(msgspec.Struct):
    cameras: list[CameraView]


def hub(settings: Settings) -> Iterator[Finding]:
    """Whether it answers and what of it is unwell; then every camera that gives no picture."""
    if hub_pid(settings) is None:
        yield warn(
            "hub",
            ("没有运行，所以也没有看摄像头", "it does not run, so no camera was looked at"),
            ("sudo systemctl start qianshao，或 qianshao hub", "sudo systemctl start qianshao, or qianshao hub"),
        )
        return
    try:
        with closing(HubClient.of(settings.data_dir)) as client:
            health = client.health(Health)
            cameras = client.get("/api/state", _State).cameras
    except (HubUnreachable, HubRefused, msgspec.MsgspecError) as error:
        do = ("看日志：journalctl -u qianshao -e", "read its log: journalctl -u qianshao -e")
        yield fail("hub", (f"正在运行却没有应答：{error}", f"it runs and does not answer: {error}"), do)
        return
    for part, how in msgspec.structs.asdict(health.parts).items():
        if how is Condition.OK:
            yield fine("hub", f"{_PARTS[part]}正常", f"its {part} is well")
        else:
            do = ("看日志：journalctl -u qianshao -e", "read its log: journalctl -u qianshao -e")
            yield fail("hub", (f"{_PARTS[part]}异常：{how.value}", f"its {part} is {how.value}"), do)
    yield from _cameras(cameras)


def _cameras(cameras: list[CameraView]) -> Iterator[Finding]:
    down = [one for one in cameras if one.condition not in _WELL]
    for one in down[:_SHOWN]:
        yield warn(
            "cameras",
            (f"{one.name}（{one.camera_id}）：{one.detail or one.condition}", f"{one.camera_id}: {one.condition}"),
            ("看供电、网线、地址和口令", "look at its power, cable, address and password"),
        )
    if len(down) > _SHOWN:
        yield warn(
            "cameras",
            (f"还有 {len(down) - _SHOWN} 路没有画面", f"{len(down) - _SHOWN} more give no picture"),
            ("多半是网络或交换机", "most likely the network or a switch"),
        )
    yield fine("cameras", f"{len(cameras) - len(down)} 路有画面", f"{len(cameras) - len(down)} give pictures")
