// What was pressed on this phone: kept in the browser until the hub has it, sent once in its order.
import { create } from "zustand";

import { recall, remember } from "../../../console/src/browser/memory";
import { ask, type HubError, part } from "../../../console/src/room/ask";
import { useStore } from "../../../console/src/room/store";
import type { Media } from "../../../console/src/room/types";
import { useSession } from "../../../console/src/session/store";
import { vibrate } from "../talk/signals";
import { type Press, pressedAgoMs, readKept, type ReportPress, type Said, subjectOf, without, withPress } from "./kept";
import { dropPicture, keepPicture, keptPicture } from "./pictures";
import { keepSending, type Sending } from "./sending";

const KEPT_AS = "qianshao.presses";
/** A picture over a thin line. */
const PICTURE_WITHIN_MS = 60_000;
/** Names this load of the page, within which `performance.now()` counts. */
const LOAD = Math.random().toString(36).slice(2);

/** What the hub said no to, latest of each alert, of each ask and of reports. */
interface Refused {
  press: Press;
  why: HubError;
}

interface Answers {
  kept: readonly Press[];
  refused: ReadonlyMap<string, Refused>;
  /** The last press found no room: too many wait. */
  isFull: boolean;
  /** The last try had no answer. */
  isStuck: boolean;
}

export const useAnswers = create<Answers>(() => ({ kept: readKept(recall(KEPT_AS)), refused: new Map(), isFull: false, isStuck: false }));

let sending: Sending | null = null;

let isStored = true;

/** Other windows of this browser keep theirs in the same place; one that forbids storage keeps them for this page. */
const current = (): readonly Press[] => (isStored ? readKept(recall(KEPT_AS)) : useAnswers.getState().kept);

function keep(kept: readonly Press[]): void {
  isStored = remember(KEPT_AS, JSON.stringify(kept));
  useAnswers.setState({ kept, isFull: false });
}

/** Take one press: it is kept before anything else, and sent as soon as may be. False where no more may wait. */
export function press(said: Said, messageId = newId()): boolean {
  const person = useSession.getState().person;
  if (person === null) return false;
  const stamp = { message_id: messageId, person_id: person.person_id, wall_ms: Date.now(), counted_ms: performance.now(), load: LOAD };
  const kept = withPress(current(), { ...said, ...stamp, text: said.text.trim() });
  if (kept === null) {
    useAnswers.setState({ isFull: true });
    return false;
  }
  vibrate("granted");
  const subject = subjectOf(said);
  useAnswers.setState((store) => ({ refused: new Map([...store.refused].filter(([one]) => one !== subject)) }));
  keep(kept);
  sending?.look();
  return true;
}

/** Take a report with its picture, which is kept first. False where there is no room for it. */
export async function pressReport(said: Omit<ReportPress, "has_picture">, picture: Blob | null): Promise<boolean> {
  const messageId = newId();
  if (picture !== null && !(await keepPicture(messageId, picture))) {
    useAnswers.setState({ isFull: true });
    return false;
  }
  const isTaken = press({ ...said, has_picture: picture !== null }, messageId);
  if (!isTaken) void dropPicture(messageId);
  return isTaken;
}

/** A page without TLS has no randomUUID. */
const newId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(one: Press): Promise<void> {
  // A picture takes time to leave: how long ago the press was is counted after it.
  const pictures = "matter" in one && one.has_picture ? await sendPicture(one.message_id) : [];
  const ago = pressedAgoMs(one, { wallMs: Date.now(), countedMs: performance.now(), load: LOAD });
  if ("matter" in one) {
    const report = { matter: one.matter, text: one.text, ...one.place, pictures, made_ago_ms: ago };
    return ask<void>("POST", "/api/reports", report, { "Idempotency-Key": one.message_id });
  }
  const said = { message_id: one.message_id, pressed_ago_ms: ago, text: one.text };
  if ("ask_id" in one) return ask<void>("POST", `/api/asks/${part(one.ask_id)}/answers`, { ...said, step: one.step });
  return ask<void>("POST", `/api/alerts/${part(one.alert_id)}/answers`, { ...said, answer: one.answer, venue_id: one.venue_id });
}

/** The ids of what was handed over; the same picture again is the same file. A report goes without one that is gone. */
async function sendPicture(messageId: string): Promise<string[]> {
  const picture = await keptPicture(messageId);
  if (picture === undefined) return [];
  return [(await ask<Media>("POST", "/api/media", picture, {}, undefined, PICTURE_WITHIN_MS)).media_id];
}

const mine = (): Press | null => {
  const { phase, person } = useSession.getState();
  if (phase !== "in" || person === null) return null;
  const kept = current();
  // Another window may have sent some of them.
  if (kept.length < useAnswers.getState().kept.length) useAnswers.setState({ kept, isFull: false });
  return kept.find((one) => one.person_id === person.person_id) ?? null;
};

/** Send what waits, now and whenever the line is back, until the returned function is called. */
export function sendAnswers(): () => void {
  const drop = (one: Press): void => {
    keep(without(current(), one.message_id));
    if ("matter" in one && one.has_picture) void dropPicture(one.message_id);
  };
  const own = keepSending({
    next: mine,
    send,
    sent: drop,
    stuck: (isStuck) => useAnswers.setState({ isStuck }),
    refused: (one, why) => {
      drop(one);
      useAnswers.setState((store) => ({ refused: new Map(store.refused).set(subjectOf(one), { press: one, why }) }));
    },
  });
  sending = own;
  const stop = useStore.subscribe((now, before) => {
    if (now.line === "open" && before.line !== "open") own.look();
  });
  window.addEventListener("online", own.look);
  own.look();
  return () => {
    sending = null;
    stop();
    window.removeEventListener("online", own.look);
    own.end();
  };
}
