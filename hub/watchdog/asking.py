"""Asks the hub how it is, at the address that it left in its folder."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from urllib.parse import urlsplit

ANSWER_WITHIN_S = 1.5
_MAX_ANSWER_BYTES = 4096


def hub_address(data_dir: Path) -> str:
    """Where the hub of a folder serves: what it wrote to ``address``, or its ``port`` on this machine.

    Raises OSError or ValueError when it has left neither.
    """
    address = data_dir / "address"
    if address.exists():
        return address.read_text().strip()
    return f"http://127.0.0.1:{int((data_dir / 'port').read_text())}"


def ask(data_dir: Path) -> str | None:
    """None when the hub says that it is well, else what is wrong in words."""
    try:
        address = urlsplit(hub_address(data_dir))
        connection = _connect(address.scheme, address.hostname or "127.0.0.1", address.port, data_dir)
    except FileNotFoundError:
        return "not started"
    except (OSError, ValueError) as error:
        return str(error)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        body = answer.read(_MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if answer.status == 200 else _what_fails(answer.status, body)


def _connect(scheme: str, host: str, port: int | None, data_dir: Path) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
    context = ssl.create_default_context(cafile=str(data_dir / "certificates" / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # this machine is asked, which an organisation's certificate need not name
    return http.client.HTTPSConnection(host, port, timeout=ANSWER_WITHIN_S, context=context)


def _what_fails(status: int, body: bytes) -> str:
    try:
        parts = json.loads(body)["parts"]
        return ", ".join(f"{name} {how}" for name, how in parts.items() if how != "ok")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP status {status}"
