// What the talk key says in each state of floor and line.
import { expect, test } from "vitest";

import type { Floor } from "../../../console/src/talk/floor";
import { keyStateOf } from "./keyState";

const grant = { groupId: "all", requestId: "r", callId: 1, burstId: 2, bootId: 3, talkLimitS: 30 };
const speaking: Floor = { state: "speaking", grant, sinceMs: 0, warned: false };
const talker = { burstId: 7, talkerId: "R01", talkerName: "对讲机1", call: "group" } as const;

test("a lost line is said before everything else, whichever of the two knows it", () => {
  expect(keyStateOf(speaking, "lost", "open", undefined)).toBe("lost");
  expect(keyStateOf({ state: "idle" }, "open", "lost", talker)).toBe("lost");
});

test("busy is said only to somebody who does not ask or speak", () => {
  expect(keyStateOf({ state: "idle" }, "open", "open", talker)).toBe("busy");
  expect(keyStateOf({ state: "revoked", reason: "preempted" }, "open", "open", talker)).toBe("revoked");
  expect(keyStateOf(speaking, "open", "open", talker)).toBe("speaking");
});

test("the end of the talk limit is a state of its own", () => {
  expect(keyStateOf({ ...speaking, warned: true }, "open", "open", undefined)).toBe("warned");
});

test("a line that was never there is being connected, not lost", () => {
  expect(keyStateOf({ state: "idle" }, "connecting", "connecting", undefined)).toBe("connecting");
});
