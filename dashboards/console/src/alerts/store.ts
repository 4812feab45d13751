// What the dispatcher is doing with alerts: the text being written, its target, and which alert's board is open.
import { create } from "zustand";

import { hub } from "../room/hub";
import type { ReportRecord } from "../room/room";
import type { AlertStatus, AlertTarget, Severity } from "../room/types";
import { note, recallNoted } from "./noted";

interface AlertDesk {
  text: string;
  sending: boolean;
  /** Why the last one was not sent; null when it was. */
  failure: unknown;
  severity: Severity;
  /** Whether it is real; it is again once an exercise was sent. */
  status: AlertStatus;
  target: AlertTarget;
  /** Null follows the newest alert. */
  chosenId: string | null;
  /** Keys of urgent reports that somebody has taken note of. */
  noted: ReadonlySet<string>;
}

export const useAlertDesk = create<AlertDesk>(() => ({
  text: "",
  sending: false,
  failure: null,
  severity: "Severe",
  status: "actual",
  target: { kind: "all", id: null },
  chosenId: null,
  noted: recallNoted(),
}));

// The key stays with one alert's words, severity and target until it was sent, so that a second try cannot send it twice.
let key: { of: string; key: string } | null = null;

/** Send what is written; true when the hub has it. Otherwise everything stays in place with the reason beside it. */
export async function sendAlert(caseId: string | null): Promise<boolean> {
  const { text, severity, status, target, sending } = useAlertDesk.getState();
  if (text.trim() === "" || sending) return false;
  const order = { text: text.trim(), severity, status, target };
  const of = JSON.stringify(order);
  if (key?.of !== of) key = { of, key: crypto.randomUUID() };
  useAlertDesk.setState({ sending: true, failure: null });
  try {
    await hub.issueAlert(caseId === null ? order : { ...order, case_id: caseId }, key.key);
  } catch (failure) {
    useAlertDesk.setState({ sending: false, failure });
    return false;
  }
  key = null;
  // What was written on while the hub answered is the next alert's.
  useAlertDesk.setState((desk) => ({ sending: false, chosenId: null, status: "actual", text: desk.text === text ? "" : desk.text }));
  return true;
}

/** Turn the composer to these venues, as the map's buttons do. */
export function aimAtVenues(ids: readonly string[]): void {
  const [id = null, ...others] = ids;
  useAlertDesk.setState({ target: others.length === 0 ? { kind: "venue", id } : { kind: "venues", id: null, ids } });
  document.querySelector<HTMLTextAreaElement>("[data-testid=alert-text]")?.focus();
}

export function noteReport(report: ReportRecord): void {
  useAlertDesk.setState((desk) => ({ noted: note(desk.noted, report) }));
}
