// What a hand feels in a pocket or a glove: the floor's answers, somebody's call for help, an alert.
import type { Floor, Talker } from "../../../console/src/talk/floor";
import { playTone } from "../../../console/src/talk/audio";
import { useTalk } from "../../../console/src/talk/store";

/** Milliseconds of vibration and rest, in turns. */
export const PATTERNS = {
  granted: [60],
  queued: [30],
  warned: [60, 60, 60],
  refused: [220, 100, 220],
  help: [400, 150, 400, 150, 400],
  alert: [300, 150, 300],
  waiting: [300, 150, 300, 150, 300],
} satisfies Record<string, number[]>;
export type Signal = keyof typeof PATTERNS;

/** What a change of the floor is to be felt as; null for one that the hand made itself. */
export function signalOf(before: Floor, after: Floor): Signal | null {
  if (after.state === "speaking") {
    if (before.state !== "speaking") return "granted";
    return after.warned && !before.warned ? "warned" : null;
  }
  if (before.state === after.state) return null;
  if (after.state === "queued") return "queued";
  return after.state === "denied" || after.state === "revoked" || after.state === "unanswered" ? "refused" : null;
}

/** Whether somebody calls for help who did not before. */
export function helpBegins(before: ReadonlyMap<string, Talker>, after: ReadonlyMap<string, Talker>): boolean {
  const known = new Set([...before.values()].map((one) => one.burstId));
  return [...after.values()].some((one) => one.call === "emergency" && !known.has(one.burstId));
}

export function vibrate(signal: Signal): void {
  // Not every browser has it, and one that has not says nothing by it.
  if ("vibrate" in navigator) navigator.vibrate(PATTERNS[signal]);
}

/** Feel what talk does from now on; the returned function ends it. The tones of the floor are talk's own. */
export function feelTalk(): () => void {
  return useTalk.subscribe((after, before) => {
    const signal = signalOf(before.floor, after.floor);
    if (signal !== null) vibrate(signal);
    if (after.talkers !== before.talkers && helpBegins(before.talkers, after.talkers)) {
      vibrate("help");
      // One's own words are not to be drowned, nor sent with a siren in them.
      if (after.floor.state !== "speaking") playTone("help");
    }
  });
}
