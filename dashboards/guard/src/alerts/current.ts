// Pure: the alerts that a guard still has to know of, and those that are over.
import type { Item } from "../../../console/src/room/items";
import type { AlertRecord } from "../../../console/src/room/room";

const isReal = (one: AlertRecord): number => Number(one.status === "actual");

/** Those that are not cancelled, and still good at `nowMs` by the hub's clock: real ones before tests and exercises, then the newest first. */
export function currentAlerts(alerts: ReadonlyMap<string, AlertRecord>, nowMs: number): AlertRecord[] {
  return [...alerts.values()]
    .filter((one) => one.expires_at_ms > nowMs && one.cancelled_at_ms === null)
    .sort((a, b) => isReal(b) - isReal(a) || b.issued_at_ms - a.issued_at_ms);
}

/** That an alert is over is said for so long. */
const OVER_SHOWN_MS = 15_000;

/** A real alert that was cancelled while it was good, and the words that came with it, where they are known. */
export interface Over {
  alertId: string;
  text: string | null;
}

/** The one cancelled last, for a while; null for none. The words are in the events of the page: a picture has none. */
export function justOver(alerts: ReadonlyMap<string, AlertRecord>, events: readonly Item[], nowMs: number): Over | null {
  const at = (one: AlertRecord): number => one.cancelled_at_ms ?? -Infinity;
  const [last] = [...alerts.values()]
    .filter((one) => isReal(one) && one.updated_to === null && at(one) < one.expires_at_ms && nowMs - at(one) < OVER_SHOWN_MS)
    .sort((a, b) => at(b) - at(a));
  if (last === undefined) return null;
  const text = events.flatMap((one) => (one.kind === "alert.issued" && one.body.cancels === last.alert_id ? one.body.text : []))[0];
  return { alertId: last.alert_id, text: text ?? null };
}
