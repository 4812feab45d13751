// Which alert board, map and counters speak of: the chosen one, else the newest that runs and is real or played.
import type { AlertRecord } from "../room/room";
import { hubNowMs, useRoom, useStore } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { isRunning } from "./status";
import { useAlertDesk } from "./store";

/** Alerts as the list of boards shows them. */
export function newestFirst(alerts: Iterable<AlertRecord>): AlertRecord[] {
  return [...alerts].sort((a, b) => b.issued_at_ms - a.issued_at_ms);
}

/**
 * Those that run before those that are over, a real one before an exercise, the newest of these.
 * A test, or what a neighbour is asked for, is shown when it is chosen.
 */
export function newestOf(alerts: Iterable<AlertRecord>, nowMs: number): AlertRecord | null {
  const rank = (alert: AlertRecord): number => 2 * Number(isRunning(alert, nowMs)) + Number(alert.status === "actual");
  let newest: AlertRecord | null = null;
  for (const alert of alerts) {
    if (alert.status === "test" || alert.errand_of !== null) continue;
    const ahead = newest === null ? 1 : rank(alert) - rank(newest);
    if (newest === null || ahead > 0 || (ahead === 0 && alert.issued_at_ms >= newest.issued_at_ms)) newest = alert;
  }
  return newest;
}

/** The alert with this identifier where the room knows it, else the newest. */
export function shownOf(alerts: ReadonlyMap<string, AlertRecord>, chosenId: string | null, nowMs: number): AlertRecord | null {
  return (chosenId === null ? undefined : alerts.get(chosenId)) ?? newestOf(alerts.values(), nowMs);
}

/** Show this alert; where it is the newest, what is newer follows. */
export function chooseAlert(alertId: string): void {
  const alerts = useStore.getState().room?.alerts.values() ?? [];
  useAlertDesk.setState({ chosenId: newestOf(alerts, hubNowMs())?.alert_id === alertId ? null : alertId });
}

/** The alert that colours the map: the one chosen by hand, else the newest that is real until it is over. */
export function useMapAlert(): AlertRecord | null {
  const alert = useChosenAlert();
  const byHand = useAlertDesk((desk) => desk.chosenId !== null);
  const now = useSecond();
  return alert !== null && (byHand || (alert.status === "actual" && isRunning(alert, now))) ? alert : null;
}

export function useChosenAlert(): AlertRecord | null {
  const chosenId = useAlertDesk((desk) => desk.chosenId);
  const now = useSecond();
  return useRoom((room) => shownOf(room.alerts, chosenId, now), null);
}
