"""What can be wrong with a stream, in words for the person who has to put it right; never with a password in them."""

from __future__ import annotations

import errno
import re
from urllib.parse import urlsplit

import av

from hub.footage.coded import Word

_HOST = re.compile(r"[\w.:%-]+")
_REASONS_ZH = {
    errno.EIO: "读写出错",
    errno.EISDIR: "是文件夹",
    errno.EBUSY: "设备被占用",
    errno.ENODEV: "没有这个设备",
    errno.ECONNRESET: "连接被断开",
}
END = "end"
"""The code of a word that says a stream's ordinary end."""


class SourceError(Exception):
    """A stream cannot be had; says why and what to do, in English (``str``) and ``chinese``.

    ``code`` names its kind in a ``Word``.
    """

    code = "failed"

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class Refused(SourceError):
    """Nobody answers at the address, or the answer is no."""

    code = "refused"


class WrongPassword(Refused):
    """The camera wants another user name or password."""

    code = "wrong_password"


class NoSuchFile(SourceError):
    """There is no file or folder of that name, or no such stream on the camera."""

    code = "no_such_stream"


class NotVideo(SourceError):
    """What is there is not video."""

    code = "not_video"


class Unreadable(SourceError):
    """It is there and cannot be read."""

    code = "unreadable"


class Stalled(SourceError):
    """No picture came for a while."""

    code = "stalled"


class Withheld(SourceError):
    """It may not be shown or kept as it is, and there is no encoder left to mask it."""

    code = "withheld"


_KINDS: tuple[type[SourceError], ...] = (Refused, WrongPassword, NoSuchFile, NotVideo, Unreadable, Stalled, Withheld)


def word_of(error: SourceError) -> Word:
    """The word by which who is handed a stream on hears of it."""
    return Word(code=error.code, message=error.chinese, message_en=str(error))


def of_word(word: Word) -> SourceError:
    """The error that a word tells of; one of an unknown code is Refused."""
    kind = next((one for one in _KINDS if one.code == word.code), Refused)
    return kind(word.message_en, word.message)


def no_recorder() -> Refused:
    """The recorder's relay is not there, or went away."""
    return Refused("the recorder is being started again", "录像进程正在重新启动")


def shown(url: str) -> str:
    """The address as people may see it: scheme, host and port.

    Path and query are left out: many cameras have their password there (``/user=admin_password=…``). A password with
    signs that end it before its "@" leaves parts of it all over the address: then only the scheme is shown, as where
    what stands for the host is no host's name.
    """
    scheme, found, _ = url.partition("://")
    if not found:
        return url
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{scheme}://…"
    rest = parts.path + parts.query + parts.fragment
    if "@" in rest or not _HOST.fullmatch(parts.hostname or ""):
        return f"{scheme}://…"
    return f"{scheme}://{parts.hostname}{port}{'/…' if rest.strip('/') else ''}"


def no_answer(url: str, timeout_s: float) -> Refused:
    """Nothing came within the time given."""
    return Refused(
        f"{shown(url)} did not answer within {timeout_s:g} s: is the camera on, and is the address right?",
        f"{shown(url)} 在 {timeout_s:g} 秒内没有应答：请检查摄像头是否通电、地址是否正确",
    )


def no_picture(name: str, stall_s: float) -> Stalled:
    """Nothing came for ``stall_s`` from what people know as ``name``."""
    return Stalled(f"no picture from {name} for {stall_s:g} s", f"{name} 已 {stall_s:g} 秒没有画面")


def of_opening(error: Exception, url: str, timeout_s: float) -> SourceError:
    """The plain reason for which ``url`` could not be opened."""
    name = shown(url)
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return WrongPassword(f"{name} wants another user name or password", f"{name} 的用户名或密码不对")
    if isinstance(error, av.error.ConnectionRefusedError):
        return Refused(
            f"{name} refuses the connection: is the camera on, and is the port right?",
            f"{name} 拒绝连接：请检查摄像头是否通电、端口是否正确",
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        return NoSuchFile(
            f"{name} does not have this stream: is the path in the address right?",
            f"{name} 没有这路视频：请检查地址中的路径",
        )
    if isinstance(error, av.error.FileNotFoundError):
        return NoSuchFile(f"{name} does not exist", f"{name} 不存在")
    if isinstance(error, (av.error.ExitError, av.error.TimeoutError)):
        return no_answer(url, timeout_s)
    if isinstance(error, (av.error.InvalidDataError, av.error.DemuxerNotFoundError)):
        return NotVideo(f"{name} is not video that can be read", f"{name} 不是能读取的视频")
    if isinstance(error, av.error.PermissionError):
        return Unreadable(
            f"{name} may not be read by this program: give it the right to read the file",
            f"本程序无权读取 {name}：请授予读取权限",
        )
    if "://" in url:
        return Refused(
            f"{name} cannot be reached: is the camera on, and is the address right? ({_reason(error)})",
            f"{name} 无法连接：请检查摄像头是否通电、地址是否正确",
        )
    return Unreadable(f"{name} cannot be read ({_reason(error)})", f"{name} 无法读取{_reason_zh(error)}")


def of_reading(error: Exception, url: str, timeout_s: float) -> SourceError:
    """The plain reason for which reading of ``url`` broke off."""
    name = shown(url)
    if isinstance(error, (av.error.ExitError, av.error.TimeoutError)):
        return no_picture(name, timeout_s)
    return Unreadable(f"{name} broke off ({_reason(error)})", f"{name} 读取中断{_reason_zh(error)}")


def _reason(error: Exception) -> str:
    """The library's own words, which name no address."""
    return getattr(error, "strerror", None) or type(error).__name__


def _reason_zh(error: Exception) -> str:
    """The commonest of them, in brackets; nothing for the others, which stand in the English half."""
    words = _REASONS_ZH.get(getattr(error, "errno", None) or 0)
    return f"（{words}）" if words else ""
