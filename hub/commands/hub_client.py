"""A client of the hub's HTTP interface on this machine, by the address and token that it wrote into its data folder."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from hub.access.keys import LOCAL_TOKEN
from hub.certificates.authority import CertificateError, name_host
from hub.certificates.folder import CertificateFolder, Server

_T = TypeVar("_T")
TIMEOUT_S = 30.0


class HubUnreachable(RuntimeError):
    """No hub answers; says what to start."""


class HubRefused(RuntimeError):
    """The hub refused; the message is its own."""


class HubClient:
    """Calls of one hub."""

    def __init__(self, url: str, local_token: str, certificates: CertificateFolder) -> None:
        """``url`` as the hub wrote it. Raises HubUnreachable when its certificate cannot be checked."""
        self.url = url
        self._extensions: dict[str, Any] = {}
        verify: bool | ssl.SSLContext = False
        if url.startswith("https://"):
            verify = self._trust(certificates)
        headers = {"X-Qianshao": "1", "Authorization": f"Bearer {local_token}"}
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, headers=headers, trust_env=False, verify=verify)

    def _trust(self, certificates: CertificateFolder) -> ssl.SSLContext:
        """Trust the hub's own authority alone; an organisation's certificate need not name this machine."""
        try:
            context = ssl.create_default_context(cafile=str(certificates.ca_pem))
            names = certificates.names(Server.HUB)
        except (OSError, CertificateError) as error:
            raise HubUnreachable(f"{certificates.path} 中的证书无法读取（{error}）") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if not name_host(names, httpx.URL(self.url).host):
            self._extensions["sni_hostname"] = names[0]
        return context

    @classmethod
    def of(cls, data_dir: Path) -> HubClient:
        """The hub whose data is in ``data_dir``. Raises HubUnreachable."""
        try:
            address = (data_dir / "address").read_text()
            local_token = (data_dir / "access" / LOCAL_TOKEN).read_text()
        except (OSError, ValueError):
            raise HubUnreachable(
                f"{data_dir} 中没有运行过的中枢：请先运行 qianshao hub，或用 --data-dir 指明"
            ) from None
        return cls(address, local_token, CertificateFolder(data_dir / "certificates"))

    def close(self) -> None:
        """End its connections; a command that ends anyway need not."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        within_s: float = TIMEOUT_S,
    ) -> bytes:
        """One request; returns the body. Raises HubUnreachable, HubRefused."""
        data = content if body is None else msgspec.json.encode(body)
        answer = self._ask(method, path, data, within_s)
        if answer.is_error:
            try:
                said = msgspec.json.decode(answer.content)["error"]["message"]
            except (msgspec.MsgspecError, KeyError, TypeError):
                said = f"HTTP {answer.status_code}"
            raise HubRefused(said)
        return answer.content

    def health(self, kind: type[_T]) -> _T:
        """What /healthz says, also of a hub that is not well. Raises HubUnreachable, msgspec.DecodeError."""
        return msgspec.json.decode(self._ask("GET", "/healthz", None, TIMEOUT_S).content, type=kind)

    def _ask(self, method: str, path: str, content: bytes | None, within_s: float) -> httpx.Response:
        try:
            return self._http.request(method, path, content=content, extensions=self._extensions, timeout=within_s)
        except httpx.TransportError as error:
            raise HubUnreachable(f"{self.url} 没有回应（{error}）：请先运行 qianshao hub") from None

    def get(self, path: str, kind: type[_T]) -> _T:
        """Read a record."""
        return msgspec.json.decode(self.call("GET", path), type=kind)
