// From a guard's first word to the police room until somebody answers or the call is over.
import { expect, test } from "vitest";

import { HANG_TIME_MS, unanswered, withIdle, withoutOver, withTaken, type Rings } from "./rings";

const GROUP = "private.R1";
const word = (talkerId: string, callId = 1, rings = true, groupId = GROUP) => ({ groupId, callId, talkerId, rings });
const none: Rings = new Map();
const calling = withTaken(none, word("R1"), 0);
const waiting = withIdle(calling, GROUP, 2000);

test("a guard who calls rings, and goes on ringing for the hang time after the last word", () => {
  expect(unanswered(calling)).toMatchObject([{ radioId: "R1", sinceMs: 0, quietSinceMs: null }]);
  expect(withoutOver(calling, 60_000)).toBe(calling);
  expect(withoutOver(waiting, 2000 + HANG_TIME_MS - 1)).toBe(waiting);
  expect(withoutOver(waiting, 2000 + HANG_TIME_MS).size).toBe(0);
});

test("a console that speaks in the call answers it, and the guard's next words ring nowhere", () => {
  const answered = withTaken(waiting, word("console-1", 1, false), 3000);
  expect(unanswered(answered)).toEqual([]);
  const again = withTaken(withIdle(answered, GROUP, 4000), word("R1", 1, false), 5000);
  expect(unanswered(again)).toEqual([]);
});

test("a call that was answered rings anew when the console that did is gone: in the middle of what the guard says, or at the next word", () => {
  const answered = withTaken(waiting, word("console-1", 1, false), 3000);
  const answering = withTaken(withIdle(answered, GROUP, 4000), word("R1", 1, false), 5000);
  expect(unanswered(withTaken(answering, word("R1"), 6000))).toMatchObject([{ sinceMs: 6000, quietSinceMs: null }]);
  expect(unanswered(withTaken(withIdle(answering, GROUP, 6000), word("R1"), 7000))).toMatchObject([{ sinceMs: 7000 }]);
});

test("the guard's second press in a call rings on since the first", () => {
  const again = withTaken(waiting, word("R1"), 4000);
  expect(unanswered(again)).toMatchObject([{ sinceMs: 0, quietSinceMs: null }]);
});

test("the next call rings anew, though the one before was answered", () => {
  const answered = withIdle(withTaken(waiting, word("console-1", 1, false), 3000), GROUP, 4000);
  expect(unanswered(withTaken(answered, word("R1", 2), 20_000))).toMatchObject([{ callId: 2, sinceMs: 20_000 }]);
});

test("a private call that the police room began does not ring, nor does an emergency in a grid", () => {
  expect(withTaken(none, word("console-1", 1, false), 0)).toBe(none);
  expect(withTaken(none, word("R1", 1, false), 0)).toBe(none);
  expect(withTaken(none, word("R1", 1, true, "grid-G1"), 0)).toBe(none);
});

test("who waits the longest comes first", () => {
  const both = withTaken(calling, word("R2", 2, true, "private.R2"), 500);
  expect(unanswered(both).map((ring) => ring.radioId)).toEqual(["R1", "R2"]);
});
