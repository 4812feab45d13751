// What was pressed on this phone: kept in the browser until the hub has it, sent once in its order.
import { create } from "zustand";

import { recall, remember } from "../../../console/src/browser/memory";
import { ask, type HubError, part } from "../../../console/src/room/ask";
import { useStore } from "../../../console/src/room/store";
import type { Answer } from "../../../console/src/room/types";
import { useSession } from "../../../console/src/session/store";
import { vibrate } from "../talk/signals";
import { type Press, pressedAgoMs, readKept, without, withPress } from "./kept";
import { keepSending, type Sending } from "./sending";

const KEPT_AS = "qianshao.presses";
/** Names this load of the page, within which `performance.now()` counts. */
const LOAD = Math.random().toString(36).slice(2);

/** What the hub said no to, latest of each alert. */
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

interface Said {
  alertId: string;
  venueId: string | null;
  answer?: Answer;
  text?: string;
}

/** Take one press: it is kept before anything else, and sent as soon as may be. */
export function press({ alertId, venueId, answer, text = "" }: Said): void {
  const person = useSession.getState().person;
  if (person === null) return;
  const one: Press = {
    message_id: newId(),
    person_id: person.person_id,
    alert_id: alertId,
    venue_id: venueId,
    answer: answer ?? null,
    text: text.trim(),
    wall_ms: Date.now(),
    counted_ms: performance.now(),
    load: LOAD,
  };
  const kept = withPress(current(), one);
  if (kept === null) {
    useAnswers.setState({ isFull: true });
    return;
  }
  vibrate("granted");
  useAnswers.setState((store) => ({ refused: new Map([...store.refused].filter(([alert]) => alert !== alertId)) }));
  keep(kept);
  sending?.look();
}

/** A page without TLS has no randomUUID. */
const newId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function send(one: Press): Promise<void> {
  const ago = pressedAgoMs(one, { wallMs: Date.now(), countedMs: performance.now(), load: LOAD });
  return ask<void>("POST", `/api/alerts/${part(one.alert_id)}/answers`, {
    message_id: one.message_id,
    pressed_ago_ms: ago,
    answer: one.answer,
    text: one.text,
    venue_id: one.venue_id,
  });
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
  const drop = (one: Press): void => keep(without(current(), one.message_id));
  const own = keepSending({
    next: mine,
    send,
    sent: drop,
    stuck: (isStuck) => useAnswers.setState({ isStuck }),
    refused: (one, why) => {
      drop(one);
      useAnswers.setState((store) => ({ refused: new Map(store.refused).set(one.alert_id, { press: one, why }) }));
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
