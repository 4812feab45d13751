// Pure: a room and a batch of numbered items make the next room; a gap in the numbers is found, never skipped.
import { withFound } from "../found/known";
import { spokenIn } from "../groups/temporary";
import type { Item, ItemKind } from "./items";
import {
  alertRecord,
  isBoard,
  MAX_BURSTS,
  MAX_EVENTS,
  MAX_REPORTS,
  MAX_WATCH_HITS,
  type Burst,
  type ReportRecord,
  type Room,
  type WatchHit,
} from "./room";
import type { Case, Sos, Watch } from "./types";

export interface Reduced {
  room: Room;
  /** True when an item named a predecessor that this room has not seen: what follows it was not applied. */
  gap: boolean;
  /** True when an item said that more changed than it tells itself: only a new picture shows it. */
  outdated: boolean;
}

/** An import also changes radios, grids and talk groups; a hub that started holds radios off line until it hears them. */
const TELLS_OF_MORE: readonly ItemKind[] = ["venue.imported", "hub.started"];

/** The parts of a room that are indexed, each copied at most once a batch. */
type Indexed = "radios" | "cameras" | "alerts" | "cases" | "venues" | "missingChildren";

type Draft = { -readonly [Key in keyof Room]: Room[Key] };

/** Apply `items` in order. Items already known are passed over; each map is copied at most once a batch. */
export function applyItems(room: Room, items: readonly Item[]): Reduced {
  const draft: Draft = { ...room };
  const fresh: Item[] = [];
  const copied = new Map<keyof Room, Map<string, unknown>>();

  function writable<Value>(name: Indexed): Map<string, Value> {
    let map = copied.get(name) as Map<string, Value> | undefined;
    if (map === undefined) {
      map = new Map(room[name] as ReadonlyMap<string, unknown>) as Map<string, Value>;
      copied.set(name, map);
      (draft as Record<string, unknown>)[name] = map;
    }
    return map;
  }

  let gap = false;
  for (const item of items) {
    if (item.number <= draft.number) continue;
    if (item.previous !== draft.number) {
      gap = true;
      break;
    }
    applyItem(draft, item, writable);
    draft.number = item.number;
    fresh.push(item);
  }
  if (fresh.length === 0) return { room, gap, outdated: false };
  const outdated = fresh.some((item) => TELLS_OF_MORE.includes(item.kind));
  draft.events = [...fresh.reverse(), ...room.events].slice(0, MAX_EVENTS);
  return { room: draft, gap, outdated };
}

type Writable = <Value>(name: Indexed) => Map<string, Value>;

function applyItem(draft: Draft, item: Item, writable: Writable): void {
  switch (item.kind) {
    case "radio.online":
    case "radio.offline":
    case "radio.signed_on":
    case "radio.signed_off":
      writable("radios").set(item.body.radio_id, item.body);
      return;
    case "camera.added":
    case "camera.changed":
      writable("cameras").set(item.body.camera_id, item.body);
      return;
    case "camera.removed":
      writable("cameras").delete(item.body.camera_id);
      return;
    case "group.opened":
    case "group.closed": {
      const others = draft.groups.filter((one) => one.group_id !== item.body.group_id);
      draft.groups = item.kind === "group.opened" ? [...others, item.body] : others;
      return;
    }
    case "sos.raised":
    case "sos.cancel_asked":
    case "sos.closed":
      draft.sos = withSos(draft.sos, item.body);
      return;
    case "fallback.door":
      draft.fallback = item.body;
      return;
    case "venue.imported":
      writable("venues").set(item.body.venue_id, item.body);
      return;
    case "alert.issued":
      if (isBoard(item.body)) writable("alerts").set(item.body.alert_id, alertRecord(item.body));
      return;
    case "alert.cancelled": {
      const alert = draft.alerts.get(item.body.alert_id);
      const { cancelled_at_ms, cancelled_by, update_alert_id: updated_to } = item.body;
      if (alert !== undefined) writable("alerts").set(alert.alert_id, { ...alert, cancelled_at_ms, cancelled_by, updated_to });
      return;
    }
    case "delivery.changed": {
      const alert = draft.alerts.get(item.body.alert_id);
      if (alert === undefined) return;
      const deliveries = new Map(alert.deliveries);
      for (const delivery of item.body.deliveries) deliveries.set(delivery.radio_id, delivery);
      writable("alerts").set(alert.alert_id, { ...alert, deliveries });
      return;
    }
    case "child.found":
    case "child.closed":
      draft.found = withFound(draft.found, item.body);
      return;
    case "report.made":
      draft.reports = withReport(draft.reports, item);
      return;
    case "burst.started":
    case "burst.ended":
      draft.bursts = withBurst(draft.bursts, item);
      draft.groups = spokenIn(draft.groups, item.body.group_id, item.at_ms);
      return;
    case "case.closed":
      draft.watchHits = draft.watchHits.filter((hit) => hit.case_id !== item.body.case_id);
      writable("cases").set(item.body.case_id, item.body);
      writable("missingChildren").delete(item.body.case_id);
      return;
    case "missing_child.changed":
      writable("missingChildren").set(item.body.case_id, item.body);
      return;
    case "case.changed":
      writable("cases").set(item.body.case.case_id, item.body.case);
      return;
    case "case.opened":
      writable("cases").set(item.body.case_id, item.body);
      return;
    case "watch.started":
    case "watch.ended": {
      const found = draft.cases.get(item.body.case_id);
      if (found !== undefined) writable("cases").set(found.case_id, withWatch(found, item.body));
      return;
    }
    case "watch.hit":
      draft.watchHits = withWatchHit(draft.watchHits, item);
      return;
    case "case.noted":
    case "case.recording":
    case "case.mediated":
    case "ask.made":
    case "ask.changed":
    case "ask.overdue":
    case "ask.closed":
    case "search.made":
    case "path.marked":
    case "export.changed":
    case "device.refused":
    case "hub.started":
      return;
  }
}

