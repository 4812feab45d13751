// What is felt when the floor or a call changes.
import { expect, test } from "vitest";

import type { Floor, Talker } from "../../../console/src/talk/floor";
import { helpBegins, signalOf } from "./signals";

const grant = { groupId: "all", requestId: "r", callId: 1, burstId: 2, bootId: 3, talkLimitS: 30 };
const idle: Floor = { state: "idle" };
const speaking: Floor = { state: "speaking", grant, sinceMs: 0, warned: false };
const refusal = { reason: "locked_out", message: "", messageEn: "", retryInS: 3 };
const denied: Floor = { state: "denied", refusal, sinceMs: 0 };
const requesting: Floor = { state: "requesting", groupId: "all", requestId: "r", released: false };

test.each([
  [requesting, speaking, "granted"],
  [speaking, { ...speaking, warned: true }, "warned"],
  [requesting, denied, "refused"],
  [speaking, { state: "revoked", reason: "preempted" }, "refused"],
  [requesting, { state: "queued", groupId: "all", requestId: "r", place: { position: 1, of: 1 } }, "queued"],
  [speaking, idle, null],
  [idle, requesting, null],
  [denied, idle, null],
] as [Floor, Floor, string | null][])("from %o to %o", (before, after, felt) => {
  expect(signalOf(before, after)).toBe(felt);
});

test("a call for help is felt once, and other calls are not", () => {
  const talker = (burstId: number, call: Talker["call"]): Talker => ({ burstId, talkerId: "R1", talkerName: "", call });
  const nobody = new Map<string, Talker>();
  const help = new Map([["grid-G1", talker(1, "emergency")]]);
  expect(helpBegins(nobody, help)).toBe(true);
  expect(helpBegins(help, new Map(help).set("all", talker(2, "group")))).toBe(false);
});
