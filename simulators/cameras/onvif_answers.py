"""What a simulated ONVIF device answers: pure text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

_NAMESPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"'
)


@dataclass(frozen=True)
class OfferedStream:
    """One profile; ``coding`` is H264, H265 or JPEG. The first media service knows no H265 and leaves it out."""

    token: str
    coding: str
    width_px: int
    height_px: int
    uri: str
    frames_per_s: int = 25


@dataclass(frozen=True)
class Answering:
    """What the answers are made from."""

    streams: Sequence[OfferedStream]
    host: str
    """Host and port by which the device calls itself."""
    media2: bool
    old: bool


def soap(body: str) -> bytes:
    return f"<s:Envelope {_NAMESPACES}><s:Body>{body}</s:Body></s:Envelope>".encode()


def fault(subcode: str) -> bytes:
    code = f"<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
    return soap(f'<s:Fault>{code}<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>')


def system_time(now: datetime) -> bytes:
    time = f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
    day = f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
    utc = f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{day}</tt:Date></tt:UTCDateTime>"
    said = f"<tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>{utc}</tds:SystemDateAndTime>"
    return soap(f"<tds:GetSystemDateAndTimeResponse>{said}</tds:GetSystemDateAndTimeResponse>")


def answer(name: str, body: str, about: Answering) -> bytes | None:
    """The answer to a question that needs a password; None: not understood."""
    make = _ANSWERS.get(name)
    return None if make is None else make(about, body)


def _information(_about: Answering, _body: str) -> bytes:
    fields = {"Manufacturer": "海康", "Model": "DS-2CD", "FirmwareVersion": "V5.5.0", "SerialNumber": "1"}
    said = "".join(f"<tds:{name}>{value}</tds:{name}>" for name, value in fields.items())
    return soap(f"<tds:GetDeviceInformationResponse>{said}</tds:GetDeviceInformationResponse>")


def _services(about: Answering, _body: str) -> bytes | None:
    if about.old:
        return None
    paths = {"ver10/device": "device_service", "ver10/media": "Media"} | (
        {"ver20/media": "Media2"} if about.media2 else {}
    )
    said = "".join(
        f"<tds:Service><tds:Namespace>http://www.onvif.org/{space}/wsdl</tds:Namespace>"
        f"<tds:XAddr>http://{about.host}/onvif/{path}</tds:XAddr></tds:Service>"
        for space, path in paths.items()
    )
    return soap(f"<tds:GetServicesResponse>{said}</tds:GetServicesResponse>")


def _capabilities(about: Answering, _body: str) -> bytes:
    media = f"<tt:Media><tt:XAddr>http://{about.host}/onvif/Media</tt:XAddr></tt:Media>"
    said = f"<tds:Capabilities>{media}</tds:Capabilities>"
    return soap(f"<tds:GetCapabilitiesResponse>{said}</tds:GetCapabilitiesResponse>")


def _profiles(about: Answering, body: str) -> bytes:
    second = "ver20/media" in body
    said = "".join(_profile(one, second) for one in about.streams if second or one.coding != "H265")
    space = "tr2" if second else "trt"
    return soap(f"<{space}:GetProfilesResponse>{said}</{space}:GetProfilesResponse>")


def _profile(one: OfferedStream, second: bool) -> str:
    size = f"<tt:Width>{one.width_px}</tt:Width><tt:Height>{one.height_px}</tt:Height>"
    rate = f"<tt:FrameRateLimit>{one.frames_per_s}</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit>"
    settings = (
        f"<tt:Encoding>{one.coding}</tt:Encoding><tt:Resolution>{size}</tt:Resolution>"
        f"<tt:RateControl>{rate}</tt:RateControl>"
    )
    if second:
        encoder = f'<tr2:VideoEncoder token="e">{settings}</tr2:VideoEncoder>'
        return f'<tr2:Profiles token="{one.token}"><tr2:Configurations>{encoder}</tr2:Configurations></tr2:Profiles>'
    encoder = f'<tt:VideoEncoderConfiguration token="e">{settings}</tt:VideoEncoderConfiguration>'
    return f'<trt:Profiles token="{one.token}" fixed="true">{encoder}</trt:Profiles>'


def _stream_uri(about: Answering, body: str) -> bytes | None:
    token = re.search(r"ProfileToken>([^<]*)<", body)
    stream = next((one for one in about.streams if token and one.token == token[1]), None)
    if stream is None:
        return None
    uri = stream.uri.replace("&", "&amp;")
    if "ver20/media" in body:
        return soap(f"<tr2:GetStreamUriResponse><tr2:Uri>{uri}</tr2:Uri></tr2:GetStreamUriResponse>")
    said = f"<trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri>"
    return soap(f"<trt:GetStreamUriResponse>{said}</trt:GetStreamUriResponse>")


_ANSWERS: dict[str, Callable[[Answering, str], bytes | None]] = {
    "GetDeviceInformation": _information,
    "GetServices": _services,
    "GetCapabilities": _capabilities,
    "GetProfiles": _profiles,
    "GetStreamUri": _stream_uri,
}


def probe_matches(related: str, host: str, port: int) -> bytes:
    """An answer to a probe of WS-Discovery; the device also calls itself by a link-local address, as many do."""
    addresses = f"http://169.254.3.4/onvif/device_service http://{host}:{port}/onvif/device_service"
    scopes = (
        "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/%E5%A4%A7%E9%97%A8 "
        "onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/location/city/anlong"
    )
    addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
    discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{addressing}" xmlns:d="{discovery}">'
        f"<s:Header><a:RelatesTo>{related}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
        f"<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter"
        f"</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
        "</s:Body></s:Envelope>"
    ).encode()
