"""What happens elsewhere and concerns a search: guards' words, officers' words on pictures, hits of the watch.

All of it is heard in the transaction in which it happens, by the writer's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from devices.protocol.messages import Answer
from devices.protocol.sightings import Sighting
from hub.alerts.messages import ReportMade
from hub.alerts.service import Alerts, Told
from hub.cases.messages import WatchHit
from hub.cases.watching import Watching
from hub.errors import Refusal
from hub.found.messages import Found, Outcome
from hub.found.service import FoundRoom
from hub.missing_child import machine
from hub.missing_child.looking import shown
from hub.missing_child.messages import Evidence, EvidenceKind, EvidenceState, HitShown, MissingChild
from hub.missing_child.rings import is_possible
from hub.missing_child.walking import Walking
from hub.registry.service import Registry
from hub.sightings.messages import Verdict
from hub.sightings.path.messages import Mark
from hub.sightings.path.service import Paths
from hub.storage.identifiers import new_id
from hub.storage.writer import Change


class Hearing:
    """``changed`` changes a procedure within a transaction, after which it is handed to ``keep``."""

    def __init__(
        self,
        registry: Registry,
        alerts: Alerts,
        walking: Walking,
        changed: Callable[[Change, str, machine.Move], MissingChild | None],
        keep: Callable[[MissingChild | None], None],
    ) -> None:
        self._registry = registry
        self._alerts = alerts
        self._walking = walking
        self._changed = changed
        self._keep = keep

    def listen(self, found: FoundRoom, paths: Paths, watching: Watching) -> None:
        """Hear it; before the hub serves anyone."""
        self._alerts.when_reported(self._reported)
        found.when_found(self._said_with_me)
        found.when_closed(self._looked_at)
        paths.when_marked(self._marked)
        watching.when_hit(self._hit)

    def _in_change(self, change: Change, case_id: str | None, step: machine.Move) -> Told:
        child = None if case_id is None else self._changed(change, case_id, step)
        return partial(self._keep, child)

    def _reported(self, change: Change, report: ReportMade) -> Told:
        """A guard says that he sees her."""
        if report.answer is not Answer.SEEN:
            return _nothing
        case_id = self._case_of(change, report.alert_id)
        venue = self._registry.venues.get(report.venue_id)
        if case_id is None or venue is None:
            return _nothing
        at_ms = change.at_us // 1000 if report.pressed_at_ms is None else report.pressed_at_ms
        evidence = Evidence(
            evidence_id=new_id("E"),
            kind=EvidenceKind.SEEN,
            state=EvidenceState.STANDS,
            at_ms=at_ms,
            latitude=venue.latitude,
            longitude=venue.longitude,
            venue_id=venue.venue_id,
            by=report.by or report.radio_id,
            text=report.text,
        )
        return self._in_change(change, case_id, partial(self._heeding, evidence))

    def _said_with_me(self, change: Change, found: Found) -> Told:
        venue = self._registry.venues.get(found.venue_id)
        evidence = None
        if venue is not None:
            evidence = Evidence(
                evidence_id=found.found_id,
                kind=EvidenceKind.WITH_ME,
                state=EvidenceState.STANDS,
                at_ms=found.at_ms,
                latitude=venue.latitude,
                longitude=venue.longitude,
                venue_id=venue.venue_id,
                by=found.by or found.radio_id,
                text=found.text,
            )
        case_id = self._case_of(change, found.alert_id)
        return self._in_change(
            change, case_id, lambda child, now_ms: machine.said_with_me(child, found.found_id, evidence, now_ms)
        )

    def _looked_at(self, change: Change, found: Found) -> Told:
        def step(child: MissingChild, now_ms: int) -> MissingChild:
            assert found.closed_by is not None
            if found.outcome is Outcome.THE_CHILD:
                return machine.ended(child, True, found.closed_by, now_ms, found.found_id)
            return machine.was_not_she(child, found.found_id, now_ms)

        return self._in_change(change, self._case_of(change, found.alert_id), step)

    def _marked(self, change: Change, mark: Mark, sighting: Sighting | None) -> Told:
        """An officer says yes or no to a picture, or takes it back."""
        position = None if sighting is None else self._walking.camera_position(sighting.camera_id)
        if sighting is None or position is None or mark.verdict is not Verdict.CONFIRMED:
            return self._in_change(change, mark.case_id, partial(self._unheeding, mark.sighting_id))
        camera = self._registry.cameras.get(sighting.camera_id)
        evidence = Evidence(
            evidence_id=mark.sighting_id,
            kind=EvidenceKind.SIGHTING,
            state=EvidenceState.SURE,
            at_ms=(sighting.started_at_us + sighting.ended_at_us) // 2000,
            latitude=position[0],
            longitude=position[1],
            venue_id=camera.venue_id if camera is not None else None,
            camera_id=sighting.camera_id,
            by=mark.marked_by,
        )
        return self._in_change(change, mark.case_id, partial(self._heeding, evidence))

    def _heeding(self, evidence: Evidence, child: MissingChild, now_ms: int) -> MissingChild:
        """With the evidence, doubted where she cannot have been there too; too much of it is left out."""
        if child.ended_at_ms is not None:
            return child
        sure = [
            one
            for one in child.evidence
            if one.state is EvidenceState.SURE
            and one.kind is not EvidenceKind.TOLD
            and one.evidence_id != evidence.evidence_id
        ]
        apart = list(zip(sure, self._walking.between_m(evidence, sure), strict=True))
        if not is_possible(evidence, apart, machine.age_of(child)):
            evidence = msgspec.structs.replace(evidence, state=EvidenceState.DOUBTED)
        try:
            return machine.with_evidence(child, evidence, now_ms)
        except Refusal:
            return child

    def _unheeding(self, evidence_id: str, child: MissingChild, now_ms: int) -> MissingChild:
        return child if child.ended_at_ms is not None else machine.without_evidence(child, evidence_id, now_ms)

    def _hit(self, change: Change, hits: Sequence[WatchHit]) -> Told:
        told = []
        for case_id in dict.fromkeys(hit.case_id for hit in hits):
            new = [shown(hit.hit, None) for hit in hits if hit.case_id == case_id]
            told.append(self._in_change(change, case_id, partial(_with_hits, new)))

        def tell() -> None:
            for one in told:
                one()

        return tell

    def _case_of(self, change: Change, alert_id: str | None) -> str | None:
        """The case of an alert: of an errand, of the alert that it was made for."""
        alert = None if alert_id is None else self._alerts.read(change, alert_id)
        if alert is not None and alert.errand_of is not None:
            alert = self._alerts.read(change, alert.errand_of)
        return None if alert is None else alert.case_id


def _with_hits(new: Sequence[HitShown], child: MissingChild, now_ms: int) -> MissingChild:
    return child if child.ended_at_ms is not None else machine.watch_hit(child, new, now_ms)


def _nothing() -> None:
    return
