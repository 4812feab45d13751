"""The request to add a camera or a recording, and the camera that it makes; a device is asked for its streams."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from hub.errors import Refusal
from hub.onvif.device import with_login
from hub.onvif.envelopes import Login
from hub.onvif.records import ONVIF, Password, User, read_address
from hub.onvif.service import Onvif
from hub.registry.records import AtMs, Camera, Latitude, Longitude, Title, Transport, Url
from hub.storage.identifiers import new_id

_Address = Annotated[str, msgspec.Meta(max_length=2000)]


class NewCamera(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` is the main stream's, or ``onvif://host[:port]`` of a device that tells both streams.

    ``user`` and ``password`` are put into the addresses, so that they need not be written there.
    """

    name: Title
    url: _Address
    sub_url: _Address | None = None
    transport: Transport = Transport.TCP
    user: User | None = None
    password: Password = ""
    owner_id: str | None = None
    venue_id: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    recording: bool = False
    started_at_ms: AtMs | None = None

    def __repr__(self) -> str:
        return f"NewCamera({self.name!r})"


async def make_camera(new: NewCamera, onvif: Onvif) -> Camera:
    """The camera, with a new id. Raises Refusal: an address is none, or the device does not tell its streams."""
    login = None if new.user is None else Login(new.user, new.password)
    if new.url.startswith(ONVIF):
        main, sub = await _streams(new, login or Login("", ""), onvif)
    else:
        main, sub = new.url, new.sub_url
    return Camera(
        camera_id=new_id("C", 6),
        name=new.name,
        url=_url(main, "url", login),
        sub_url=None if sub is None else _url(sub, "sub_url", login),
        transport=new.transport,
        owner_id=new.owner_id,
        venue_id=new.venue_id,
        latitude=new.latitude,
        longitude=new.longitude,
        recording=new.recording,
        started_at_us=None if new.started_at_ms is None else new.started_at_ms * 1000,
    )


async def _streams(new: NewCamera, login: Login, onvif: Onvif) -> tuple[str, str | None]:
    """Main and sub stream of a device; a ``sub_url`` that is said stands."""
    address = read_address(new.url)
    if address is None:
        words = ("地址须为 onvif://主机[:端口]，不含密码", "use onvif://host[:port], without a password")
        raise Refusal("bad_url", *words, field="url")
    device = await onvif.ask(address, login)
    return device.main.url, new.sub_url or (device.sub.url if device.sub else None)


def _url(text: str, field: str, login: Login | None) -> str:
    """The address, with who asks where that is said. Raises Refusal, which repeats nothing of it."""
    try:
        if login is not None and "://" in text and "@" not in urlsplit(text).netloc:
            text = with_login(text, login)
        return msgspec.convert(text, Url)
    except ValueError:  # msgspec's are among them
        raise Refusal(
            "bad_url",
            "地址须为 rtsp://、http://、onvif://、v4l2:/dev/videoN 或文件的完整路径",
            "use rtsp://, http://, onvif://, v4l2:/dev/videoN or the full path of a file",
            field=field,
        ) from None
