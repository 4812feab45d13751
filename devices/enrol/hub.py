"""The hub's HTTP as a device speaks it: trusts one authority alone, and says failures in words."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx
import msgspec

from devices.enrol.invitation import EnrolError

TIMEOUT_S = 20.0
MAX_ANSWER_BYTES = 64 * 1024
_HEADERS = {"X-Qianshao": "1"}


class HubRefused(EnrolError):
    """The hub answered no; ``status`` is the HTTP status."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class _Fault(msgspec.Struct):
    message: str
    message_en: str


class _Refused(msgspec.Struct):
    error: _Fault


def trusting(authority_pem: str | None) -> ssl.SSLContext:
    """TLS 1.3 that trusts ``authority_pem`` alone; nobody when it is None."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if authority_pem is not None:
        context.load_verify_locations(cadata=authority_pem)
    return context


def _unchecked() -> ssl.SSLContext:
    """For the authority's certificate alone, which is then known by its fingerprint."""
    context = trusting(None)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def fetch_authority(hub_url: str, fingerprint: str) -> str:
    """The authority's certificate (PEM) that has this fingerprint. Raises EnrolError."""
    pem = (await call(hub_url, "GET", "/ca.pem", tls=_unchecked())).decode("latin-1")
    end = pem.find("-----END CERTIFICATE-----")
    try:
        der = ssl.PEM_cert_to_DER_cert(pem[: end + len("-----END CERTIFICATE-----")].strip() + "\n")
    except ValueError:
        der = b""
    if hashlib.sha256(der).hexdigest() != fingerprint:
        raise EnrolError(
            f"{hub_url} 不是发出此入网码的中枢（证书指纹不符）：请核对地址，不要继续"
            "（another hub than the one that made this code: do not go on）"
        )
    return ssl.DER_cert_to_PEM_cert(der)


@asynccontextmanager
async def _client(hub_url: str, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=hub_url, verify=tls, timeout=TIMEOUT_S, headers=_HEADERS, trust_env=False, follow_redirects=False
    ) as client:
        yield client


async def call(
    hub_url: str,
    method: str,
    path: str,
    *,
    tls: ssl.SSLContext,
    body: msgspec.Struct | None = None,
    auth: tuple[str, str] | None = None,
) -> bytes:
    """One request; returns the answer's body. Raises EnrolError, HubRefused."""
    content = None if body is None else msgspec.json.encode(body)
    try:
        async with _client(hub_url, tls) as client:
            answer = await client.request(method, path, content=content, auth=auth)
    except httpx.TransportError as error:
        raise EnrolError(_words(hub_url, error)) from None
    if not answer.is_success:
        raise HubRefused(_refusal(hub_url, answer), answer.status_code)
    if len(answer.content) > MAX_ANSWER_BYTES:
        raise EnrolError(f"{hub_url} 的回答过长，不是黔哨中枢（this is not a hub: its answer is too long）")
    return answer.content


def _refusal(hub_url: str, answer: httpx.Response) -> str:
    try:
        fault = msgspec.json.decode(answer.content, type=_Refused).error
    except msgspec.MsgspecError:
        status = answer.status_code
        if status == HTTPStatus.NOT_FOUND:
            return f"{hub_url} 不是黔哨中枢：请核对地址和端口（this is not a hub: look at address and port）"
        return f"{hub_url} 回答 HTTP {status}：稍后再试（try again later）"
    return f"{fault.message}（{fault.message_en}）"


def _words(hub_url: str, error: httpx.TransportError) -> str:
    """What went wrong, for the person who can mend it."""
    text = str(error)
    if "not yet valid" in text or "has expired" in text:
        return (
            f"{hub_url} 的证书不在有效期内：请核对本机时间（the certificate is not valid at this device's time: "
            "set its clock）"
        )
    if "certificate verify failed" in text or "CERTIFICATE_VERIFY_FAILED" in text:
        return f"{hub_url} 的证书不是本设备的中枢所发：请核对地址（another hub's certificate: look at the address）"
    if isinstance(error, httpx.TimeoutException):
        return f"{hub_url} 在 {TIMEOUT_S:.0f} 秒内没有回答：请核对网络（no answer: look at the network）"
    return f"{hub_url} 连接不上：请核对地址、端口和网络（cannot be reached: {text or type(error).__name__}）"
