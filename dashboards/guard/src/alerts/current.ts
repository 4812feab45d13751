// Pure: the alerts that a guard still has to know of.
import type { AlertRecord } from "../../../console/src/room/room";

const isReal = (one: AlertRecord): number => Number(one.status === "actual");

/** Those that are not cancelled, and still good at `nowMs` by the hub's clock: real ones before tests and exercises, then the newest first. */
export function currentAlerts(alerts: ReadonlyMap<string, AlertRecord>, nowMs: number): AlertRecord[] {
  return [...alerts.values()]
    .filter((one) => one.expires_at_ms > nowMs && one.cancelled_at_ms === null)
    .sort((a, b) => isReal(b) - isReal(a) || b.issued_at_ms - a.issued_at_ms);
}
