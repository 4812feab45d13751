// The last calls, and which of them nobody answered.
import { expect, test } from "vitest";

import type { Burst } from "../room/room";
import type { Radio, TalkGroup } from "../room/types";
import { answerTo, callRows, missedCallers } from "./calls";
import { withTaken, type Rings } from "./rings";

const RADIOS = new Map(["R1", "R2"].map((id) => [id, { radio_id: id } as Radio]));
const GROUPS = ["all", "grid-G1"].map((id) => ({ group_id: id }) as TalkGroup);
const QUIET: Rings = new Map();

function burst(startedAtMs: number, groupId: string, talkerId: string, callId = startedAtMs): Burst {
  return {
    burst_id: startedAtMs,
    call_id: callId,
    group_id: groupId,
    talker_id: talkerId,
    talker_name: talkerId,
    started_at_ms: startedAtMs,
    duration_s: 1,
    radios_reached: 0,
    radios_online: 0,
    ended: true,
  };
}

const missed = (bursts: readonly Burst[], rings = QUIET): number[] =>
  callRows(bursts, RADIOS, rings).flatMap((row) => (row.missed ? [row.burst.burst_id] : []));

test("a guard's call that nobody answered is missed, whatever is said elsewhere", () => {
  const bursts = [burst(3, "all", "duty"), burst(2, "private.R1", "R1"), burst(1, "private.R2", "duty")];
  expect(missed(bursts)).toEqual([2]);
  expect(missedCallers(callRows(bursts, RADIOS, QUIET))).toBe(1);
});

test("a call is answered by a word in it or by calling back later, and not by one before", () => {
  expect(missed([burst(3, "private.R1", "duty", 2), burst(2, "private.R1", "R1")])).toEqual([]);
  expect(missed([burst(90, "private.R1", "duty"), burst(2, "private.R1", "R1")])).toEqual([]);
  expect(missed([burst(90, "private.R1", "R1"), burst(2, "private.R1", "duty")])).toEqual([90]);
});

test("a guard's answer in a call that the police room began is not missed", () => {
  expect(missed([burst(3, "private.R1", "R1", 2), burst(2, "private.R1", "duty")])).toEqual([]);
});

test("a call that still rings, or is under way, is not missed yet", () => {
  const bursts = [burst(2, "private.R1", "R1")];
  expect(missed(bursts, withTaken(QUIET, { groupId: "private.R1", callId: 2, talkerId: "R1", rings: true }, 0))).toEqual([]);
  expect(missed(bursts.map((one) => ({ ...one, ended: false })))).toEqual([]);
});

test("radios are called back alone, people at consoles are not", () => {
  const rows = callRows([burst(2, "all", "R2"), burst(1, "all", "duty")], RADIOS, QUIET);
  expect(rows.map((row) => row.callBack)).toEqual(["private.R2", null]);
});

test("an answer goes to who rings, else to where a radio spoke last", () => {
  const bursts = [burst(3, "all", "duty"), burst(2, "grid-G1", "R1")];
  expect(answerTo([{ groupId: "private.R2" }], bursts, GROUPS, RADIOS)).toBe("private.R2");
  expect(answerTo([], bursts, GROUPS, RADIOS)).toBe("grid-G1");
  expect(answerTo([], [], GROUPS, RADIOS)).toBeNull();
});

test("an answer to a radio in a temporary group that ended goes to nobody, least of all to where one spoke before", () => {
  const bursts = [burst(3, "temporary.1", "R1"), burst(2, "all", "R2")];
  expect(answerTo([], bursts, GROUPS, RADIOS)).toBeNull();
  expect(answerTo([{ groupId: "private.gone" }, { groupId: "private.R2" }], bursts, GROUPS, RADIOS)).toBe("private.R2");
});
