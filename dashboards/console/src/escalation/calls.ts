// Pure: which alerts call for somebody in the police room, and since when, for whom.
import type { AlertRecord } from "../room/room";
import type { EscalationOfRadio } from "./hub";
import type { Views } from "./keeping";
import { officerSteps, waitingForOfficer } from "./steps";

export interface OfficerCall {
  alert: AlertRecord;
  /** Who waits longest first; at least one. */
  waiting: readonly EscalationOfRadio[];
  sinceMs: number;
  venues: number;
}

const sinceMs = (line: EscalationOfRadio): number => officerSteps(line)[0]?.at_ms ?? Infinity;

/** Real alerts before exercises, then by who waits longest. */
export function officerCalls(alerts: ReadonlyMap<string, AlertRecord>, views: Views, nowMs: number): OfficerCall[] {
  const calls: OfficerCall[] = [];
  for (const [alertId, view] of views) {
    const alert = alerts.get(alertId);
    const waiting = alert === undefined ? [] : waitingForOfficer(view, alert, nowMs).sort((a, b) => sinceMs(a) - sinceMs(b));
    const [first] = waiting;
    if (alert === undefined || first === undefined) continue;
    calls.push({ alert, waiting, sinceMs: sinceMs(first), venues: new Set(waiting.map((line) => line.venue_id)).size });
  }
  return calls.sort((a, b) => Number(b.alert.status === "actual") - Number(a.alert.status === "actual") || a.sinceMs - b.sinceMs);
}

/** What rings, one for each radio; a further step of the officer's is news and rings anew. */
export function ringsOf(call: OfficerCall): string[] {
  return call.waiting.map((line) => `${call.alert.alert_id} ${line.radio_id} ${officerSteps(line).length}`);
}
