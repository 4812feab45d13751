// What the dispatcher is doing with alerts: the text being written, its target, and which alert's board is open.
import { create } from "zustand";

import type { AlertTarget, Severity } from "../room/types";

interface AlertDesk {
  text: string;
  severity: Severity;
  target: AlertTarget;
  /** Null follows the newest alert. */
  chosenId: string | null;
  /** Numbers of urgent reports that somebody has taken note of. */
  noted: ReadonlySet<number>;
}

export const useAlertDesk = create<AlertDesk>(() => ({
  text: "",
  severity: "Severe",
  target: { kind: "all", id: null },
  chosenId: null,
  noted: new Set(),
}));

/** Turn the composer to one venue, as the map's button does. */
export function aimAtVenue(venueId: string): void {
  useAlertDesk.setState({ target: { kind: "venue", id: venueId } });
  document.querySelector<HTMLTextAreaElement>("[data-testid=alert-text]")?.focus();
}

export function noteReport(number: number): void {
  useAlertDesk.setState((desk) => ({ noted: new Set(desk.noted).add(number) }));
}
