// What the talk key says in each state of floor and line.
import { expect, test } from "vitest";

import type { Floor } from "../../../console/src/talk/floor";
import { keyStateOf, type Around } from "./keyState";

const grant = { groupId: "all", requestId: "r", callId: 1, burstId: 2, bootId: 3, talkLimitS: 30 };
const speaking: Floor = { state: "speaking", grant, sinceMs: 0, warned: false };
const talker = { burstId: 7, talkerId: "R01", talkerName: "对讲机1", call: "group" } as const;

const stateOf = (around: Partial<Around>) =>
  keyStateOf({ floor: { state: "idle" }, talk: "open", isCut: false, here: undefined, isChosen: true, ...around });

test("a lost line is said before everything else, whichever of the two knows it", () => {
  expect(stateOf({ floor: speaking, talk: "lost" })).toBe("lost");
  expect(stateOf({ isCut: true, here: talker, isChosen: false })).toBe("lost");
});

test("busy is said only to somebody who does not ask or speak", () => {
  expect(stateOf({ here: talker })).toBe("busy");
  expect(stateOf({ floor: { state: "revoked", reason: "preempted" }, here: talker })).toBe("revoked");
  expect(stateOf({ floor: speaking, here: talker })).toBe("speaking");
});

test("the end of the talk limit is a state of its own", () => {
  expect(stateOf({ floor: { ...speaking, warned: true } })).toBe("warned");
});

test("a line that was never there is being connected, not lost", () => {
  expect(stateOf({ talk: "connecting" })).toBe("connecting");
});

test("without a group the key says so, but not over the end of what was being said", () => {
  expect(stateOf({ isChosen: false })).toBe("unchosen");
  expect(stateOf({ floor: { state: "revoked", reason: "group_ended" }, isChosen: false })).toBe("revoked");
});
