// What has been done about an alert's silent radios: loaded anew when the hub tells of a step or a stop.
import { useCallback, useEffect } from "react";

import { useAnswer } from "../browser/useAnswer";
import { useRoom } from "../room/store";
import { escalationHub, type EscalationView } from "./hub";

export function useEscalation(alertId: string): EscalationView | null {
  const load = useCallback(() => escalationHub.of(alertId), [alertId]);
  const { value, again } = useAnswer(load);
  const told = useRoom(
    (room) =>
      room.events.find(
        (item) => (item.kind === "escalation.stepped" || item.kind === "escalation.stopped") && item.body.alert_id === alertId,
      )?.number ?? 0,
    0,
  );
  useEffect(() => {
    if (told > 0) again();
  }, [told, again]);
  return value?.alert_id === alertId ? value : null;
}
