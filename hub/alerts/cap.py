"""Alerts as the Common Alerting Protocol 1.2 writes them (OASIS CAP-v1.2, 1 July 2010). Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

import numpy as np

from devices.protocol.messages import AlertStatus, Severity
from hub.alerts.cap_media import Brought, Resource, read_resources, write_resource
from hub.alerts.messages import Alert, Certainty, NewAlert, Target, TargetKind, Urgency
from hub.alerts.shapes import Inside, Places, in_circle, in_polygon
from hub.errors import Refusal
from hub.registry.records import Venue

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "qianshao"
"""Section 3.2.1, sender: no spaces, commas or signs of XML."""
VENUE_RADIUS_KM = 0.05
_STATUS = {AlertStatus.ACTUAL: "Actual", AlertStatus.EXERCISE: "Exercise", AlertStatus.TEST: "Test"}
_VENUE = "venue_id"
"""The geocode's valueName by which venues are named exactly."""


def cap_key(sender: str, identifier: str) -> str:
    """The idempotency key of what is made of a message."""
    return f"cap {sender} {identifier}"


class Circle(NamedTuple):
    """An area (section 3.2.4)."""

    name: str
    latitude: float
    longitude: float
    radius_km: float


class Reference(NamedTuple):
    """An earlier message (section 3.2.1, references)."""

    sender: str
    identifier: str


@dataclass(frozen=True)
class Incoming:
    """What a CAP message asks for: a new alert, in the place of ``earlier`` ones, or (None) their end."""

    identifier: str
    sender: str
    new: NewAlert | None
    earlier: tuple[Reference, ...]
    brought: Brought = field(default_factory=Brought)


