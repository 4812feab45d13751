// What the hub is told when a burst of this console ends, and what this console does when the hub ends one.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Coder, Socket, standIn } from "./standIns";
import { chooseGroup, enableMicrophone, openTalk, press, release, useTalk } from "./store";

let closeTalk: () => void;

/** What is said from now on, left out what was said before. */
const said = (): unknown[] => Socket.latest.said.splice(0);
const state = (): string => useTalk.getState().floor.state;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** The hub grants what was asked for last. */
function grant(burstId: number): void {
  const { request_id } = said().at(-1) as { request_id: string };
  const rest = { group_id: "all", call_id: 1, boot_id: 9, talk_limit_s: 30 };
  Socket.latest.hear({ type: "granted", request_id, burst_id: burstId, ...rest });
}

beforeEach(async () => {
  standIn();
  closeTalk = openTalk();
  Socket.latest.onopen();
  await enableMicrophone();
  chooseGroup("all");
  press();
  grant(5);
});
afterEach(async () => {
  closeTalk();
  release();
  Coder.latest.done();
  await settled();
  vi.unstubAllGlobals();
});

const revoke = (burstId: number): void => Socket.latest.hear({ type: "revoked", group_id: "all", burst_id: burstId, reason: "preempted" });

test("a burst that is revoked is let go, so that the hub knows that nothing more comes", () => {
  revoke(5);
  expect(state()).toBe("revoked");
  expect(said()).toEqual([{ type: "release", burst_id: 5 }]);
});

test("a word on an earlier burst ends nothing", () => {
  revoke(4);
  Socket.latest.hear({ type: "idle", group_id: "all", burst_id: 4 });
  expect(state()).toBe("speaking");
  expect(said()).toEqual([]);
});

test("a burst that is over at the hub is not spoken in any more, and the screen says so", () => {
  Socket.latest.hear({ type: "idle", group_id: "all", burst_id: 5 });
  expect(useTalk.getState().floor).toEqual({ state: "revoked", reason: "over" });
});

test("who presses again before the last words are coded asks when the first burst was let go, and speaks in one of their own", async () => {
  release();
  press();
  await settled();
  expect(said()).toEqual([]);
  Coder.latest.done();
  await settled();
  expect(Socket.latest.said).toMatchObject(["voice", { type: "release", burst_id: 5 }, { type: "request", group_id: "all" }]);
  grant(6);
  Socket.latest.hear({ type: "idle", group_id: "all", burst_id: 5 });
  expect(useTalk.getState().floor).toMatchObject({ state: "speaking", grant: { burstId: 6 } });
});

test("who presses again and lets go while the last words are coded asks for nothing", async () => {
  release();
  press();
  release();
  Coder.latest.done();
  await settled();
  expect(said()).toEqual(["voice", { type: "release", burst_id: 5 }]);
  expect(state()).toBe("idle");
});

test("a coder that never ends keeps the next press for half a second, no longer", async () => {
  vi.useFakeTimers();
  release();
  press();
  await vi.advanceTimersByTimeAsync(500);
  vi.useRealTimers();
  expect(said()).toMatchObject([{ type: "release", burst_id: 5 }, { type: "request", group_id: "all" }]);
  expect(Coder.latest.state).toBe("closed");
});
