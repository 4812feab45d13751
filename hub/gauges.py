"""What each room counts, named and given to Prometheus."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from devices.protocol.sightings import LOOK_DELAYS_MS, Stage
from hub.alerts.delivery import DeliveryState
from hub.fallback.messages import DoorState
from hub.metrics import counter, gauge, histogram, labelled
from hub.sightings.intake import Step
from hub.vitals import Condition

if TYPE_CHECKING:
    from hub.app import Hub


def add_all(hub: Hub) -> None:
    """Connect the rooms' counts and observations to the hub's metrics."""
    started_s = hub.clock.wall_us() / 1e6
    hub.metrics.add(lambda: _health(hub, started_s))
    hub.metrics.add(lambda: _hub(hub))
    hub.metrics.add(lambda: _cameras(hub))
    hub.metrics.add(lambda: _footage(hub))

    def observe_step(state: DeliveryState, delay_s: float) -> None:
        hub.metrics.alert_step_seconds.labels(state.value).observe(delay_s)

    hub.alerts.answers.observe = observe_step
    hub.talk.observe_relay(hub.metrics.voice_relay_seconds.observe)
    hub.cases.observe_search = hub.metrics.search_seconds.observe
    steps = {step: hub.metrics.sighting_step_seconds.labels(step.value) for step in Step}
    if hub.tracing.is_on:
        hub.intake.observe_times = hub.tracing.sightings_stored
    hub.intake.observe_step = lambda step, seconds: steps[step].observe(seconds)


def _health(hub: Hub, started_s: float) -> Iterable[Metric]:
    yield gauge("start_time_seconds", "When the hub started, in seconds since 1970", started_s)
    parts = msgspec.structs.asdict(hub.vitals.health().parts)
    wells = ((name, float(how is Condition.OK)) for name, how in parts.items())
    yield labelled(GaugeMetricFamily, "part_well", "Whether this part of the hub is well", "part", wells)
    disk = shutil.disk_usage(hub.settings.data_dir)
    yield gauge("data_disk_bytes", "Size of the disk of the data folder", disk.total)
    yield gauge("data_disk_free_bytes", "Room on the disk of the data folder", disk.free)


def _hub(hub: Hub) -> Iterable[Metric]:
    writer = hub.database.writer
    yield gauge("radios_enrolled", "Radios in the registry", len(hub.registry.radios))
    yield gauge("radios_online", "Radios heard from within 15 s", hub.radios.online)
    yield counter("mqtt_received_messages", "MQTT messages received", hub.bridge.received)
    yield counter("mqtt_published_messages", "MQTT messages published", hub.bridge.published)
    yield counter("mqtt_connections", "Connections made to the broker", hub.bridge.connections)
    yield counter("broker_restarts", "Times the broker was started again", hub.broker.restarts)
    yield labelled(CounterMetricFamily, "refused", "Messages refused, by reason", "reason", hub.refused.counts.items())
    yield counter("requests_refused", "Requests and websockets of foreign origin", hub.guard.refused)
    turned_away = ((reason.value, float(count)) for reason, count in hub.turned_away.counts.items())
    yield labelled(CounterMetricFamily, "http_refused", "Connections and requests refused", "reason", turned_away)
    if hub.certificates is not None:
        ends = ((one.name, one.ends_at.timestamp()) for one in hub.certificates.standings)
        text = "When the certificate ends, in seconds since 1970"
        yield labelled(GaugeMetricFamily, "certificate_end_seconds", text, "certificate", ends)
    yield gauge("outbox_waiting_messages", "Messages stored and not yet handed to the broker", hub.outbox.waiting)
    yield gauge("storage_waiting_changes", "Changes not yet on disk", writer.waiting)
    yield counter("storage_changes", "Changes written", writer.counts.changes)
    yield counter("storage_batches", "Transactions written", writer.counts.batches)
    yield counter("storage_failed_changes", "Changes that failed and left nothing", writer.counts.failed)
    yield counter(
        "storage_retried_batches", "Transactions repeated, the database being away", writer.counts.retried_batches
    )
    spans = (("exported", hub.tracing.exported), ("lost", hub.tracing.lost))
    yield labelled(CounterMetricFamily, "trace_spans", "Spans of traces, by what became of them", "result", spans)
    yield gauge("events_last_number", "Number of the newest event", hub.events.last)
    yield gauge("websocket_clients", "Consoles that follow the events", hub.feed.clients)
    yield counter("websocket_dropped_clients", "Consoles dropped for reading too slowly", hub.feed.dropped_slow)
    yield counter("voice_relayed_packets", "Voice packets relayed", hub.talk.packets_relayed)
    yield counter("voice_lost_packets", "Voice packets that a radio said it missed", hub.talk.packets_lost)
    yield counter("voice_stale_packets", "Voice packets that came to a radio too old", hub.talk.packets_stale)
    last = hub.roll_calls.last
    if last is not None and last.ended_at_ms is not None:
        if last.counts.expected > 0:  # a ratio of nobody would alarm
            ready = last.counts.ready / last.counts.expected
            yield gauge("roll_call_ready_ratio", "Ready radios of those expected, at the latest roll-call", ready)
        text = "When the latest roll-call ended, in seconds since 1970"
        yield gauge("roll_call_end_seconds", text, last.ended_at_ms / 1000)
    if hub.fallback.has_door:
        is_up = float(hub.fallback.standing.state is DoorState.UP)
        yield gauge("fallback_up", "Whether the way out to telephones is open", is_up)
        yield gauge("fallback_calls", "Telephones that are being called", hub.fallback.calls_under_way)
    yield gauge("bursts_under_way", "Talk groups in which somebody speaks", hub.talk.bursts_under_way)
    recorder = hub.recordings.writer
    yield counter("recording_dropped_packets", "Voice packets not recorded, the disk being too slow", recorder.dropped)
    yield counter("recording_failures", "Bursts whose recording the disk refused", recorder.failures)
    yield counter("photos_looked_at", "Photos looked at for a case", hub.photos.looked_at)
    refused = hub.photos.refused.items()
    yield labelled(CounterMetricFamily, "photos_refused", "Photos not looked at, by reason", "reason", refused)
    yield counter("describing_starts", "Times the process that describes photos was started", hub.describing.starts)
    yield counter("describing_failures", "Times it crashed or gave no answer", hub.describing.failures)
    anew = hub.redescribing
    yield counter("sightings_described_anew", "Stored sightings described anew", anew.described)
    yield gauge("sightings_to_describe", "Stored sightings whose descriptor another describer made", max(anew.left, 0))
    text = "Stored sightings that keep it, since no picture of them can be described"
    yield gauge("sightings_undescribable", text, anew.undescribable)
    yield gauge("sightings_waiting", "Sightings heard and not yet stored", hub.intake.waiting)
    yield counter("sightings_stored", "Sightings stored", hub.intake.stored)
    if hub.sighting_counts is not None:
        counts = hub.sighting_counts
        yield gauge("sightings_kept", "Sightings in the store", counts.sightings_kept)
        yield gauge("sightings_live", "Persons in view, whose sighting has not ended", counts.sightings_live)
        yield gauge("sightings_segments", "Hours in the store", counts.segments)
        yield gauge("sightings_stored_bytes", "Disk that the store takes", counts.bytes_on_disk)
        yield gauge("sightings_damaged_bytes", "Bytes of the store that could not be read", counts.damaged_bytes)
    live = hub.live
    yield gauge("live_viewers", "Consoles with a wall of live cameras", live.viewers)
    yield gauge("live_tiles", "Tiles that show a live stream", live.streams.tiles)
    yield gauge("live_streams", "Streams that are read for live view", live.streams.streams)
    yield counter("live_sent_bytes", "Bytes of live streams sent to consoles", live.sent_bytes)
    yield counter("live_dropped_pictures", "Live pictures not sent to consoles that read slowly", live.dropped_pictures)
    yield gauge("live_looks", "Cameras whose looks are watched over their live pictures", hub.showing.cameras)
    yield gauge("playback_readings", "Recordings that are being played", hub.playing.under_way)
    yield counter("playback_sent_bytes", "Bytes of recordings sent to consoles", hub.playing.sent_bytes)
    for use, transcoders in (("live", live.streams.transcoders), ("playback", hub.playing.transcoders)):
        yield gauge(f"{use}_transcoders", "Streams that are being converted to H.264", transcoders.running)
        yield counter(f"{use}_transcoder_failures", "Conversions that broke off", transcoders.failures)
    yield gauge("vision_workers_running", "Vision workers of this machine that run", len(hub.vision.workers.pids))
    text = "Vision workers on other machines that are on line"
    yield gauge("vision_remote_workers", text, len(hub.vision.workers.remote))
    looks_with = Counter(hub.vision.workers.looks_with.values())
    text = "Vision workers on line by their detector, which says the number format"
    yield labelled(GaugeMetricFamily, "vision_detectors", text, "detector", looks_with.items())
    yield counter("vision_worker_restarts", "Times a vision worker was started again", hub.vision.workers.restarts)
    text = "Times a vision worker was replaced because it stood still"
    yield counter("vision_worker_standstills", text, hub.vision.workers.standstills)
    yield counter("task_failures", "Times a room's loop failed and was started again", hub.task_failures)


def _footage(hub: Hub) -> Iterable[Metric]:
    views, stands = hub.vision.views(), hub.footage.stands()
    live = [view for view in views if not view.recording]
    conditions = Counter(view.condition for view in live)
    yield labelled(
        GaugeMetricFamily, "cameras", "Live cameras by how their stream stands", "condition", conditions.items()
    )
    pictures = Counter(view.picture.value for view in live if view.looked_at)
    text = "Live cameras that are looked at, by how far their picture can be seen with"
    yield labelled(GaugeMetricFamily, "cameras_looked_at", text, "picture", pictures.items())
    yield gauge("cameras_recorded", "Live cameras whose pictures are being kept", sum(v.recorded is True for v in live))
    unkept = sum(view.recorded is False for view in live)
    yield gauge("cameras_not_recorded", "Live cameras whose pictures should be kept and are not", unkept)
    every = stands.values()
    for name, text, value in (
        ("footage_received_bytes", "Coded video received from cameras", sum(one.bytes_received for one in every)),
        ("footage_written_bytes", "Coded video written into segments", sum(one.bytes_written for one in every)),
        ("footage_pictures", "Coded pictures received from cameras", sum(one.pictures for one in every)),
        (
            "footage_missing_pictures",
            "Pictures given up on the way to disk",
            sum(one.pictures_missing for one in every),
        ),
        ("footage_lost_packets", "Packets that did not come from cameras", sum(one.packets_lost for one in every)),
        ("footage_reconnects", "Times a stream was connected anew", sum(one.reconnects for one in every)),
        ("footage_recorder_restarts", "Times the recorder was started again", hub.footage.recorder.restarts),
        (
            "footage_deleted_segments",
            "Segments deleted, their time over or for want of room",
            hub.keeping.deleted_segments,
        ),
        ("footage_deleted_bytes", "Bytes of those", hub.keeping.deleted_bytes),
    ):
        yield counter(name, text, value)
    yield gauge("footage_recorder_running", "Whether the recorder runs", float(hub.footage.recorder.running))
    yield gauge("footage_stuck_files", "Segments that the disk does not delete", hub.keeping.stuck_files)
    if hub.keeping.forecast is not None:
        found = hub.keeping.forecast
        yield gauge("footage_bytes_per_day", "What a day of footage takes, by the last days", found.bytes_per_day)
        yield gauge(
            "footage_room_bytes", "What may be written before the disk is as full as it may be", found.room_bytes
        )
        if found.full_in_days is not None:
            yield gauge(
                "footage_full_in_days", "Days until the disk is too full for all that is wanted", found.full_in_days
            )
    ids = stands.items()
    yield labelled(
        CounterMetricFamily, "camera_received_bytes", "Coded video received", "camera",
        [(camera_id, one.bytes_received) for camera_id, one in ids],
    )  # fmt: skip
    yield labelled(
        CounterMetricFamily, "camera_lost_packets", "Packets that did not come", "camera",
        [(camera_id, one.packets_lost) for camera_id, one in ids],
    )  # fmt: skip


def _cameras(hub: Hub) -> Iterable[Metric]:
    views = hub.vision.views()
    online = [(view.camera_id, float(view.condition == "online")) for view in views]
    yield labelled(GaugeMetricFamily, "camera_online", "Whether the camera's stream flows", "camera", online)
    for name, text, values in (
        ("camera_decoded_frames", "Frames decoded", [(v.camera_id, v.frames_decoded) for v in views]),
        ("camera_looked_at_frames", "Frames looked at", [(v.camera_id, v.frames_looked_at) for v in views]),
        ("camera_shed_frames", "Frames left out under load", [(v.camera_id, v.frames_shed) for v in views]),
        ("camera_detections", "Persons detected", [(v.camera_id, v.detections) for v in views]),
        ("camera_sightings", "Sightings", [(v.camera_id, v.sightings) for v in views]),
    ):
        yield labelled(CounterMetricFamily, name, text, "camera", values)
    states = hub.vision.states()
    for name, text, values in (
        ("camera_detector_calls", "Looks with the detector", [(s.camera_id, s.detector_calls) for s in states]),
        ("camera_tracks", "Tracks of persons that began", [(s.camera_id, s.tracks) for s in states]),
    ):
        yield labelled(CounterMetricFamily, name, text, "camera", values)
    text = "Processor time of looking at a camera, by stage"
    stages = CounterMetricFamily("qianshao_camera_stage_seconds", text, labels=("camera", "stage"))
    for state in states:
        for stage, spent_ms in zip(Stage, state.stages_ms, strict=False):
            stages.add_metric((state.camera_id, stage.value), spent_ms / 1000)
    yield stages
    delays = hub.vision.look_delays()
    edges_s = [edge_ms / 1000 for edge_ms in LOOK_DELAYS_MS]
    yield histogram("look_delay_seconds", "From a live frame's arrival until it was looked at", edges_s, delays)
