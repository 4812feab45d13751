// What the hub is told when a burst of this console ends.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openTalk, release, useTalk } from "./store";

/** A line that notes what is said on it. */
class Socket {
  static readonly OPEN = 1;
  static latest: Socket;
  readonly readyState = Socket.OPEN;
  readonly said: unknown[] = [];
  onmessage: (message: { data: string }) => void = () => undefined;

  constructor() {
    Socket.latest = this;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    // The line is the test's own.
  }
}

class SilentAudio {
  readonly state = "suspended";
  resume = (): Promise<void> => Promise.resolve();
}

const speaking = {
  state: "speaking",
  grant: { groupId: "all", requestId: "r1", callId: 1, burstId: 5, bootId: 9, talkLimitS: 30 },
  sinceMs: 0,
  warned: false,
} as const;
let closeTalk: () => void;

beforeEach(() => {
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("AudioContext", SilentAudio);
  vi.stubGlobal("location", { protocol: "http:", host: "hub" });
  vi.stubGlobal("addEventListener", () => undefined);
  closeTalk = openTalk();
  useTalk.setState({ floor: speaking });
});
afterEach(() => {
  closeTalk();
  release();
  vi.unstubAllGlobals();
});

const revoke = (burstId: number): void =>
  Socket.latest.onmessage({
    data: JSON.stringify({ type: "revoked", group_id: "all", burst_id: burstId, reason: "preempted" }),
  });

test("a burst that is revoked is let go, so that the hub knows that nothing more comes", () => {
  revoke(5);
  expect(useTalk.getState().floor.state).toBe("revoked");
  expect(Socket.latest.said).toEqual([{ type: "release", burst_id: 5 }]);
});

test("a word on an earlier burst ends nothing", () => {
  revoke(4);
  expect(useTalk.getState().floor).toEqual(speaking);
  expect(Socket.latest.said).toEqual([]);
});
