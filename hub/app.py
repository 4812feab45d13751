"""Puts the rooms together from settings; nothing else knows all rooms."""

from __future__ import annotations

import asyncio
import importlib.metadata
from functools import cached_property, partial

import msgspec
import structlog
from sqlalchemy.exc import OperationalError

from devices.protocol.clock import Clock, SystemClock
from devices.protocol.topics import DeviceKind, UpTopic
from hub import gauges
from hub.access.audit import AuditLog
from hub.access.entrant import Entrant
from hub.access.limits import RequestLimits
from hub.access.naming import RequestNames
from hub.access.origin import OriginGuard
from hub.access.passwords import Passwords
from hub.access.service import Access
from hub.alerts.attaching import Attaching
from hub.alerts.service import Alerts
from hub.bridge.client import Bridge
from hub.bridge.outbox import Outbox
from hub.bridge.refused import Refused, RefusedDevice
from hub.bridge.seals import SealBook
from hub.calibration.present import PresentPictures
from hub.calibration.service import Calibrating
from hub.casebook.service import Casebook
from hub.cases.flow import Flow
from hub.cases.nearby import Nearby
from hub.cases.service import Cases
from hub.cases.watching import Watching
from hub.certificates.service import Certificates
from hub.console.feed import Feed
from hub.console.lines import Lines
from hub.console.picture import Picture, Shown, take_picture
from hub.describing.describers import DescriberBook
from hub.describing.keeper import DescribingChild
from hub.describing.redescribing import Redescribing
from hub.describing.service import Photos
from hub.enrolment.service import Enrolment
from hub.escalation.calling import Calling
from hub.escalation.choosing import Choosing
from hub.escalation.records import forget_escalations
from hub.escalation.service import Escalations
from hub.escalation.speaking import Speaking
from hub.escalation.steps import Steps
from hub.evaluation.service import Evaluations
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.faces import make_app
from hub.fallback.choice import door_of
from hub.fallback.records import forget_errands
from hub.fallback.service import Fallback
from hub.footage.exports.service import Exports
from hub.footage.holds.service import Holds
from hub.footage.keeping import Keeping
from hub.footage.live.streams import LiveStreams, relayed
from hub.footage.live.walls import LiveView
from hub.footage.noting import Noting
from hub.footage.playback.service import Playing, Store
from hub.footage.playback.timelines import Timelines
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.keeper import Keeper
from hub.footage.segments.reading import read_pictures
from hub.footage.service import Footage
from hub.footage.transcoding.transcoders import Transcoders
from hub.forgetting import forgetting
from hub.found.service import FoundRoom
from hub.housekeeping import forget, tell_refused
from hub.listening.turned_away import TurnedAway
from hub.loops import Loops
from hub.media.sending import Sending
from hub.media.service import MediaRoom
from hub.mediation.service import MediationRoom
from hub.metrics import Metrics
from hub.missing_child.service import MissingChildren
from hub.missing_child.walking import Walking
from hub.onvif.service import Onvif
from hub.own_broker import broker_of
from hub.registry.agreements import Agreements
from hub.registry.radios import RadioRoll
from hub.registry.service import Registry
from hub.response.service import Responses
from hub.response.whom import Whom
from hub.rollcall.service import RollCalls
from hub.rooms import Rooms
from hub.settings import Settings
from hub.shifts.duty import Duty
from hub.shifts.guesses import Guesses
from hub.shifts.holders import Holders
from hub.shifts.pins import Pins
from hub.shifts.service import Shifts
from hub.shifts.signing import SignOns
from hub.sightings.clickhouse.server import clickhouse_home
from hub.sightings.intake import Intake
from hub.sightings.messages import SightingCounts
from hub.sightings.path.service import Paths
from hub.sightings.service import SightingService
from hub.speech.service import Speech, engine
from hub.storage.database import Database
from hub.storage.reserve import Reserve
from hub.storage.writer import Change, StorageOverloaded
from hub.streets.service import Streets
from hub.talk.emergencies import Emergencies
from hub.talk.groups import TemporaryGroups
from hub.talk.memberships import Memberships
from hub.talk.recording import rows as recorded
from hub.talk.recording.listening import ListeningBack
from hub.talk.recording.service import Recordings
from hub.talk.service import Talk
from hub.teaching.service import Teaching
from hub.teaching.versions import SHIPPED
from hub.tracing.service import Tracing
from hub.vision.service import Vision
from hub.vision.showing import LookShowing
from hub.vision.worker_keeper import LocalWorkers
from hub.vitals import Vitals

