// A held key speaks to its own group and to no other.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Room } from "../room/room";
import { useStore } from "../room/store";
import type { TalkGroup } from "../room/types";
import { hold, SPEAKS_AFTER_MS } from "./holding";
import { Socket, standIn } from "./standIns";
import { chooseGroup, enableMicrophone, openTalk, useTalk } from "./store";

const group = (groupId: string): TalkGroup => ({ group_id: groupId, name: groupId, kind: "temporary", radio_ids: [] });
const inRoom = (...ids: string[]): void =>
  useStore.setState({ room: { groups: ids.map(group), radios: new Map() } as unknown as Room });
let closeTalk: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  standIn();
  closeTalk = openTalk();
  Socket.latest.onopen();
  await enableMicrophone();
  Socket.latest.said.length = 0;
  chooseGroup("all");
});
afterEach(() => {
  closeTalk();
  useStore.setState({ room: null });
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a key held on speaks to its group", () => {
  inRoom("all", "temporary.1");
  const letGo = hold("temporary.1");
  vi.advanceTimersByTime(SPEAKS_AFTER_MS);
  expect(Socket.latest.said).toMatchObject([{ type: "request", group_id: "temporary.1" }]);
  letGo();
});

test("words meant for a temporary group that ended go to nobody", () => {
  inRoom("all");
  const letGo = hold("temporary.1");
  vi.advanceTimersByTime(SPEAKS_AFTER_MS);
  letGo();
  expect(Socket.latest.said).toEqual([]);
  expect(useTalk.getState().groupId).toBe("all");
});

test("a group that ends while its key goes down is not spoken to, nor is what was chosen meanwhile", () => {
  inRoom("all", "temporary.1");
  const letGo = hold("temporary.1");
  chooseGroup("all");
  vi.advanceTimersByTime(SPEAKS_AFTER_MS);
  letGo();
  expect(Socket.latest.said).toEqual([]);
});
