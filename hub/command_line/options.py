"""What many commands share: the data folder, the form of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pydantic import ValidationError

from hub.commands.ending import end
from hub.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="数据目录（默认 var/hub，或 QIANSHAO_DATA_DIR）")]
Json = Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")]


def settings_of(**given: object) -> Settings:
    """The settings with what the command line gives; what is wrong is said, and ends the command."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        end("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))


def say_json(record: object) -> None:
    """Print a record as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(record), indent=1).decode())
