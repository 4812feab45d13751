// Which alert board, map and counters speak of: the chosen one, else the newest.
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { useAlertDesk } from "./store";

/** Alerts as the list of boards shows them. */
export function newestFirst(alerts: Iterable<AlertRecord>): AlertRecord[] {
  return [...alerts].sort((a, b) => b.issued_at_ms - a.issued_at_ms);
}

/** The alert that colours the map: the one chosen by hand, else the newest until its time runs out. */
export function useMapAlert(): AlertRecord | null {
  const alert = useChosenAlert();
  const byHand = useAlertDesk((desk) => desk.chosenId !== null);
  const now = useSecond();
  return alert !== null && (byHand || now < alert.expires_at_ms) ? alert : null;
}

export function useChosenAlert(): AlertRecord | null {
  const chosenId = useAlertDesk((desk) => desk.chosenId);
  return useRoom((room) => {
    const chosen = chosenId === null ? undefined : room.alerts.get(chosenId);
    if (chosen !== undefined) return chosen;
    let newest: AlertRecord | null = null;
    for (const alert of room.alerts.values()) {
      if (newest === null || alert.issued_at_ms >= newest.issued_at_ms) newest = alert;
    }
    return newest;
  }, null);
}
