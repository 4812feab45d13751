"""``qianshao audit``: check the log, show it, copy it out. Reads the database itself, beside a running hub or without.

Showing and copying are audit records of the person ``local``; a copy of the folder without the key can only be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from devices.protocol.clock import SystemClock
from hub.access import audit
from hub.access.audit import Action, AuditLog
from hub.access.audit_pages import AuditQuery, read_ends, read_lines, read_page
from hub.access.chain import AuditBroken
from hub.access.checkpoints import CHECKPOINTS_FILE, KEY_FILE, PUBLIC_KEY_FILE
from hub.access.people import LOCAL
from hub.access.signing import read_public_key
from hub.access.verification import AuditReport
from hub.access.verification import verify as verify_log
from hub.commands.ending import end
from hub.settings import Settings
from hub.storage.database import Database
from hub.storage.engine import make_engine


def verify(settings: Settings, public_key: Path | None, checkpoints: Path | None) -> None:
    """Say whether the log holds: exit code 1 when it does not, 2 when it cannot be checked."""
    folder = settings.data_dir / "access"
    own_file = folder / CHECKPOINTS_FILE
    file = checkpoints or (own_file if own_file.exists() else None)
    began_s = time.perf_counter()
    with _opened(settings) as connection, contextlib.ExitStack() as opened:
        try:
            key = read_public_key(public_key or folder / PUBLIC_KEY_FILE)
            kept = opened.enter_context(file.open("rb")) if file else None
        except (OSError, ValueError) as error:
            end(f"无法读取公钥或检查点文件：{error}")
        try:
            report = verify_log(connection, key, kept)
        except AuditBroken as error:
            end(str(error), 1)
    typer.echo(_told(report, time.perf_counter() - began_s))


def show(settings: Settings, query: AuditQuery) -> None:
    """List records, newest first."""
    _note(settings, Action.READ_AUDIT, query)
    with _opened(settings) as connection:
        page = read_page(connection, query)
    table = Table("编号", "时间", "人员", "动作", "案件", "目的", "内容")
    for one in page.items:
        detail = msgspec.json.encode(one.detail).decode()
        at = _at(one.at_ms * 1000)
        table.add_row(str(one.number), at, one.person_id, one.action, one.case_id or "", one.purpose, detail)
    Console().print(table)
    if page.before is not None:
        typer.echo(f"更早的记录：--before {page.before}")


def export(settings: Settings, file: Path) -> None:
    """Write all records with their hashes and the signed head to ``file``, which must not exist."""
    _note(settings, Action.EXPORT_AUDIT, AuditQuery())
    with _opened(settings) as connection:
        begins, ends = read_ends(connection)
        after, until, records = 0, max((one.number for one in ends), default=0), 0
        try:
            with file.open("xb") as written:
                written.writelines(msgspec.json.encode(one) + b"\n" for one in begins)
                while lines := read_lines(connection, after, until):
                    written.writelines(msgspec.json.encode(one) + b"\n" for one in lines)
                    after, records = lines[-1].number, records + len(lines)
                written.writelines(msgspec.json.encode(one) + b"\n" for one in ends)
        except OSError as error:
            end(f"无法写入 {file}：{error.strerror}")
    typer.echo(f"已导出 {records} 条审计记录到 {file}")


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[sa.Connection]:
    if not settings.has_database:
        end(f"{settings.data_dir} 中没有中枢的数据库：请用 --data-dir 指明数据目录")
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1 FROM audit_statements LIMIT 1"))
            connection.rollback()  # what is read from now on is the database as it then is
            yield connection
    except sa.exc.DatabaseError as error:
        end(f"{settings.database_name} 不是中枢的数据库：{error.orig}")
    finally:
        engine.dispose()


def _note(settings: Settings, action: Action, query: AuditQuery) -> None:
    """The reading is a record too, wherever there is the key to sign it."""
    if not (settings.data_dir / "access" / KEY_FILE).is_file():
        typer.echo("此目录没有签名密钥，这次查看不会记入日志", err=True)
        return

    async def note() -> None:
        database = Database(settings.database_url, SystemClock())
        AuditLog(database, settings.data_dir / "access").open()
        database.start()
        try:
            await database.write(lambda change: audit.record(change, LOCAL.person_id, action, detail=query))
        finally:
            await database.stop()

    with _opened(settings):
        asyncio.run(note())


def _told(report: AuditReport, took_s: float) -> str:
    if not (report.first and report.last):
        return "0 条审计记录，完整无改动"
    lines = [
        f"{report.records} 条审计记录，完整无改动",
        f"第 {report.first.number} 条 {_at(report.first.at_us)} 至第 {report.last.number} 条 {_at(report.last.at_us)}",
    ]
    if report.checkpoint:
        at = _at(report.checkpoint.at_us)
        lines.append(f"最近检查点：第 {report.checkpoint.number} 条 {at}；与 {report.compared} 个另存的检查点相符")
    if report.pruned:
        lines.append(f"第 {report.pruned.number} 条及以前已到期清除（{_at(report.pruned.at_us)}）")
    lines.append(f"用时 {took_s:.2f} 秒，每秒 {report.records / took_s:.0f} 条")
    return "\n".join(lines)


def _at(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6).astimezone().isoformat(" ", "seconds")
