// Who does not hear a burst.
import { expect, test } from "vitest";

import type { Radio, TalkGroup } from "../room/types";
import { hearCounts, missedRows, offLineOf } from "./heard";

const radio = (radioId: string, online: boolean, heardAtMs: number | null = null) =>
  ({ radio_id: radioId, online, heard_at_ms: heardAtMs }) as Radio;
const ALL: TalkGroup = { group_id: "all", name: "", kind: "all", radio_ids: ["R1", "R2", "R3", "R4"] };
const heard = (hearing: number, online: number) => ({
  groupId: "all",
  burstId: 1,
  radiosHearing: hearing,
  radiosOnline: online,
  missed: [],
  ended: false,
});

test("of four radios two hear, one is on line and does not, one is off line", () => {
  expect(hearCounts(heard(2, 3), ALL, "duty")).toEqual({ hearing: 2, all: 4, deaf: 1, offLine: 1 });
});

test("the radio that speaks need not hear itself", () => {
  expect(hearCounts(heard(3, 3), ALL, "R1")).toEqual({ hearing: 3, all: 3, deaf: 0, offLine: 0 });
});

test("a group that is gone is counted by what the hub said of it", () => {
  expect(hearCounts(heard(2, 5), null, null)).toEqual({ hearing: 2, all: 5, deaf: 3, offLine: 0 });
});

test("those on line who do not hear come first, then who was heard from last", () => {
  const radios = new Map([radio("R1", false), radio("R2", false), radio("R3", true)].map((one) => [one.radio_id, one]));
  const missed = [
    { radioId: "R1", heardAtMs: 5 },
    { radioId: "R2", heardAtMs: 9 },
    { radioId: "R3", heardAtMs: 7 },
    { radioId: "R9", heardAtMs: 1 },
  ];
  expect(missedRows(missed, radios).map((row) => row.radio.radio_id)).toEqual(["R3", "R2", "R1"]);
});

test("before anybody spoke the radios off line are those that will not hear", () => {
  const radios = new Map([radio("R1", true), radio("R2", false, 4)].map((one) => [one.radio_id, one]));
  expect(offLineOf(ALL, radios)).toEqual([{ radioId: "R2", heardAtMs: 4 }]);
  expect(offLineOf(null, radios)).toEqual([]);
});
