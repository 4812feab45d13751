"""``qianshao devices export``: users and access rules for an EMQX broker, read from the hub's data folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import sqlalchemy as sa
import typer

from devices.private_file import write_private
from devices.protocol.clock import SystemClock
from hub.bridge.accesslist import emqx_rules_text, emqx_users_text
from hub.bridge.configuration import HUB_USER
from hub.commands.ending import end
from hub.enrolment.records import Standing, broker_users
from hub.enrolment.tables import device_credentials
from hub.events.log import EventLog
from hub.registry.service import Registry
from hub.settings import Settings
from hub.storage.database import Database


def export(settings: Settings, folder: Path) -> None:
    """Write ``users.csv`` and ``acl.conf`` into ``folder``; the hub may run meanwhile."""
    if not settings.has_database:
        end(f"{settings.data_dir} 中没有中枢的数据库：请用 --data-dir 指明数据目录")
    database = Database(settings.database_url, SystemClock())
    try:
        registry = Registry(database, EventLog(database))
        registry.open()
        rows = database.read_now(lambda connection: connection.execute(sa.select(device_credentials)).all())
        users = broker_users(map(Standing.of_row, rows), registry.groups.values())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(folder / "users.csv", emqx_users_text(users).encode())
        write_private(folder / "acl.conf", emqx_rules_text(users, HUB_USER).encode())
    except sa.exc.DatabaseError as error:
        end(f"{settings.database_name} 不是中枢的数据库：{error.orig}")
    except OSError as error:
        end(f"写不了文件：{error}")
    finally:
        asyncio.run(database.stop())
    typer.echo(f"{len(users)} 台设备：{folder / 'users.csv'}、{folder / 'acl.conf'}，用法见 docs/emqx.md")
