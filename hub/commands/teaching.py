"""``qianshao teaching``: asks a running hub what its descriptor learned, has it learn now, or go back."""

from __future__ import annotations

from datetime import datetime

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from hub.command_line.options import say_json
from hub.commands.ending import end
from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.settings import Settings
from hub.teaching.messages import Learned, TeachingState
from hub.teaching.versions import SHIPPED, Version

_PATH = "/api/teaching"
_LEARNS_WITHIN_S = 900.0
"""The child learns while nobody else wants the processor."""


def show(settings: Settings, as_json: bool) -> None:
    """List the versions, newest last."""
    state = msgspec.json.decode(_asked(settings, "GET", _PATH), type=TeachingState)
    say_json(state) if as_json else _tell(state)


def learn(settings: Settings) -> None:
    """Learn now, and tell both figures."""
    done = msgspec.json.decode(_asked(settings, "POST", f"{_PATH}/learn"), type=Learned)
    if done.version is None:
        end(f"轨迹还太少（{done.state.lessons} 条），学不了 (too few tracks yet)")
    _tell(done.state)


def go_back(settings: Settings) -> None:
    """Go back by one version."""
    _tell(msgspec.json.decode(_asked(settings, "POST", f"{_PATH}/back"), type=TeachingState))


def _asked(settings: Settings, method: str, path: str) -> bytes:
    try:
        return HubClient.of(settings.data_dir).call(method, path, within_s=_LEARNS_WITHIN_S)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))


def _tell(state: TeachingState) -> None:
    table = Table("版本", "时间", "轨迹", "摄像头", "倒数排名", "通常名次", "采用")
    for one in state.versions:
        table.add_row(*_row(one))
    Console().print(table)
    now = "出厂版本" if state.current == SHIPPED else state.current
    typer.echo(f"正在用：{now}；已记下 {state.lessons} 条轨迹；{'已开启' if state.is_on else '未开启'}")
    if state.is_on and state.is_held:
        typer.echo("已退回：不再自动学习，直到 qianshao teaching learn (it learns no more by itself until told to)")


def _row(version: Version) -> tuple[str, ...]:
    before, after = version.verdict.before, version.verdict.after
    return (
        str(version.number),
        datetime.fromtimestamp(version.learned_at_ms / 1000).astimezone().isoformat(" ", "minutes"),
        str(version.lessons.tracks),
        str(version.lessons.cameras),
        f"{before.reciprocal_rank:.3f} → {after.reciprocal_rank:.3f}",
        f"{before.usual_rank:.1f} → {after.usual_rank:.1f}",
        "是" if version.file else "否",
    )
