"""The SOAP messages that are sent to a device: pure text, with the time and the nonce passed in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

SOAP = "http://www.w3.org/2003/05/soap-envelope"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
"""The one that knows H.265 (ONVIF Media2 Service Specification)."""
_SCHEMA = "http://www.onvif.org/ver10/schema"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SECURITY = f"{_WSS}-wssecurity-secext-1.0.xsd"
_UTILITY = f"{_WSS}-wssecurity-utility-1.0.xsd"
_DIGEST = f"{_WSS}-username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSS}-soap-message-security-1.0#Base64Binary"


@dataclass(frozen=True)
class Login:
    """A name and its password, which is in no text that is shown."""

    user: str
    password: str = field(repr=False)


def envelope(body: str, security: str = "") -> bytes:
    """A SOAP 1.2 message."""
    head = f"<s:Header>{security}</s:Header>" if security else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:tt="{_SCHEMA}">'
        f"{head}<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def security(login: Login, nonce: bytes, at_us: int) -> str:
    """The head that says who asks, by Base64(SHA-1(nonce + created + password)): WS-Security UsernameToken Profile 1.0.

    ``at_us`` is the device's own time (microseconds since 1970 UTC): it takes no words that seem old.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    said = nonce + created.encode() + login.password.encode()
    digest = base64.b64encode(hashlib.sha1(said, usedforsecurity=False).digest()).decode()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_SECURITY}" xmlns:wsu="{_UTILITY}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(login.user)}</wsse:Username>"
        f'<wsse:Password Type="{_DIGEST}">{digest}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


def get_time() -> str:
    return f'<GetSystemDateAndTime xmlns="{DEVICE}"/>'


def get_device_information() -> str:
    return f'<GetDeviceInformation xmlns="{DEVICE}"/>'


def get_services() -> str:
    return f'<GetServices xmlns="{DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>'


def get_capabilities() -> str:
    return f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'


def get_profiles(media: str) -> str:
    """``media`` is MEDIA or MEDIA2."""
    return f'<GetProfiles xmlns="{media}">{"<Type>VideoEncoder</Type>" if media == MEDIA2 else ""}</GetProfiles>'


def get_stream_uri(media: str, token: str) -> str:
    """Where the stream of a profile is, over RTSP. ``media`` is MEDIA or MEDIA2."""
    profile = f"<ProfileToken>{escape(token)}</ProfileToken>"
    if media == MEDIA2:
        return f'<GetStreamUri xmlns="{MEDIA2}"><Protocol>RTSP</Protocol>{profile}</GetStreamUri>'
    setup = "<tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>"
    return f'<GetStreamUri xmlns="{MEDIA}"><StreamSetup>{setup}</StreamSetup>{profile}</GetStreamUri>'