/** The room with what happened before its picture and no picture repeats: events, bursts, reports, watch hits. */
export function withPast(room: Room, items: readonly Item[]): Room {
  const past = items.filter((item) => item.number <= room.number);
  const draft: Draft = { ...room };
  for (const item of past) {
    if (item.kind === "burst.started" || item.kind === "burst.ended") draft.bursts = withBurst(draft.bursts, item);
    if (item.kind === "report.made") draft.reports = withReport(draft.reports, item);
    if (item.kind === "watch.hit") draft.watchHits = withWatchHit(draft.watchHits, item);
  }
  const known = new Set(room.events.map((item) => item.number));
  const events = [...room.events, ...past.filter((item) => !known.has(item.number))];
  draft.events = events.sort((a, b) => b.number - a.number).slice(0, MAX_EVENTS);
  return draft;
}

type BurstItem = Extract<Item, { kind: "burst.started" | "burst.ended" }>;
type ReportItem = Extract<Item, { kind: "report.made" }>;
type WatchHitItem = Extract<Item, { kind: "watch.hit" }>;

function withBurst(bursts: readonly Burst[], item: BurstItem): readonly Burst[] {
  const ended = item.kind === "burst.ended";
  const startedAtMs = item.at_ms - (ended ? (item.body.duration_s ?? 0) * 1000 : 0);
  const burst: Burst = { ...item.body, started_at_ms: startedAtMs, ended };
  const known = bursts.findIndex((one) => one.burst_id === burst.burst_id);
  if (known < 0) return [burst, ...bursts].sort((a, b) => b.started_at_ms - a.started_at_ms).slice(0, MAX_BURSTS);
  return bursts.map((one, index) => (index === known ? { ...burst, started_at_ms: one.started_at_ms } : one));
}

function withSos(known: readonly Sos[], sos: Sos): readonly Sos[] {
  if (sos.state === "closed") return known.filter((one) => one.sos_id !== sos.sos_id);
  const isKnown = known.some((one) => one.sos_id === sos.sos_id);
  return isKnown ? known.map((one) => (one.sos_id === sos.sos_id ? sos : one)) : [...known, sos];
}

function withReport(reports: readonly ReportRecord[], item: ReportItem): readonly ReportRecord[] {
  const report: ReportRecord = { ...item.body, number: item.number, at_ms: item.at_ms };
  const others = reports.filter((one) => one.number !== report.number);
  return [report, ...others].sort((a, b) => b.number - a.number).slice(0, MAX_REPORTS);
}

function withWatch(found: Case, watch: Watch): Case {
  const others = found.watches.filter((one) => one.watch_id !== watch.watch_id);
  return { ...found, watches: [...others, watch] };
}

function withWatchHit(hits: readonly WatchHit[], item: WatchHitItem): readonly WatchHit[] {
  const { number, at_ms } = item;
  const { case_id, hit } = item.body;
  const others = hits.filter(
    (one) => one.case_id !== case_id || one.hit.sighting.sighting_id !== hit.sighting.sighting_id,
  );
  return [{ number, at_ms, ...item.body }, ...others].sort((a, b) => b.number - a.number).slice(0, MAX_WATCH_HITS);
}
