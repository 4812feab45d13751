// The talk line on a network that goes without a word.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useStore } from "../../../console/src/room/store";
import { useTalk } from "../../../console/src/talk/store";
import { keepTalk } from "./keepTalk";

/** A line that opens when the test says so, and never says that it is dead. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  readonly readyState = Socket.OPEN;
  isClosed = false;
  onopen: () => void = () => undefined;
  send = (): void => undefined;

  constructor() {
    Socket.all.push(this);
  }

  close(): void {
    this.isClosed = true;
  }
}

class SilentAudio {
  readonly state = "suspended";
  resume = (): Promise<void> => Promise.resolve();
}

let close: () => void;

beforeEach(() => {
  Socket.all = [];
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("AudioContext", SilentAudio);
  vi.stubGlobal("location", { protocol: "http:", host: "hub" });
  vi.stubGlobal("addEventListener", () => undefined);
  useStore.setState({ line: "open", isCut: false });
  close = keepTalk();
  Socket.all[0]?.onopen();
});
afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

test("a talk line that looks open is made anew when the line of events is lost", () => {
  useTalk.setState({
    floor: {
      state: "speaking",
      grant: { groupId: "all", requestId: "r", callId: 1, burstId: 5, bootId: 9, talkLimitS: 30 },
      sinceMs: 0,
      warned: false,
    },
  });
  useStore.setState({ line: "lost", isCut: true });
  expect(Socket.all.map((one) => one.isClosed)).toEqual([true, false]);
  expect(useTalk.getState().floor).toEqual({ state: "revoked", reason: "line_lost" });
});

test("one that still hangs when events are back is made anew, one that is open is left alone", () => {
  useStore.setState({ line: "lost", isCut: true });
  useStore.setState({ line: "open", isCut: false });
  expect(Socket.all.map((one) => one.isClosed)).toEqual([true, true, false]);
  Socket.all[2]?.onopen();
  useStore.setState({ line: "connecting" });
  useStore.setState({ line: "open", isCut: false });
  expect(Socket.all.length).toBe(3);
});

test("a talk line is left alone when the hub closes the line of events by its word, in the midst of a burst too", () => {
  useTalk.setState({ line: "open" });
  useStore.setState({ line: "lost", isCut: false });
  useStore.setState({ line: "open", isCut: false });
  expect(Socket.all.map((one) => one.isClosed)).toEqual([false]);
});
