// Which alert board, map and counters speak of: the chosen one, else the newest.
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { useAlertDesk } from "./store";

/** Alerts as the list of boards shows them. */
export function newestFirst(alerts: Iterable<AlertRecord>): AlertRecord[] {
  return [...alerts].sort((a, b) => b.issued_at_ms - a.issued_at_ms);
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
