"""``qianshao people``: write people of a running hub down, invite them, shut them out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
import segno
import typer
from rich.console import Console
from rich.table import Table

from hub.access.messages import HandedInvitation, NewPerson, PersonView
from hub.commands.ending import end
from hub.commands.hub_client import HubClient, HubRefused, HubUnreachable
from hub.settings import Settings


def add(settings: Settings, person_id: str, name: str, role: str, places: Sequence[str]) -> None:
    """Write somebody down; a place is ``community``, ``grid:ID`` or ``venue:ID``."""
    said = {"person_id": person_id, "name": name, "role": role, "places": [_place(text) for text in places]}
    try:
        new = msgspec.convert(said, NewPerson)
    except msgspec.ValidationError as error:
        end(f"有误：{error}")
    _call(settings, "POST", "/api/people", new)
    typer.echo(f"已登记 {person_id} {name}，下一步：qianshao people invite {person_id}")


def show(settings: Settings) -> None:
    """List everybody."""
    table = Table("账号", "姓名", "岗位", "范围", "状态", "动态口令", "在线会话")
    for person in msgspec.json.decode(_call(settings, "GET", "/api/people"), type=list[PersonView]):
        places = " ".join(f"{place.kind.value}:{place.place_id or ''}".rstrip(":") for place in person.places)
        second, live = "有" if person.second_factor else "无", str(person.live_sessions)
        table.add_row(person.person_id, person.name, person.role.value, places, _standing(person), second, live)
    Console().print(table)


def _standing(person: PersonView) -> str:
    if person.disabled:
        return "停用"
    if person.can_sign_in:
        return "可登录"
    return "未邀请" if person.invited_until_ms is None else "已邀请"


def invite(settings: Settings, person_id: str) -> None:
    """Make an invitation and show it, this once."""
    answer = _call(settings, "POST", f"/api/people/{quote(person_id, safe='')}/invitation")
    invitation = msgspec.json.decode(answer, type=HandedInvitation)
    until = datetime.fromtimestamp(invitation.expires_at_ms / 1000).astimezone()
    segno.make(invitation.join, error="m").terminal(sys.stdout, compact=True)
    typer.echo(f"{invitation.join}\n请本人在 {until:%Y-%m-%d %H:%M} 前打开，只能用一次")


def disable(settings: Settings, person_id: str) -> None:
    """Shut somebody out at once."""
    _call(settings, "POST", f"/api/people/{quote(person_id, safe='')}/disable")
    typer.echo(f"已停用 {person_id}")


def enable(settings: Settings, person_id: str) -> None:
    """Let somebody sign in again."""
    _call(settings, "POST", f"/api/people/{quote(person_id, safe='')}/enable")
    typer.echo(f"已启用 {person_id}")


def _place(text: str) -> dict[str, str]:
    kind, _, place_id = text.partition(":")
    return {"kind": kind, "place_id": place_id} if place_id else {"kind": kind}


def _call(settings: Settings, method: str, path: str, body: msgspec.Struct | None = None) -> bytes:
    try:
        return HubClient.of(settings.data_dir).call(method, path, body=body)
    except (HubUnreachable, HubRefused) as error:
        end(str(error))
