// What the dispatcher is doing with alerts: the one being written, its target, and which alert's board is open.
import { create } from "zustand";

import { showDrawn, stopDrawing, useDrawing, type Drawing } from "../map/drawing";
import { hub } from "../room/hub";
import { PressKey } from "../room/pressKey";
import type { AlertRecord, ReportRecord } from "../room/room";
import type { AlertStatus, AlertTarget, Severity } from "../room/types";
import { attachAgain, attachedMedia, detach, useAttached } from "./attachments";
import { finished, type Fills } from "./blanks";
import { note, recallNoted } from "./noted";
import { isDrawn } from "./reach";

interface Written {
  /** Of a template with its blanks in it, `{衣着}`. */
  text: string;
  fills: Fills;
  severity: Severity;
  /** Whether it is real; it is again once an exercise was sent. */
  status: AlertStatus;
  target: AlertTarget;
  /** The hub has the text spoken. */
  speak: boolean;
  /** The alert whose place this one takes. */
  updates: string | null;
}

interface AlertDesk extends Written {
  /** Whether the composer is open, or one line beside an alert that runs. */
  isOpen: boolean;
  sending: boolean;
  /** Why the last one was not sent; null when it was. */
  failure: unknown;
  /** Null follows the newest alert. */
  chosenId: string | null;
  /** Keys of urgent reports that somebody has taken note of. */
  noted: ReadonlySet<string>;
}

const ALL: AlertTarget = { kind: "all", id: null };
const NOTHING: Written = {
  text: "",
  fills: {},
  severity: "Severe",
  status: "actual",
  target: ALL,
  speak: false,
  updates: null,
};

export const useAlertDesk = create<AlertDesk>(() => ({ ...NOTHING, isOpen: false, sending: false, failure: null, chosenId: null, noted: recallNoted() }));

/** Whether the composer holds anything that an empty one does not. */
export function useIsWriting(): boolean {
  const hasMedia = useAttached(({ picture, speech, recording }) => (picture ?? speech ?? recording) !== null);
  const hasMore = useAlertDesk(
    ({ text, speak, updates, status, target }) =>
      text !== "" || speak || updates !== null || status !== "actual" || target.kind !== "all",
  );
  return hasMedia || hasMore;
}

// What is drawn on the map is the target once it is whole, as long as nothing else is chosen.
useDrawing.subscribe((drawing, before) => {
  const target = targetOf(drawing);
  if (target !== null) useAlertDesk.setState({ target });
  else if (drawing.kind === null && before.kind !== null) useAlertDesk.setState((desk) => (isDrawn(desk.target) ? { target: ALL } : {}));
});

function targetOf({ kind, points, closed, withinM }: Drawing): AlertTarget | null {
  if (kind === null || !closed) return null;
  return { kind, id: null, points, ...(kind === "path" ? { within_m: withinM } : {}) };
}

/** Aim at another target than what is drawn on the map. */
export function aimAt(target: AlertTarget): void {
  useAlertDesk.setState({ target });
  if (!isDrawn(target)) stopDrawing();
}

/** Empty the composer. */
export function clearDesk(): void {
  detach("picture");
  detach("speech");
  useAlertDesk.setState({ ...NOTHING, failure: null });
  stopDrawing();
}

/** Fill the composer with an alert that runs, to be sent anew in its place. */
export function writeUpdate(alert: AlertRecord): void {
  clearDesk();
  drawAgain(alert.target);
  useAlertDesk.setState({
    text: alert.text,
    severity: alert.severity,
    status: alert.status,
    target: alert.target,
    updates: alert.alert_id,
  });
  attachAgain("picture", alert.picture); // the spoken message says the former words
  focusText();
}

function drawAgain({ kind, points, within_m }: AlertTarget): void {
  if ((kind === "polygon" || kind === "path") && points !== undefined) showDrawn(kind, points, within_m ?? undefined);
}

const press = new PressKey();

/** Send what is written; true when the hub has it. Otherwise everything stays in place with the reason beside it. */
export async function sendAlert(caseId: string | null): Promise<boolean> {
  const sent = useAlertDesk.getState();
  const { text, fills, severity, status, target, speak, updates, sending } = sent;
  const words = finished(text, fills);
  if (words === "" || sending) return false;
  useAlertDesk.setState({ sending: true, failure: null });
  try {
    const media = await attachedMedia();
    const order = { text: words, severity, target: sentTarget(target), ...media, ...(speak ? { speak } : {}) };
    const key = press.of([order, status, updates]);
    if (updates === null) await hub.issueAlert({ ...order, status, ...(caseId === null ? {} : { case_id: caseId }) }, key);
    else await hub.updateAlert(updates, { ...order, picture: media.picture ?? null }, key);
  } catch (failure) {
    useAlertDesk.setState({ sending: false, failure });
    return false;
  }
  press.done();
  useAlertDesk.setState({ sending: false, chosenId: null });
  clearSent(sent);
  return true;
}

/** Empty the composer but for what was written on while the hub answered: that is the next alert's. */
function clearSent(sent: Written): void {
  const now = useAlertDesk.getState();
  const since = <Key extends keyof Written>(key: Key): Written[Key] => (now[key] === sent[key] ? NOTHING[key] : now[key]);
  clearDesk();
  if (now.text === sent.text) return;
  if (now.target !== sent.target) drawAgain(now.target);
  useAlertDesk.setState({
    text: now.text,
    fills: since("fills"),
    severity: since("severity"),
    status: since("status"),
    target: since("target"),
    speak: since("speak"),
  });
}

/** What a shape holds is the hub's to settle. */
function sentTarget(target: AlertTarget): AlertTarget {
  if (!isDrawn(target)) return target;
  const { kind, id, points, within_m } = target;
  return { kind, id, ...(points ? { points } : {}), ...(within_m ? { within_m } : {}) };
}

/** Words to begin with, where nothing was written yet. */
export function proposeText(text: string): void {
  useAlertDesk.setState((desk) => (desk.text.trim() === "" ? { text } : {}));
}

/** Turn the composer to these venues, as the map's buttons do. */
export function aimAtVenues(ids: readonly string[]): void {
  const [id = null, ...others] = ids;
  aimAt(others.length === 0 ? { kind: "venue", id } : { kind: "venues", id: null, ids });
  focusText();
}

function focusText(): void {
  document.querySelector<HTMLTextAreaElement>("[data-testid=alert-text]")?.focus();
}

export function noteReport(report: ReportRecord): void {
  useAlertDesk.setState((desk) => ({ noted: note(desk.noted, report) }));
}
