"""What baresip's words mean: of a registration, of a call, and of a text, with strangers' words between its own."""

from __future__ import annotations

import re

from hub.fallback.baresip import OWN_LINE, SipAccount
from hub.fallback.door import KEY, DoorError

SENT_OR_ANSWERED = re.compile(
    OWN_LINE + rb"(?:MESSAGE (?P<to>\S+) SIP/2\.0|SIP/2\.0 (?P<code>\d{3}) (?P<why>[^\r\n]*))\r\n"
    rb"(?P<head>(?:[^\r\n]+\r\n){1,60})\r\n"
)
"""A request to take a text, or an answer, as baresip traces them."""
_CALL_ID = re.compile(rb"^(?:Call-ID|i)[ \t]*:[ \t]*([^\s]+)", re.IGNORECASE | re.MULTILINE)
_CHALLENGES = frozenset({401, 407})


def registered(account: SipAccount) -> re.Pattern[bytes]:
    """The registrar knows the account, or does not (``failed``: why). It is said when that changes."""
    name = re.escape(account.user.encode()) + rb"@[^ \n]*: "
    known = name + rb"\{\d+/\w+/v\d\} 2\d\d "
    return re.compile(OWN_LINE + rb"(?:" + known + rb"|reg: sip:" + name + rb"(?P<failed>[^\n]*)(?=\n))")


def picked_up(account: SipAccount, uri: str) -> re.Pattern[bytes]:
    """Somebody at ``uri`` picked up (``up``), or the call is over (``why``)."""
    up = re.escape(account.user.encode()) + rb"@[^ \n]*: (?P<up>Call established: )"
    return re.compile(OWN_LINE + rb"(?:" + up + rb"|" + _closed(uri) + rb")")


def pressed(uri: str) -> re.Pattern[bytes]:
    """The key is pressed (``key``), another sender's voice comes than until now (``voice``), or the call is over."""
    key = rb"received event: '(?P<key>" + re.escape(KEY.encode()) + rb")' \(end="
    voice = rb"stream: (?P<voice>audio: SSRC changed|incoming rtp) "
    return re.compile(OWN_LINE + rb"(?:" + key + rb"|" + voice + rb"|" + _closed(uri) + rb")")


def words(said: bytes) -> str:
    """What the other side says, as far as it can be written down."""
    return "".join(char for char in said.decode("utf-8", "replace") if char.isprintable())[:80]


class TextSent:
    """One text and its answers. What counts has the request's Call-ID (RFC 3261, 8.1.1.4), which no stranger knows.

    Who makes up a request too has made a second one: then nothing counts that is said.
    """

    def __init__(self, uri: str) -> None:
        self._to = _bare(uri)
        self._call_ids: set[bytes] = set()
        self._is_challenged = False
        self.is_taken = False

    def told(self, said: re.Match[bytes]) -> None:
        """A match of SENT_OR_ANSWERED; one challenge for the password is usual. Raises DoorError where it failed."""
        call_id = _CALL_ID.search(said["head"])
        if call_id is None:
            return
        if said["code"] is None:
            if _bare(said["to"].decode("utf-8", "replace")) == self._to:
                self._call_ids.add(call_id[1])
            if len(self._call_ids) > 1:
                raise DoorError("the text: somebody else sends in the hub's name")
        elif call_id[1] in self._call_ids:
            self._answered(int(said["code"]), said["why"])

    def _answered(self, code: int, why: bytes) -> None:
        if 200 <= code < 300:
            self.is_taken = True
        elif code in _CHALLENGES and not self._is_challenged:
            self._is_challenged = True
        elif code >= 300:
            raise DoorError(f"the text: {code} {words(why)}")


def _bare(uri: str) -> bytes:
    """Of an address what baresip keeps in all that it says."""
    return uri.partition(";")[0].encode()


def _closed(uri: str) -> bytes:
    return re.escape(_bare(uri)) + rb"[^ \n]*: session closed(?:: (?P<why>[^\n]*))?(?=\n)"
