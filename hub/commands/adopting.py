"""``qianshao footage adopt``: a person says that the disk which is there now is the one to keep footage on."""

from __future__ import annotations

import sqlalchemy as sa
import typer

from hub.commands.ending import end
from hub.footage.disk import DiskMissing, FootageDisk, mark
from hub.footage.disk_records import known_disk
from hub.footage.segments.keeper import disk_use
from hub.footage.tables import footage_disk
from hub.settings import Settings
from hub.storage.engine import make_engine


def adopt(settings: Settings, *, ask: bool) -> None:
    """Mark the disk as the one that the hub knows; a hub that runs sees it within a second."""
    folder = settings.footage_folder
    disk_id = _known(settings)
    if disk_id is None:
        end(
            f"{settings.data_dir} 的中枢还没有录过像：启动后会直接使用 {folder}\n"
            f"the hub of {settings.data_dir} has recorded nothing yet: once started it takes {folder} by itself"
        )
    try:
        if _is_right(FootageDisk(folder, disk_id)):
            typer.echo(f"{folder} 已经是录像盘\n{folder} is the footage disk already")
            return
        folder.mkdir(parents=True, exist_ok=True)
        use = disk_use(folder)
        typer.echo(
            f"{folder} 所在的磁盘共 {use.total_bytes / 1e9:.0f} GB，可用 {use.free_bytes / 1e9:.0f} GB\n"
            f"the disk of {folder} has {use.total_bytes / 1e9:.0f} GB, {use.free_bytes / 1e9:.0f} GB free"
        )
        if ask and not typer.confirm("以后在这块盘上录像吗？(keep footage on this disk?)"):
            return
        mark(folder, disk_id)
    except OSError as error:
        end(f"{folder} 写不进去（{error.strerror}）\n{folder} cannot be written ({error.strerror})")
    typer.echo(f"今后的录像存入 {folder}\nfootage is kept in {folder} from now on")


def _known(settings: Settings) -> str | None:
    """The disk that the hub knows; None where no hub was ever started, or it recorded nothing."""
    if not settings.has_database:
        return None
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            return known_disk(connection) if sa.inspect(connection).has_table(footage_disk.name) else None
    except sa.exc.DatabaseError as error:
        end(f"{settings.database_name} 打不开（{error.orig}）\n{settings.database_name} cannot be read ({error.orig})")
    finally:
        engine.dispose()


def _is_right(disk: FootageDisk) -> bool:
    try:
        disk.check()
    except DiskMissing:
        return False
    return True
