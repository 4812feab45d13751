"""``python -m devices.enrol``: enrol this device once, from the text of its QR code."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from devices.enrol.client import enrol
from devices.enrol.invitation import EnrolError
from devices.link.credential import Credential, CredentialError


def main(
    store: Annotated[Path, typer.Option(help="设备的数据目录（the device's folder）")],
    join: Annotated[
        str | None, typer.Argument(help="入网地址 https://…/join#d=…&f=…；- 为标准输入（- reads standard input）")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="入网地址所在的文件（a file with the address）")] = None,
    again: Annotated[bool, typer.Option("--again", help="已入网的设备重新入网（replace what it has）")] = False,
) -> None:
    """Enrol a device. The code is good once: a list of processes shows it only when it is spent already."""
    try:
        if not again and (kept := Credential.load(store)) is not None:
            raise EnrolError(
                f"{store} 中已有 {kept.device_id} 的凭证：重新入网请加 --again（enrolled already: --again replaces it）"
            )
        credential = asyncio.run(enrol(_read(join, file), store))
    except (EnrolError, CredentialError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{credential.kind.value} {credential.device_id} 已入网 {credential.hub_url}（enrolled）")


def _read(join: str | None, file: Path | None) -> str:
    if file is not None:
        return file.read_text().strip()
    if join is None:
        raise EnrolError("请给出入网地址、- 或 --file（give the address, - or --file）")
    return sys.stdin.readline() if join == "-" else join


if __name__ == "__main__":
    typer.run(main)
