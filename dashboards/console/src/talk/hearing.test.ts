// What the console makes of the hub's words on who speaks, who hears and who calls.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Radio } from "../room/types";
import { answerTo } from "./calls";
import type { CallKind } from "./floor";
import { told } from "./hearing";
import { unanswered } from "./rings";
import { chooseGroup, useTalk } from "./store";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  useTalk.setState({ groupId: "all", talkers: new Map(), heard: new Map(), rings: new Map(), closedUntilMs: new Map() });
});
afterEach(() => vi.useRealTimers());

function taken(burstId: number, groupId = "all", call: CallKind = "group", rings = false): void {
  const talker = { burstId, talkerId: groupId.replace("private.", ""), talkerName: "保安", call };
  told({ type: "taken", groupId, callId: burstId, talker, radiosOnline: 3, rings });
}
const idle = (burstId: number, groupId = "all"): void => told({ type: "idle", groupId, burstId });
const heard = (burstId: number, radiosHearing: number, ended = false): void =>
  told({ type: "heard", burstId, radiosHearing, radiosOnline: 3, missed: [{ radioId: "R3", heardAtMs: 7 }], ended });

test("who does not hear is known by name, in the group that is spoken in", () => {
  taken(910, "grid-G1");
  heard(910, 2);
  expect(useTalk.getState().heard.get("grid-G1")).toMatchObject({ radiosHearing: 2, missed: [{ radioId: "R3", heardAtMs: 7 }] });
  expect(useTalk.getState().heard.has("all")).toBe(false);
});

test("the sum of a burst that comes when the next has begun says nothing of that one, whatever their numbers", () => {
  taken(920);
  idle(920);
  taken(911);
  heard(911, 1);
  heard(920, 3, true);
  expect(useTalk.getState().heard.get("all")).toMatchObject({ burstId: 911, radiosHearing: 1 });
});

test("whoever chooses another group and comes back is shown no old burst's reach", () => {
  taken(930);
  heard(930, 3, true);
  chooseGroup("grid-G1");
  chooseGroup("all");
  expect(useTalk.getState().heard.has("all")).toBe(false);
});

test("a broadcast that is over closes its group for the hang time, and the next talker opens it", () => {
  taken(940, "all", "broadcast");
  idle(940);
  expect(useTalk.getState().closedUntilMs.get("all")).toBe(performance.now() + 10_000);
  taken(941);
  expect(useTalk.getState().closedUntilMs.has("all")).toBe(false);
  idle(941);
  expect(useTalk.getState().closedUntilMs.has("all")).toBe(false);
});

test("a guard who calls the police room is a ring and a talker", () => {
  taken(950, "private.R7", "group", true);
  expect([...useTalk.getState().rings.values()]).toMatchObject([{ radioId: "R7", answered: false }]);
  expect(useTalk.getState().talkers.has("private.R7")).toBe(true);
});

test("a page that comes in the middle takes up who speaks, who calls for help and who called in vain a moment ago", () => {
  taken(960, "private.R7", "group", true);
  idle(960, "private.R7");
  taken(961, "grid-G1", "emergency", true);
  taken(962);
  const { rings, talkers } = useTalk.getState();
  expect(unanswered(rings)).toMatchObject([{ radioId: "R7", quietSinceMs: performance.now() }]);
  expect(answerTo(unanswered(rings), [], [], new Map([["R7", { radio_id: "R7" } as Radio]]))).toBe("private.R7");
  expect([...talkers].map(([groupId, { call }]) => [groupId, call])).toEqual([["grid-G1", "emergency"], ["all", "group"]]);
});
