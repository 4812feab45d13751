// Pure: the alerts that a guard still has to know of, the newest first.
import type { AlertRecord } from "../../../console/src/room/room";

/** Those that are still good at `nowMs` by the hub's clock. */
export function currentAlerts(alerts: ReadonlyMap<string, AlertRecord>, nowMs: number): AlertRecord[] {
  return [...alerts.values()]
    .filter((one) => one.expires_at_ms > nowMs)
    .sort((a, b) => b.issued_at_ms - a.issued_at_ms);
}
