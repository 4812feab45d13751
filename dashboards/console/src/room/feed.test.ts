// Following the hub's events over lines that break, fall silent, or tell of numbers that were missed.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { followFeed, type LineState } from "./feed";
import type { Item } from "./items";
import { applyItems } from "./reduce";
import { roomFromPicture, type Room } from "./room";
import type { RoomPicture } from "./types";

const REFUSED = { kind: "device.refused", body: { device: "R9", topic: "", reason: "malformed", count: 1 } };

/** The far end of a websocket: what a browser would give, opened and closed by the test. */
class Line {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  constructor(readonly since: number) {}

  close(): void {
    this.closed = true;
  }

  tell(numbers: readonly number[], now: number, told: { kind: string; body: object } = REFUSED): void {
    const items = numbers.map((number) => ({ number, previous: number - 1, at_ms: 0, subject: "", ...told }));
    this.onmessage?.({ data: JSON.stringify({ items, now }) });
  }
}

const picture = (number: number): RoomPicture => ({
  number,
  now_at_ms: 0,
  community: { name: "", latitude: 0, longitude: 0, time_zone: "UTC" },
  me: { person_id: "", name: "", role: "" },
  police_grids: [],
  grids: [],
  venues: [],
  groups: [],
  sos: [],
  found: [],
  radios: [],
  cameras: [],
  alerts: [],
  cases: [],
  case_actions: {},
  missing_children: [],
});

describe("the feed", () => {
  let lines: Line[];
  let states: LineState[];
  let isCut: boolean;
  let room: Room | null;
  let pictures: number;
  let hubNumber: number;
  let hubAway: boolean;
  let frames: (() => void)[];
  let refusals: number;
  let stop: () => void;

  const line = (): Line => lines[lines.length - 1] ?? new Line(-1);
  const frame = (): void => frames.splice(0).forEach((flush) => flush());

  beforeEach(async () => {
    vi.useFakeTimers();
    lines = [];
    states = [];
    room = null;
    pictures = 0;
    hubNumber = 10;
    hubAway = false;
    frames = [];
    refusals = 0;
    stop = followFeed({
      loadPicture: () => {
        pictures += 1;
        if (hubAway) return Promise.reject(new Error("away"));
        return Promise.resolve(picture(hubNumber));
      },
      connect: (since) => {
        lines.push(new Line(since));
        return line() as unknown as WebSocket;
      },
      onPicture: (next) => (room = roomFromPicture(next, room ?? undefined)),
      onItems: (items: readonly Item[]) => {
        const reduced = applyItems(room ?? roomFromPicture(picture(0)), items);
        room = reduced.room;
        return { number: room.number, stale: reduced.gap || reduced.outdated };
      },
      onLine: (state, cut) => {
        states.push(state);
        isCut = cut;
      },
      onRefused: () => (refusals += 1),
      beforeNextFrame: (flush) => frames.push(flush),
    });
    await vi.advanceTimersByTimeAsync(0);
    line().onopen?.();
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  test("follows from the picture's number", () => {
    expect(line().since).toBe(10);
    expect(states.at(-1)).toBe("open");
  });

  test("applies what came between two frames as one change", () => {
    line().tell([11], 11);
    line().tell([12, 13], 13);
    expect(room?.number).toBe(10);
    expect(frames).toHaveLength(1);
    frame();
    expect(room?.number).toBe(13);
  });

  test("goes on from its last number after the line broke, without loading the picture again", async () => {
    line().tell([11], 11);
    frame();
    line().onclose?.({ code: 1006 });
    expect(states.at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures]).toEqual([11, 1]);
  });

  test("ends when the hub refuses whoever follows it, and does not connect again", async () => {
    line().tell([11], 11);
    line().onclose?.({ code: 4401 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([refusals, lines.length, pictures]).toEqual([1, 1, 1]);
  });

  test("loads the picture again when a number was missed", async () => {
    hubNumber = 15;
    line().tell([14], 14);
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures, room?.number]).toEqual([15, 2, 15]);
  });

  test("loads the picture again, once, for a batch of imported venues", async () => {
    hubNumber = 13;
    const venue = { venue_id: "V1", name: "", kind: "hotel", grid_id: "G1", latitude: 0, longitude: 0 };
    line().tell([11], 11, { kind: "venue.imported", body: venue });
    line().tell([12, 13], 13, { kind: "venue.imported", body: venue });
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures, lines.length]).toEqual([13, 2, 2]);
    line().onopen?.();
    line().tell([14], 14);
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect([room?.number, pictures]).toEqual([14, 2]);
  });

  test("does not load the picture again for each batch of one import", async () => {
    hubNumber = 40;
    line().tell([11], 11, { kind: "venue.imported", body: { venue_id: "V1" } });
    frame();
    line().tell([12], 12, { kind: "venue.imported", body: { venue_id: "V2" } });
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures]).toEqual([40, 2]);
  });

  test("loads the picture again after the hub was started anew", async () => {
    hubNumber = 11;
    line().tell([11], 11, { kind: "hub.started", body: { version: "1" } });
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures]).toEqual([11, 2]);
  });

  test("does not call the line lost while it loads a stale picture again", async () => {
    line().tell([11], 11, { kind: "hub.started", body: { version: "1" } });
    frame();
    await vi.advanceTimersByTimeAsync(400);
    line().onopen?.();
    expect(states).not.toContain("lost");
    expect(states.at(-1)).toBe("open");
  });

  test("calls the line lost when the stale picture cannot be loaded, and tries on", async () => {
    hubAway = true;
    line().tell([11], 11, { kind: "hub.started", body: { version: "1" } });
    frame();
    await vi.advanceTimersByTimeAsync(400);
    expect(states.at(-1)).toBe("lost");
    hubAway = false;
    await vi.advanceTimersByTimeAsync(2000);
    line().onopen?.();
    expect([lines.length, states.at(-1)]).toEqual([2, "open"]);
  });

  test("loads the picture again when the hub no longer keeps what follows", async () => {
    hubNumber = 900;
    line().onclose?.({ code: 4010 });
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures]).toEqual([900, 2]);
  });

  test("waits long before it comes back to a hub that finds its lines too many", async () => {
    line().onclose?.({ code: 4429 });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(lines.length).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(lines.length).toBe(2);
  });

  test("loads the picture again when the hub began another log", async () => {
    hubNumber = 3;
    line().tell([], 3);
    await vi.advanceTimersByTimeAsync(400);
    expect([line().since, pictures, room?.number]).toEqual([3, 2, 3]);
  });

  test.each([4008, 4010, 4429])("a line that the hub closed with %i is lost, and no network is", (code) => {
    line().onclose?.({ code });
    expect([states.at(-1), isCut]).toEqual(["lost", false]);
  });

  test("a line that ended without a word, or was silent, says that the network may be gone until it is back", async () => {
    line().onclose?.({ code: 1006 });
    expect(isCut).toBe(true);
    await vi.advanceTimersByTimeAsync(400);
    expect(isCut).toBe(true);
    line().onopen?.();
    expect(isCut).toBe(false);
    await vi.advanceTimersByTimeAsync(13_000);
    expect(isCut).toBe(true);
  });

  test("takes 12 s of silence for a broken line", async () => {
    const silent = line();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(silent.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(silent.closed).toBe(true);
    expect(lines).toHaveLength(2);
  });
});