def write_cap(
    alert: Alert,
    earlier: Alert | None,
    venues: Iterable[Venue],
    zone: tzinfo,
    resources: Iterable[Resource] = (),
    circles: Iterable[Circle] = (),
) -> bytes:
    """The alert as a CAP message; ``earlier`` is the one that it ends, ``venues`` those of its deliveries.

    ``circles``: where else it holds, for others than this hub's venues.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("alert"))
    _add(root, "identifier", alert.alert_id)
    _add(root, "sender", SENDER)
    _add(root, "sent", _time(alert.issued_at_ms, zone))
    _add(root, "status", _STATUS[alert.status])
    _add(root, "msgType", "Cancel" if alert.cancels else "Update" if alert.updates else "Alert")
    _add(root, "scope", "Restricted")
    _add(root, "restriction", "场所保安、网格员与警务室 venue guards, grid members and the police room")
    if earlier is not None:
        _add(root, "references", f"{SENDER},{earlier.alert_id},{_time(earlier.issued_at_ms, zone)}")
    info = ET.SubElement(root, _tag("info"))
    _add(info, "language", "zh-CN")
    _add(info, "category", "Safety")
    _add(info, "event", "社区警报")
    _add(info, "urgency", alert.urgency.value.capitalize())
    _add(info, "severity", alert.severity.value)
    _add(info, "certainty", alert.certainty.value.capitalize())
    _add(info, "expires", _time(alert.expires_at_ms, zone))
    _add(info, "description", alert.text)
    for resource in resources:
        write_resource(info, NAMESPACE, resource)
    for circle in circles:
        area = ET.SubElement(info, _tag("area"))
        _add(area, "areaDesc", circle.name)
        _add(area, "circle", f"{circle.latitude},{circle.longitude} {circle.radius_km:.3f}")
    for venue in venues:
        area = ET.SubElement(info, _tag("area"))
        _add(area, "areaDesc", venue.name)
        _add(area, "circle", f"{venue.latitude},{venue.longitude} {VENUE_RADIUS_KM}")
        code = ET.SubElement(area, _tag("geocode"))
        _add(code, "valueName", _VENUE)
        _add(code, "value", venue.venue_id)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def read_cap(document: bytes, venues: Iterable[Venue], now_ms: int) -> Incoming:
    """What a message asks for; its areas name venues by geocode, circle or polygon, and without any it is for all.

    Raises Refusal for what is no CAP 1.2, is not for acting on, or is for nowhere here.
    """
    root = _parse(document)
    identifier, sender = _text(root, "identifier"), _text(root, "sender")
    kind = _text(root, "msgType")
    earlier = tuple(_references(root))
    if kind == "Cancel":
        return Incoming(identifier, sender, None, earlier)
    if kind not in ("Alert", "Update"):
        raise _refuse("cap_not_taken", "msgType", f"不处理 {kind} 类消息", f"messages of type {kind} are not taken in")
    status = {word: status for status, word in _STATUS.items()}.get(_text(root, "status"))
    if status is None:
        raise _refuse("cap_not_taken", "status", "不处理这种状态的消息", "messages of this status are not taken in")
    info = _chosen(root)
    severity = _text(info, "severity")
    urgency, certainty = ((info.findtext(_tag(name)) or "").strip().lower() for name in ("urgency", "certainty"))
    expires = info.findtext(_tag("expires"))
    left_s = None if expires is None else (_at_ms(expires) - now_ms) / 1000
    if left_s is not None and left_s <= 0:
        raise _refuse("cap_expired", "expires", "消息已过期", "the message has expired")
    words = (info.findtext(_tag(name)) for name in ("headline", "description", "instruction"))
    text = " ".join(word.strip() for word in words if word and word.strip()) or _text(info, "event")
    new = NewAlert(
        text=text[:500],
        severity=Severity(severity) if severity in set(Severity) else Severity.SEVERE,
        urgency=Urgency(urgency) if urgency in set(Urgency) else Urgency.IMMEDIATE,
        certainty=Certainty(certainty) if certainty in set(Certainty) else Certainty.OBSERVED,
        status=status,
        target=_target(info, tuple(venues)),
        expires_in_s=None if left_s is None else min(left_s, 86_400.0),
    )
    return Incoming(identifier, sender, new, earlier if kind == "Update" else (), read_resources(info, NAMESPACE))


def _references(root: ET.Element) -> Iterator[Reference]:
    for one in (root.findtext(_tag("references")) or "").split():
        if one.count(",") == 2:
            sender, identifier, _sent = one.split(",")
            yield Reference(sender, identifier)


class _WithoutDocumentType(ET.TreeBuilder):
    """Section 3.1 knows none, and entities can be made to explode."""

    def doctype(self, *_declared: str | None) -> None:
        """Heard before the first entity is declared, however the document is coded."""
        raise _refuse("not_cap", None, "不接受带 DTD 的 XML", "XML with a document type is not taken in")


def _parse(document: bytes) -> ET.Element:
    try:
        root = ET.fromstring(document, ET.XMLParser(target=_WithoutDocumentType()))
    except (ET.ParseError, LookupError, ValueError) as error:  # the last two where the coding is not known
        raise _refuse("not_cap", None, f"不是有效的 XML：{error}", f"this is not XML: {error}") from None
    if root.tag != _tag("alert"):
        raise _refuse("not_cap", None, "不是 CAP 1.2 的 alert", "this is no alert of CAP 1.2")
    return root


def _chosen(root: ET.Element) -> ET.Element:
    """The info in Chinese, else the first."""
    infos = root.findall(_tag("info"))
    if not infos:
        raise _refuse("not_cap", "info", "消息没有 info 部分", "the message has no info")
    return next((one for one in infos if (one.findtext(_tag("language")) or "").startswith("zh")), infos[0])


def _target(info: ET.Element, venues: tuple[Venue, ...]) -> Target:
    areas = info.findall(_tag("area"))
    if not any(len(area.findall(_tag(kind))) for area in areas for kind in ("circle", "polygon", "geocode")):
        return Target(kind=TargetKind.ALL)
    places = np.array([(venue.latitude, venue.longitude) for venue in venues]).reshape(-1, 2)
    chosen = np.zeros(len(venues), dtype=bool)
    named = {value for area in areas for value in _codes(area)}
    chosen |= np.array([venue.venue_id in named for venue in venues], dtype=bool)
    for area in areas:
        if set(_codes(area)):
            continue  # named exactly: its shape is for who does not know the names
        for circle in area.findall(_tag("circle")):
            chosen |= _in_circle(places, circle.text or "")
        for polygon in area.findall(_tag("polygon")):
            chosen |= in_polygon(places, _points(polygon.text or ""))
    ids = tuple(venue.venue_id for venue, is_in in zip(venues, chosen, strict=True) if is_in)
    if not ids:
        raise _refuse("cap_elsewhere", "area", "消息的区域内没有场所", "no venue lies in the message's area")
    return Target(kind=TargetKind.VENUES, ids=ids)


def _codes(area: ET.Element) -> Iterator[str]:
    for code in area.findall(_tag("geocode")):
        if code.findtext(_tag("valueName")) == _VENUE:
            yield code.findtext(_tag("value")) or ""


def _in_circle(places: Places, text: str) -> Inside:
    centre, _, radius = text.strip().partition(" ")
    (middle,) = _points(centre)
    try:
        radius_km = float(radius)
    except ValueError:
        raise _refuse("not_cap", "circle", f"圆形区域有误：{text}", f"this is no circle: {text}") from None
    return in_circle(places, middle, radius_km * 1000)


def _points(text: str) -> list[tuple[float, float]]:
    """Latitude and longitude of each (section 3.2.4)."""
    try:
        pairs = [tuple(map(float, pair.split(","))) for pair in text.split()]
        return [(latitude, longitude) for latitude, longitude in pairs]
    except ValueError:
        raise _refuse("not_cap", "area", f"坐标有误：{text[:40]}", f"these are no places: {text[:40]}") from None


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = text


def _text(parent: ET.Element, name: str) -> str:
    found = (parent.findtext(_tag(name)) or "").strip()
    if not found:
        raise _refuse("not_cap", name, f"缺少 {name}", f"the message has no {name}")
    return found


def _time(at_ms: int, zone: tzinfo) -> str:
    """Section 3.3.2: with seconds and the zone's offset, never ``Z``."""
    return datetime.fromtimestamp(at_ms // 1000, zone).isoformat()


def _at_ms(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _refuse("not_cap", "expires", f"时间有误：{text[:40]}", f"this is no time: {text[:40]}") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _refuse(code: str, field: str | None, message: str, message_en: str) -> Refusal:
    return Refusal(code, message, message_en, field=field)