_log = structlog.get_logger()
COUNT_EVERY_S = 10.0
START_TOLD_WITHIN_S = 1.0
"""The start is usually the first event; on a disk that is full it is told when there is room, and nobody waits."""


class HubStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``hub.started``."""

    version: str


class Hub:
    """One hub: made, started, served, stopped."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        data = settings.data_dir
        data.mkdir(parents=True, exist_ok=True, mode=0o700)

        # what every room stands on
        self.reserve = Reserve(data)
        self.certificates = Certificates(settings.certificates_dir, self.clock) if settings.uses_tls else None
        self.broker = broker_of(settings, self.certificates)
        self.database = Database(settings.database_url, self.clock, alone=True)
        self.events = EventLog(self.database)
        self.audit = AuditLog(self.database, data / "access")
        self.outbox = Outbox(self.database)
        self.refused = Refused()
        self.registry = Registry(self.database, self.events, (data, settings.footage_folder))
        self.speech = Speech(engine(settings.speech_command))
        self.media = MediaRoom(self.database, data / "media", self.clock)

        # who may come in: people, devices
        passwords = Passwords()
        self.access = Access(
            self.database,
            self.clock,
            data / "access",
            self._grid_of,
            community_name=lambda: self.registry.community.name,
            hashing=passwords,
        )
        self.enrolment = Enrolment(
            self.database, self.events, self.registry, self.clock, self.broker, settings.credential_days
        )
        self.seals = SealBook(self.database, self.enrolment.seal_key)
        self.bridge = Bridge(
            self.broker.hub_address,
            self.clock,
            self.refused,
            known=self._knows,
            seals=self.seals,
            cut_off=self.broker.cut_off,
            tls=self.broker.hub_tls,
            broker_is_own=self.broker.takes_two_lines,
        )

        # radios: who holds them, what is said to them
        self.radios = RadioRoll(self.registry, self.database, self.events, self.clock)
        self.enrolment.when_revoked(self.radios.shut_out)
        find = self.access.find_person
        self.shifts = Shifts(self.database, self.events, self.registry, self.clock, find, self._grid_of)
        self.streets = Streets(self.registry, self.shifts, self.clock)
        self.sign_ons = SignOns(
            Pins(self.database, passwords, self.clock, find),
            Guesses(self.database, self.refused, self.clock),
            Duty(self.shifts, self.registry, self.clock, find),
            Holders(self.database, self.events, self.radios, find),
            self.radios,
            self.bridge,
        )
        self._rooms = rooms = Rooms(self.registry, self.radios, self.bridge, self.database, self.events, self.clock)
        self.alerts = Alerts(
            rooms,
            self.outbox,
            self.refused,
            settings.alert_expires_in_s,
            lambda case_id: self.cases.is_open(case_id),
            lambda group_id: self.talk_groups.find_open(group_id),
            Attaching(self.media, self.speech),
        )
        self.media.keep_named(self.alerts.named_media)
        choosing = Choosing(rooms, self.shifts, self.streets, find, lambda radio: self.emergencies.is_in_danger(radio))
        speaking = Speaking(self.speech, self.media.read)
        self.fallback = Fallback(
            rooms,
            self.alerts,
            door_of(settings, self.clock),
            speaking.by_phone,
            lambda alert_id, radio_id: self.escalations.is_silent(alert_id, radio_id),
        )
        roll_call_lasts_s = settings.roll_call_minutes * 60.0
        self.roll_calls = RollCalls(rooms, self.shifts, self.alerts, settings.roll_call_at, roll_call_lasts_s)
        self.talk_groups = TemporaryGroups(self.database, self.events, self.registry, self.clock)
        self.recordings = Recordings(self.database, self.events, self.registry, self.clock, data / "voice")
        self.listening_back = ListeningBack(self.recordings, self.database, self.registry, self.clock)
        self.talk = Talk(rooms, self.refused, self.recordings, self.talk_groups, settings.talk_limit_s)
        calling = Calling(rooms, self.talk, speaking, lambda radio: self.emergencies.is_in_danger(radio))
        steps = Steps(rooms, self.alerts, choosing, calling, self.fallback)
        self.escalations = Escalations(rooms, self.alerts, steps, self.shifts.nobody_expected)
        for forget_theirs in (forget_escalations, forget_errands):
            self.alerts.forgetting.when_forgotten(partial(forget_theirs, self.database))
        days = (settings.retention_days, settings.alert_retention_days)
        self.evaluations = Evaluations(rooms, self.shifts.nobody_expected, *days)
        self.found = FoundRoom(rooms, self.alerts, self.escalations, find)
        self.emergencies = Emergencies(rooms, self.refused, self.talk, self.alerts)
        self.sending = Sending(self.bridge, self.media, self.alerts.may_hear, lambda: self.talk.bursts_under_way > 0)
        self.memberships = Memberships(self.registry, self.radios, self.talk_groups, self.bridge, self.talk.under_way)

        # cameras: what is recorded and seen, and searched in cases
        self.footage = Footage(self.registry, self.database, self.clock, settings)
        self.teaching = Teaching(
            self.bridge,
            self.refused,
            self.database,
            self.clock,
            data / "teaching",
            self._may_teach,
            is_on=settings.self_teaching and settings.vision_descriptor == SHIPPED,
        )
        local_workers = LocalWorkers(
            *(settings.vision_workers, settings.vision_detector, data / "workers", self.enrolment.issue),
            descriptor=settings.vision_descriptor,
        )
        self.vision = Vision(rooms, self.footage, local_workers, self.enrolment.has_remote_worker)
        self.enrolment.when_revoked(self.vision.workers.shut_out)
        self.onvif = Onvif(self.clock)
        self.agreements = Agreements(self.registry, self.vision.tell)
        self.sightings = SightingService(
            data / "sightings",
            self.clock,
            lambda: self.registry.community.time_zone,
            home=clickhouse_home(settings, self.clock),
        )
        nearby = Nearby(self.registry, self.streets)
        self.cases = Cases(self.database, self.events, self.registry, self.sightings, self.vision, self.clock, nearby)
        self.case_flow = Flow(self.cases, self.database, self.events, self.clock, self.access.find_person)
        whom = Whom(self.registry, self.shifts, find, self.access.enabled)
        self.responses = Responses(rooms, whom, self.cases, self.media)
        self.media.keep_named(self.responses.named_media)
        self.paths = Paths(
            self.cases,
            self.sightings,
            self.registry,
            self.vision,
            self.streets,
            self.database,
            self.events,
            self.clock,
        )
        descriptor = self.teaching.choice if self.teaching.is_on else settings.vision_descriptor
        self.describing = DescribingChild("describing", [descriptor])
        self.photos = Photos(self.cases, self.describing, self.database)
        self.redescribing = Redescribing(
            self.sightings,
            self.describing,
            DescribingChild("describing-anew", [descriptor], background=True),
            DescriberBook(data / "describers.json"),
            descriptor,
        )
        self.teaching.follow(self.redescribing.use)
        self.intake = Intake(
            self.sightings,
            self.bridge,
            self.refused,
            lambda camera_id: camera_id in self.registry.cameras,
            self.vision.workers.may_tell_of,
            self.clock,
            self.redescribing.as_in_use,
        )
        looks, transcoders = Noting(self.database, self.clock), settings.footage_transcoders
        present = PresentPictures(lambda: self.footage.relay_path)
        self.calibrating = Calibrating(self.registry, self.vision, present.still, looks, self.clock)
        streams = LiveStreams(relayed(lambda: self.footage.relay_path), Transcoders(transcoders), self.clock)
        self.showing = LookShowing(self.bridge, self.vision.workers.of, self.vision.state)
        self.live = LiveView(streams, self.showing, self.registry, looks, self.clock)
        catalogue = Catalogue(self.footage.folder)
        checked = self.footage.disk.checked
        pictures = partial(read_pictures, catalogue)
        store = Store(checked(catalogue.spans), checked(catalogue.next_start_us), pictures)
        self.playing = Playing(self.cases, self.registry, store, looks, Transcoders(transcoders))
        self.watching = Watching(self.cases, self.sightings, self.database, self.events, self.clock)
        self.casebook = Casebook(
            *(self.database, self.events, self.registry, self.cases, self.case_flow, self.alerts),
            has_burst=lambda connection, burst_id: recorded.of(connection, burst_id) is not None,
        )
        self.mediation = MediationRoom(self.database, self.events, self.registry, self.cases, self.case_flow)
        self.walking = Walking(self.registry, self.streets)
        self.missing_children = MissingChildren(
            rooms,
            self.cases,
            self.case_flow,
            self.alerts,
            self.found,
            self.paths,
            self.watching,
            self.walking,
            self.photos,
            self.media.read,
            find,
        )
        self.exports = Exports(rooms, self.cases, self.sightings, data, self.footage)
        self.holds = Holds(self.database, self.cases)
        self.timelines = Timelines(
            self.playing,
            self.sightings,
            self.database,
            self.clock,
            self.footage.motion,
            self.holds,
            lambda camera_id: self.keeping.days_kept(camera_id),
        )
        self.keeping = Keeping(
            Keeper(self.footage.folder, lambda: self.holds.standing),
            self.registry,
            self.database,
            self.events,
            self.clock,
            days=settings.footage_days,
            disk_share=settings.footage_disk_share,
            disk=self.footage.disk,
            holds=self.holds.rules,
        )
        self.footage.when_disk_is_full(self.keeping.sweep_soon)
        self.footage.hold_by(lambda: self.holds.standing)

        # consoles, and what is told to other programs
        self.feed = Feed(self.events)
        self.tracing = Tracing(settings, self.events, self.clock)
        self.lines = Lines(self.refused, self.clock)
        self.access.when_ended(self.lines.end_session)
        self.access.when_changed(self.lines.end_person)
        self.turned_away = TurnedAway()
        self.metrics = Metrics()
        self.vitals = Vitals(self.database, self.bridge, self.clock)
        self.trust_port: int | None = None
        """Where the page that shows the authority's certificate is served without TLS; None where it is not."""

        self._loops = Loops()
        self.sighting_counts: SightingCounts | None = None

    @cached_property
    def guard(self) -> OriginGuard:
        """What serves every room's doors, made as somebody first asks for it."""
        limits = RequestLimits(make_app(self), self.clock, self.turned_away)
        return OriginGuard(RequestNames(limits), lambda: self.certificates.names if self.certificates else ())

    @property
    def task_failures(self) -> int:
        """How often a room's loop failed and was started again."""
        return self._loops.failures

    def _grid_of(self, venue_id: str) -> str | None:
        venue = self.registry.venues.get(venue_id)
        return venue.grid_id if venue else None

    def _may_teach(self, worker_id: str, camera_id: str) -> bool:
        return camera_id in self.registry.cameras and self.vision.workers.may_tell_of(worker_id, camera_id)

    def _knows(self, topic: UpTopic) -> bool:
        if self.enrolment.kind_of(topic.device_id) not in (None, topic.kind):
            return False
        if topic.kind is DeviceKind.RADIO:
            return topic.device_id in self.registry.radios
        if topic.kind is DeviceKind.WORKER:
            return self.vision.workers.knows(topic.device_id)
        return topic.device_id in self.registry.cameras

    async def start(self) -> None:
        """Open the stores, start the broker and the rooms. Raises BrokerError, CertificateError."""
        await asyncio.to_thread(self.reserve.give_up_if_needed)
        if self.certificates is not None:
            await asyncio.to_thread(self.certificates.open)
            self.certificates.when_renewed(self._broker_certificate_renewed)
        await asyncio.to_thread(self.database.migrate)
        self.events.open()
        await asyncio.to_thread(self.audit.open)
        self.outbox.open()
        self.registry.open()
        self.talk_groups.open()
        self.emergencies.open()
        self.access.open()
        self.enrolment.open()
        self.shifts.open()
        self.sign_ons.open()
        self.seals.open()
        await self.broker.start()
        self.alerts.open()
        self.escalations.open()
        self.found.open()
        self.fallback.open()
        self.roll_calls.open()
        self.cases.open()
        self.casebook.open()
        self.responses.open()
        self.paths.open()
        self.missing_children.open()
        self.holds.open()
        self.keeping.open()
        await asyncio.to_thread(self.sightings.open)
        await asyncio.to_thread(self.redescribing.open)
        await asyncio.to_thread(self.teaching.open)
        self.database.start()
        await self.footage.open()
        await self.media.open()
        await self.recordings.open()
        await self.exports.open()
        gauges.add_all(self)
        self.radios.listen(self.bridge)
        self.sign_ons.listen()
        self.alerts.answers.listen()
        self.talk.listen()
        self.emergencies.listen()
        self.memberships.listen()
        self.sending.listen()
        self.footage.listen()
        self.vision.listen()
        self.showing.listen()
        self.intake.listen()
        self.teaching.listen()
        self.intake.follow(self.watching.see)
        self.tracing.open()
        for name, run in (
            ("access", self.access.run),
            ("bridge", self.bridge.run),
            ("seals", self.seals.run),
            ("outbox", lambda: self.outbox.run(self.bridge.take, self.bridge.connected)),
            ("enrolment", self.enrolment.run),
            ("radios", self.radios.run),
            ("sign-ons", self.sign_ons.run),
            ("alerts", self.alerts.run),
            ("streets", self.streets.run),
            ("escalations", self.escalations.run),
            ("fallback", self.fallback.run),
            ("answers", self.alerts.answers.run),
            ("roll-calls", self.roll_calls.run),
            ("evaluation", self.evaluations.run),
            ("talk", self.talk.run),
            ("talk-groups", self.talk_groups.run),
            ("emergencies", self.emergencies.run),
            ("memberships", self.memberships.run),
            ("spoken-messages", self.sending.run),
            ("vision", self.vision.workers.run),
            ("blind-times", self.vision.blind_times.run),
            ("shed-looks", self.vision.shed_looks.run),
            ("intake", self.intake.run),
            ("redescribing", self.redescribing.run),
            ("teaching", self.teaching.run),
            ("agreements", self.agreements.run),
            *([("footage", self.footage.run)] if self.settings.footage_recorder else []),
            ("footage-keeping", self.keeping.run),
            ("exports", self.exports.run),
            ("cases", self.case_flow.run),
            ("responses", self.responses.telling.run),
            ("missing-children", self.missing_children.run),
            ("refused", lambda: tell_refused(self.refused, self._tell_refused)),
            ("forgetting", lambda: forget(self.settings, self.keeping.now, forgetting(self))),
            ("counting", self._count),
            ("vitals", self.vitals.run),
            ("reserve", self.reserve.run),
            *([("certificates", self.certificates.run)] if self.certificates is not None else []),
            *([("tracing", self.tracing.run)] if self.tracing.is_on else []),
        ):
            self._loops.start(name, run)
        self.vision.start()
        await asyncio.wait([self._loops.begin("start", self._tell_start())], timeout=START_TOLD_WITHIN_S)

    async def _tell_start(self) -> None:
        version = HubStarted(version=importlib.metadata.version("qianshao-hub"))
        registry = self.registry
        _log.info(
            "hub.started",
            version=version.version,
            venues=len(registry.venues),
            radios=len(registry.radios),
            cameras=len(registry.cameras),
        )
        while True:
            try:
                return await self._tell(EventKind.HUB_STARTED, "hub", version)
            except (OperationalError, StorageOverloaded) as error:
                _log.error("hub.start_not_told", error=str(error))

    def _broker_certificate_renewed(self) -> None:
        self._loops.begin("broker-certificate", self.broker.reread())

    async def stop(self) -> None:
        """Stop in the order that loses nothing: bursts, workers, recorder, rooms, database, broker."""
        await self.talk.stop()
        await self.live.streams.stop()
        await self.showing.stop()
        self.playing.stop()
        await self.vision.stop()
        await self.describing.stop()
        await self.cases.stop()
        await self.footage.stop()
        await self._loops.end()
        await self.redescribing.stop()
        await self.talk.settle()
        await self.recordings.stop()
        await self.seals.save()
        await self.access.settle()
        await self.sign_ons.settle()
        await self.database.stop()
        await self.tracing.stop()
        await asyncio.to_thread(self.sightings.close)
        await self.broker.stop()

    async def picture(self, entrant: Entrant) -> Picture:
        """What this person's console loads at first."""
        shown = Shown(
            talk_groups=self.talk_groups,
            emergencies=self.emergencies,
            vision=self.vision,
            alerts=self.alerts,
            cases=self.cases,
            missing_children=self.missing_children,
            found=self.found,
            fallback=self.fallback,
            redescribing=self.redescribing,
        )
        return await take_picture(self._rooms, shown, entrant)

    async def _tell(self, kind: EventKind, subject: str, body: msgspec.Struct) -> None:
        def change(open_change: Change) -> None:
            self.events.append(open_change, kind, subject, body)

        await self.database.write(change)

    async def _tell_refused(self, refused: RefusedDevice) -> None:
        await self._tell(EventKind.DEVICE_REFUSED, refused.device, refused)

    async def _count(self) -> None:
        """Keep the store's sizes for the metrics; asking may wait for the disk. None where it cannot be asked."""
        while True:
            try:
                self.sighting_counts = await asyncio.to_thread(self.sightings.counts)
            except OSError as error:
                self.sighting_counts = None
                _log.error("sightings.not_counted", why=str(error))
            await asyncio.sleep(COUNT_EVERY_S)
