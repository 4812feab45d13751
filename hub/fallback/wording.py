"""An alert as a telephone's text."""

from __future__ import annotations

from devices.protocol.messages import AlertStatus
from hub.alerts.messages import Alert
from hub.fallback.door import MOST_TEXT

_TEXT = "【黔哨{status}】{venue}：{text}（稍后来电，接听后请按 1 确认）"
_STATUS = {AlertStatus.ACTUAL: "警情", AlertStatus.EXERCISE: "演习", AlertStatus.TEST: "测试"}


def text_of(alert: Alert, venue: str) -> str:
    """At most MOST_TEXT characters: of a longer one the alert's own words are cut, never what is to be done."""
    status = _STATUS[alert.status]
    room = MOST_TEXT - len(_TEXT.format(status=status, venue=venue, text=""))
    words = alert.text if len(alert.text) <= room else alert.text[: room - 1] + "…"
    return _TEXT.format(status=status, venue=venue, text=words)
