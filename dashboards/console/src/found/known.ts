// Pure: the room's list of who says that the child is with them, and what a key does about one.
import type { AlertRecord } from "../room/room";
import { isRunning } from "../alerts/status";
import type { Found } from "./hub";

/** Real ones before those of an exercise, the newest first. */
const inOrder = (a: Found, b: Found): number =>
  Number(b.status === "actual") - Number(a.status === "actual") || b.at_ms - a.at_ms;

/** What a picture has, in the order in which it is shown. */
export const allFound = (found: readonly Found[]): readonly Found[] => [...found].sort(inOrder);

/** With one more; one that is closed is none any more. */
export function withFound(known: readonly Found[], found: Found): readonly Found[] {
  const others = known.filter((one) => one.found_id !== found.found_id);
  return found.closed_at_ms === null ? [found, ...others].sort(inOrder) : others;
}

/** The alert that is to be cancelled: the one of the word, or the latest that took its place; null where none runs. */
export function runningAlert(found: Found, alerts: ReadonlyMap<string, AlertRecord>, nowMs: number): AlertRecord | null {
  let alert = alerts.get(found.alert_id);
  const passed = new Set<string>();
  while (alert !== undefined && !passed.has(alert.alert_id)) {
    if (isRunning(alert, nowMs)) return alert;
    const { alert_id } = alert;
    passed.add(alert_id);
    alert = [...alerts.values()].find((one) => one.updates === alert_id);
  }
  return null;
}
