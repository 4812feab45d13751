// A floor that nothing moves: what the speaker sees after a while.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { nextFloor, type Floor, type FloorEvent } from "./floor";
import { ANSWER_WITHIN_MS, LeftAlone, REFUSAL_SHOWN_MS, WAIT_AT_MOST_MS } from "./leftAlone";

const press = (requestId: string): FloorEvent => ({ type: "press", groupId: "all", requestId });
const granted = (requestId: string): FloorEvent => ({
  type: "granted",
  grant: { groupId: "all", requestId, callId: 1, burstId: 5, bootId: 9, talkLimitS: 30 },
  atMs: 0,
});

describe("a floor left alone", () => {
  let floor: Floor;
  const move = (event: FloorEvent): void => {
    const before = floor;
    floor = nextFloor(before, event);
    if (floor !== before) leftAlone.changed(before, floor);
  };
  const leftAlone = new LeftAlone(move);

  beforeEach(() => {
    vi.useFakeTimers();
    floor = { state: "idle" };
  });
  afterEach(() => vi.useRealTimers());

  test("ends a request without an answer after 2 s, and the screen is free again later", () => {
    move(press("r1"));
    vi.advanceTimersByTime(1999);
    expect(floor.state).toBe("requesting");
    vi.advanceTimersByTime(1);
    expect(floor.state).toBe("unanswered");
    vi.advanceTimersByTime(REFUSAL_SHOWN_MS);
    expect(floor.state).toBe("idle");
  });

  test("ends a request at the same time when the key was let go meanwhile", () => {
    move(press("r1"));
    vi.advanceTimersByTime(1500);
    move({ type: "release" });
    vi.advanceTimersByTime(500);
    expect(floor.state).toBe("unanswered");
  });

  test("gives a second press its own 2 s", () => {
    move(press("r1"));
    vi.advanceTimersByTime(1500);
    move({ type: "release" });
    move(press("r2"));
    vi.advanceTimersByTime(1500);
    expect(floor).toMatchObject({ state: "requesting", requestId: "r2" });
    vi.advanceTimersByTime(500);
    expect(floor.state).toBe("unanswered");
  });

  test("does not end what was granted in time", () => {
    move(press("r1"));
    move(granted("r1"));
    vi.advanceTimersByTime(10 * ANSWER_WITHIN_MS);
    expect(floor.state).toBe("speaking");
  });

  test("waits in the queue for 35 s after the hub's last word and no longer", () => {
    move(press("r1"));
    move({ type: "queued", requestId: "r1", place: { position: 2, of: 2 } });
    vi.advanceTimersByTime(WAIT_AT_MOST_MS - 1);
    expect(floor.state).toBe("queued");
    move({ type: "queued", requestId: "r1", place: { position: 1, of: 1 } });
    vi.advanceTimersByTime(WAIT_AT_MOST_MS - 1);
    expect(floor.state).toBe("queued");
    vi.advanceTimersByTime(1);
    expect(floor.state).toBe("unanswered");
  });

  test("shows a lockout until it is over", () => {
    move(press("r1"));
    move({
      type: "denied",
      requestId: "r1",
      refusal: { reason: "locked_out", message: "", messageEn: "", retryInS: 15 },
      atMs: 0,
    });
    vi.advanceTimersByTime(14_999);
    expect(floor.state).toBe("denied");
    vi.advanceTimersByTime(1);
    expect(floor.state).toBe("idle");
  });

  test("shows a second refusal for its whole time", () => {
    const deny = (requestId: string): void =>
      move({
        type: "denied",
        requestId,
        refusal: { reason: "queue_full", message: "", messageEn: "", retryInS: null },
        atMs: 0,
      });
    move(press("r1"));
    deny("r1");
    vi.advanceTimersByTime(REFUSAL_SHOWN_MS - 1000);
    move(press("r2"));
    deny("r2");
    vi.advanceTimersByTime(REFUSAL_SHOWN_MS - 1000);
    expect(floor.state).toBe("denied");
    vi.advanceTimersByTime(1000);
    expect(floor.state).toBe("idle");
  });
});
