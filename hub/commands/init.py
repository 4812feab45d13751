"""``qianshao init``: the first administrator, written into the folder of a hub that does not run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pyotp
import segno
import typer

from devices.protocol.clock import SystemClock
from hub.access import passwords
from hub.access.audit import AuditLog
from hub.access.messages import AcceptInvitation, Name, NewPerson, Password, PersonId, Secret
from hub.access.people import LOCAL, Role
from hub.access.service import Access
from hub.commands.ending import end
from hub.errors import Refusal
from hub.folder_lock import FolderTaken, locked
from hub.settings import Settings
from hub.storage.database import Database
from hub.storage.upgrading import SchemaNewer

HERE = "127.0.0.1"
TRIES = 3


class FirstAdministrator(Secret, frozen=True, kw_only=True):
    """Who it is to be; the file of ``--file`` holds just this. With ``totp`` there is a second factor."""

    person_id: PersonId
    name: Name
    password: Password
    totp: bool = True


def init(settings: Settings, file: Path | None) -> None:
    """Make the first administrator, from ``file`` or by asking."""
    try:
        given = _read(file) if file else None
        with locked(settings.data_dir):
            asyncio.run(_init(settings, given))
    except FolderTaken:
        end("中枢正在运行：请在控制台里登记人员，或先停止中枢（a hub is running: use its console）")
    except SchemaNewer as error:
        end(str(error))
    except Refusal as refusal:
        end(refusal.message)


def _read(file: Path) -> FirstAdministrator:
    try:
        return msgspec.json.decode(file.read_bytes(), type=FirstAdministrator)
    except (OSError, msgspec.MsgspecError) as error:
        end(f"{file} 有误：{error}")


async def _init(settings: Settings, given: FirstAdministrator | None) -> None:
    async with _open(settings) as access:
        if access.has_administrator:
            end("已经有管理员：请由管理员在控制台里登记人员（there is an administrator already）")
        first = given if given is not None else await asyncio.to_thread(_ask)
        passwords.check_new(first.password, first.person_id, Role.ADMINISTRATOR)
        new = NewPerson(person_id=first.person_id, name=first.name, role=Role.ADMINISTRATOR)
        await access.put_person(new, LOCAL)
        invitation = await access.invite(first.person_id, LOCAL)
        uri = (await access.look_at_invitation(invitation.code, address=HERE)).totp_uri
        if given is None:
            segno.make(uri, error="m").terminal(sys.stdout, compact=True)
            typer.echo(f"请用手机的身份验证器扫描上图，或手工输入：{pyotp.parse_uri(uri).secret}")
        elif given.totp:
            typer.echo(uri)

        said = AcceptInvitation(code=invitation.code, password=first.password)
        if given is None:
            await _prove(access, said)
        else:
            code = pyotp.parse_uri(uri).now() if given.totp else None  # type: ignore[attr-defined]
            await access.redeem(msgspec.structs.replace(said, code_of_second_factor=code), address=HERE)
        typer.echo(f"管理员 {first.person_id} 已设好：运行 qianshao hub 后即可登录")


def _ask() -> FirstAdministrator:
    said = {"person_id": typer.prompt("账号（警号或工号）"), "name": typer.prompt("姓名")}
    said["password"] = typer.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    try:
        return msgspec.convert(said, FirstAdministrator)
    except msgspec.ValidationError as error:
        end(f"有误：{error}")


async def _prove(access: Access, said: AcceptInvitation) -> None:
    """Ask for the authenticator's six digits until they are right. Raises Refusal after TRIES."""
    for left in reversed(range(TRIES)):
        code = await asyncio.to_thread(typer.prompt, "手机上显示的 6 位数字")
        try:
            await access.redeem(msgspec.structs.replace(said, code_of_second_factor=code), address=HERE)
        except Refusal as refusal:
            if left == 0:
                raise
            typer.echo(refusal.message, err=True)
        else:
            return


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Access]:
    """The access room of a hub that does not run."""
    clock = SystemClock()
    database = Database(settings.database_url, clock)
    await asyncio.to_thread(database.migrate)
    folder = settings.data_dir / "access"
    await asyncio.to_thread(AuditLog(database, folder).open)
    access = Access(database, clock, folder, lambda venue_id: None)
    access.open()
    database.start()
    try:
        yield access
        await access.settle()
    finally:
        await database.stop()
