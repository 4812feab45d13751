// What the dispatcher is doing with alerts: the text being written, its target, and which alert's board is open.
import { create } from "zustand";

import type { ReportRecord } from "../room/room";
import type { AlertTarget, Severity } from "../room/types";
import { note, recallNoted } from "./noted";

interface AlertDesk {
  text: string;
  severity: Severity;
  target: AlertTarget;
  /** Null follows the newest alert. */
  chosenId: string | null;
  /** Keys of urgent reports that somebody has taken note of. */
  noted: ReadonlySet<string>;
}

export const useAlertDesk = create<AlertDesk>(() => ({
  text: "",
  severity: "Severe",
  target: { kind: "all", id: null },
  chosenId: null,
  noted: recallNoted(),
}));

/** Turn the composer to one venue, as the map's button does. */
export function aimAtVenue(venueId: string): void {
  useAlertDesk.setState({ target: { kind: "venue", id: venueId } });
  document.querySelector<HTMLTextAreaElement>("[data-testid=alert-text]")?.focus();
}

export function noteReport(report: ReportRecord): void {
  useAlertDesk.setState((desk) => ({ noted: note(desk.noted, report) }));
}
