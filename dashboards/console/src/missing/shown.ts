// Pure: what the screen says of a procedure: how many have it, who is silent, and how far she can be.
import { markOf } from "../alerts/board";
import type { AlertRecord } from "../room/room";
import type { Delivery } from "../room/types";
import type { Front, MissingChild } from "./types";

export interface Reach {
  alerted: number;
  acknowledged: number;
  /** Venues none of whose radios acknowledged any alert of the procedure, in the order in which they were alerted. */
  silent: readonly string[];
}

/** An alert may have come in the place of one that the procedure names. */
function alertsOf(child: MissingChild, alerts: ReadonlyMap<string, AlertRecord>): AlertRecord[] {
  const ids = new Set(child.alerts.map((one) => one.alert_id));
  return [...alerts.values()].filter((one) => ids.has(one.alert_id) || (one.case_id === child.case_id && one.errand_of === null));
}

/** How far a delivery came; of several to one radio the farthest is shown. */
const FAR = ["undelivered", "unacknowledged", "acknowledged", "reported", "help", "child"];
const farOf = (delivery: Delivery): number => FAR.indexOf(markOf(delivery));

/** All alerts of the procedure as one, for the map: the latest one's words, with each radio's farthest delivery; null: none is known. */
export function asOneAlert(child: MissingChild, alerts: ReadonlyMap<string, AlertRecord>): AlertRecord | null {
  const theirs = alertsOf(child, alerts).sort((a, b) => a.issued_at_ms - b.issued_at_ms);
  const latest = theirs.at(-1);
  if (latest === undefined) return null;
  const deliveries = new Map<string, Delivery>();
  for (const one of theirs.flatMap((alert) => [...alert.deliveries.values()])) {
    const known = deliveries.get(one.radio_id);
    if (known === undefined || farOf(one) > farOf(known)) deliveries.set(one.radio_id, one);
  }
  return { ...latest, deliveries };
}

export function reachOf(child: MissingChild, alerts: ReadonlyMap<string, AlertRecord>): Reach {
  const venueIds = [...new Set(child.alerts.flatMap((one) => one.venue_ids))];
  const answered = new Set<string>();
  for (const alert of alertsOf(child, alerts)) {
    for (const one of alert.deliveries.values()) {
      const mark = markOf(one);
      if (mark !== "undelivered" && mark !== "unacknowledged") answered.add(one.venue_id);
    }
  }
  const silent = venueIds.filter((venueId) => !answered.has(venueId));
  return { alerted: venueIds.length, acknowledged: venueIds.length - silent.length, silent };
}

/** Metres from the front: where she can be now, and up to where venues are alerted. */
export function radiiOf(front: Front, nowMs: number): { child: number; alerted: number } {
  const walked = (aheadS: number): number => Math.max(front.least_m, front.pace_mps * ((nowMs - front.at_ms) / 1000 + aheadS));
  return { child: walked(0), alerted: walked(front.lead_s) };
}

/** "02:13", from an hour on "1:02:13". */
export function clockOf(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 3600 ? minutes : `${Math.floor(s / 3600)}:${minutes}`;
}

/** Those that go on first, the latest first. */
export const inOrder = (children: Iterable<MissingChild>): MissingChild[] =>
  [...children].sort(
    (a, b) => Number(a.ended_at_ms !== null) - Number(b.ended_at_ms !== null) || b.started_at_ms - a.started_at_ms,
  );
