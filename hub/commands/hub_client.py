"""A client of the hub's HTTP interface on this machine, by the port and token that it wrote into its data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from hub.access.keys import LOCAL_TOKEN

_T = TypeVar("_T")
TIMEOUT_S = 30.0


class HubUnreachable(RuntimeError):
    """No hub answers; says what to start."""


class HubRefused(RuntimeError):
    """The hub refused; the message is its own."""


class HubClient:
    """Calls of one hub."""

    def __init__(self, url: str, local_token: str) -> None:
        self.url = url
        headers = {"X-Qianshao": "1", "Authorization": f"Bearer {local_token}"}
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, headers=headers, trust_env=False)

    @classmethod
    def of(cls, data_dir: Path) -> HubClient:
        """The hub whose data is in ``data_dir``. Raises HubUnreachable."""
        try:
            port = int((data_dir / "port").read_text())
            local_token = (data_dir / "access" / LOCAL_TOKEN).read_text()
        except (OSError, ValueError):
            raise HubUnreachable(
                f"{data_dir} 中没有运行过的中枢：请先运行 qianshao hub，或用 --data-dir 指明"
            ) from None
        return cls(f"http://127.0.0.1:{port}", local_token)

    def call(self, method: str, path: str, *, body: Any = None, content: bytes | None = None) -> bytes:
        """One request; returns the body. Raises HubUnreachable, HubRefused."""
        data = content if body is None else msgspec.json.encode(body)
        try:
            answer = self._http.request(method, path, content=data)
        except httpx.TransportError as error:
            raise HubUnreachable(f"{self.url} 没有回应（{error}）：请先运行 qianshao hub") from None
        if answer.is_error:
            try:
                said = msgspec.json.decode(answer.content)["error"]["message"]
            except (msgspec.MsgspecError, KeyError, TypeError):
                said = f"HTTP {answer.status_code}"
            raise HubRefused(said)
        return answer.content

    def get(self, path: str, kind: type[_T]) -> _T:
        """Read a record."""
        return msgspec.json.decode(self.call("GET", path), type=kind)
