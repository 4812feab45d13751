// Which alert board, map and counters speak of: the chosen one, else the newest that is real or played.
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { useAlertDesk } from "./store";

/** Alerts as the list of boards shows them. */
export function newestFirst(alerts: Iterable<AlertRecord>): AlertRecord[] {
  return [...alerts].sort((a, b) => b.issued_at_ms - a.issued_at_ms);
}

/** The newest real one, which no exercise covers; without any the newest exercise. A test is shown when it is chosen. */
export function newestOf(alerts: Iterable<AlertRecord>): AlertRecord | null {
  let newest: AlertRecord | null = null;
  for (const alert of alerts) {
    if (alert.status === "test") continue;
    const isMoreReal = Number(alert.status === "actual") - Number(newest?.status === "actual");
    if (newest === null || isMoreReal > 0 || (isMoreReal === 0 && alert.issued_at_ms >= newest.issued_at_ms)) newest = alert;
  }
  return newest;
}

/** The alert that colours the map: the one chosen by hand, else the newest that is real until its time runs out. */
export function useMapAlert(): AlertRecord | null {
  const alert = useChosenAlert();
  const byHand = useAlertDesk((desk) => desk.chosenId !== null);
  const now = useSecond();
  return alert !== null && (byHand || (alert.status === "actual" && alert.cancelled_at_ms === null && now < alert.expires_at_ms)) ? alert : null;
}

export function useChosenAlert(): AlertRecord | null {
  const chosenId = useAlertDesk((desk) => desk.chosenId);
  return useRoom((room) => {
    const chosen = chosenId === null ? undefined : room.alerts.get(chosenId);
    if (chosen !== undefined) return chosen;
    return newestOf(room.alerts.values());
  }, null);
}
