// What has been done about the silent radios of every alert that runs, and of the one that the board shows.
import { create } from "zustand";

import { shownOf } from "../alerts/chosen";
import { isRunning } from "../alerts/status";
import { useAlertDesk } from "../alerts/store";
import type { Item } from "../room/items";
import type { AlertRecord } from "../room/room";
import { hubNowMs, useStore } from "../room/store";
import { escalationHub, type EscalationView } from "./hub";
import { keepEscalations, type Views } from "./keeping";

export const useEscalations = create<{ views: Views }>(() => ({ views: new Map() }));

/** Null while it is not loaded. */
export function useEscalation(alertId: string): EscalationView | null {
  return useEscalations((store) => store.views.get(alertId) ?? null);
}

/** Keep them loaded until the returned function is called. */
export function followEscalations(): () => void {
  const keeping = keepEscalations(escalationHub.of, (views) => useEscalations.setState({ views }));
  let wasOpen = false;
  let openings = 0;
  const look = (): void => {
    const { room, line } = useStore.getState();
    // What was told while the line was lost may not be among the events: all are loaded anew.
    if (line === "open" && !wasOpen) openings += 1;
    wasOpen = line === "open";
    if (room === null) return;
    const told = toldOf(room.events);
    const escalates = (alert: AlertRecord): boolean => alert.status !== "test" && alert.errand_of === null;
    const now = hubNowMs();
    const shown = shownOf(room.alerts, useAlertDesk.getState().chosenId, now);
    const wanted = [...room.alerts.values()].filter((alert) => escalates(alert) && (isRunning(alert, now) || alert === shown));
    keeping.want(new Map(wanted.map(({ alert_id }) => [alert_id, `${openings} ${told.get(alert_id) ?? 0}`])));
  };
  const leave = [useStore.subscribe(look), useAlertDesk.subscribe(look)];
  look();
  return () => {
    for (const one of leave) one();
    keeping.end();
  };
}

/** The number of the latest event about each alert's escalation. */
function toldOf(events: readonly Item[]): Map<string, number> {
  const told = new Map<string, number>();
  for (const item of events) {
    if (item.kind !== "escalation.stepped" && item.kind !== "escalation.stopped") continue;
    if (!told.has(item.body.alert_id)) told.set(item.body.alert_id, item.number);
  }
  return told;
}
