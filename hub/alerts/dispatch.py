"""An alert on its way to radios: coded for each, put into the outbox, coded anew after a restart."""

from __future__ import annotations

from typing import NamedTuple

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind, Down
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AlertMedia
from hub.bridge.client import Bridge
from hub.bridge.outbox import Outbox, Outgoing
from hub.storage.writer import Change

_FIRST = "alert"
"""Stands in the outbox for the alert itself; a reminder for itself."""


class Purpose(NamedTuple):
    """What a message in the outbox is: an alert to a radio, or its reminder."""

    reminder: wire.Reminder | None
    alert_id: str
    radio_id: str

    def __str__(self) -> str:
        return f"{self.reminder or _FIRST}:{self.alert_id}:{self.radio_id}"

    @classmethod
    def read(cls, text: str) -> Purpose:
        """As the outbox hands it back."""
        why, alert_id, radio_id = text.split(":")
        return cls(None if why == _FIRST else wire.Reminder(why), alert_id, radio_id)


class Dispatch:
    """Puts alerts into the outbox, in the change that decided it."""

    def __init__(self, outbox: Outbox, bridge: Bridge, clock: Clock) -> None:
        self._outbox = outbox
        self._bridge = bridge
        self._clock = clock

    def send(
        self,
        change: Change,
        alert: Alert,
        lifetime: Lifetime,
        attempts: dict[str, int],
        reminder: wire.Reminder | None = None,
    ) -> None:
        """Send it to these radios; ``attempts`` has the number of the attempt for each.

        What is at the same attempt is the same message, with one stamp, coded once for all of them.
        """
        left_s = lifetime.left_s(self._clock)
        coded = {attempt: self._coded(alert, left_s, attempt, reminder) for attempt in set(attempts.values())}
        for radio_id, attempt in attempts.items():
            topic = topics.down(DeviceKind.RADIO, radio_id, Down.ALERT)
            purpose = str(Purpose(reminder, alert.alert_id, radio_id))
            self._outbox.send(change, topic, coded[attempt], expires_in_s=left_s, purpose=purpose)

    def renewed(self, left: Outgoing, alert: Alert, lifetime: Lifetime, attempt: int) -> Outgoing | None:
        """What an earlier run left in the outbox, coded anew; None when its time is over."""
        left_s = lifetime.left_s(self._clock)
        if left_s <= 0:
            return None
        payload = self._coded(alert, left_s, attempt, Purpose.read(left.purpose).reminder)
        return left._replace(payload=payload, expires_in_s=max(1, round(left_s)))

    def _coded(self, alert: Alert, left_s: float, attempt: int, reminder: wire.Reminder | None) -> bytes:
        message = wire.AlertMessage(
            stamp=self._bridge.stamper.stamp(),
            alert_id=alert.alert_id,
            attempt=attempt,
            severity=alert.severity,
            text=alert.text,
            issued_wall_us=alert.issued_at_ms * 1000,
            expires_in_s=left_s,
            answers=() if alert.cancels or alert.status is wire.AlertStatus.TEST else tuple(wire.Answer),
            status=alert.status,
            reminder=reminder,
            cancels=alert.cancels,
            updates=alert.replaces,
            picture=_attachment(alert.picture),
            speech=_attachment(alert.speech),
        )
        return wire.encode(message)


def _attachment(media: AlertMedia | None) -> wire.Attachment | None:
    if media is None:
        return None
    return wire.Attachment(media_id=media.media_id, type=media.type.value, bytes=media.bytes)
