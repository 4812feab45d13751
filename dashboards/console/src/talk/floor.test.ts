// The right to talk as the console sees it.
import { describe, expect, test } from "vitest";

import { nextFloor, type Floor, type FloorEvent, type Grant } from "./floor";

const grant = (requestId: string, burstId = 5): Grant => ({
  groupId: "all",
  requestId,
  callId: 1,
  burstId,
  bootId: 9,
  talkLimitS: 30,
});
const run = (...events: FloorEvent[]): Floor =>
  events.reduce<Floor>((floor, event) => nextFloor(floor, event), { state: "idle" });

const press: FloorEvent = { type: "press", groupId: "all", requestId: "r1" };
const granted: FloorEvent = { type: "granted", grant: grant("r1"), atMs: 100 };
const denied: FloorEvent = {
  type: "denied",
  requestId: "r1",
  refusal: { reason: "locked_out", message: "请稍后再按", messageEn: "later", retryInS: 3 },
  atMs: 100,
};
const queued = (position: number, of: number, requestId = "r1"): FloorEvent => ({
  type: "queued",
  requestId,
  place: { position, of },
});

describe("floor", () => {
  test("is asked for at the press and held after the grant until the release", () => {
    expect(run(press).state).toBe("requesting");
    expect(run(press, granted).state).toBe("speaking");
    expect(run(press, granted, { type: "release" }).state).toBe("idle");
  });

  test("granted after the key was let go is not spoken on", () => {
    expect(run(press, { type: "release" }, granted).state).toBe("idle");
  });

  test("pressed again before the answer asks anew and ignores the late grant of the first press", () => {
    const again: FloorEvent = { type: "press", groupId: "all", requestId: "r2" };
    const floor = run(press, { type: "release" }, again, granted);
    expect(floor).toMatchObject({ state: "requesting", requestId: "r2" });
    expect(nextFloor(floor, { type: "granted", grant: grant("r2", 6), atMs: 200 }).state).toBe("speaking");
  });

  test("denied says why until the key is let go", () => {
    expect(run(press, denied)).toMatchObject({ state: "denied", refusal: { reason: "locked_out" }, sinceMs: 100 });
    expect(run(press, denied, { type: "release" }).state).toBe("idle");
  });

  test("queued shows the place as it changes, and speaks once it is granted with the key down", () => {
    expect(run(press, queued(2, 3))).toMatchObject({ state: "queued", place: { position: 2, of: 3 } });
    expect(run(press, queued(2, 3), queued(1, 2))).toMatchObject({ state: "queued", place: { position: 1, of: 2 } });
    expect(run(press, queued(1, 1), granted).state).toBe("speaking");
    expect(run(press, queued(1, 1), denied).state).toBe("denied");
    expect(run(press, queued(1, 1), { type: "lost" }).state).toBe("idle");
  });

  test("waits no more once the key is let go, before or after the place is known", () => {
    expect(run(press, queued(1, 1), { type: "release" }).state).toBe("idle");
    expect(run(press, { type: "release" }, queued(1, 1)).state).toBe("idle");
    expect(run(press, queued(1, 1), { type: "release" }, granted).state).toBe("idle");
  });

  test("is not moved by the place or the grant of another request", () => {
    expect(run(press, queued(1, 1, "r0")).state).toBe("requesting");
    expect(run(press, queued(1, 1), queued(5, 5, "r0"))).toMatchObject({ place: { position: 1, of: 1 } });
    expect(run(press, queued(1, 1), { type: "granted", grant: grant("r0"), atMs: 100 }).state).toBe("queued");
  });

  test("near the limit warns who speaks that burst, and no other", () => {
    expect(run(press, granted, { type: "warned", burstId: 4 })).toMatchObject({ state: "speaking", warned: false });
    expect(run(press, granted, { type: "warned", burstId: 5 })).toMatchObject({ state: "speaking", warned: true });
  });

  test("taken by a higher priority says so", () => {
    expect(run(press, granted, { type: "revoked", burstId: 5, reason: "preempted" })).toEqual({
      state: "revoked",
      reason: "preempted",
    });
  });

  test("without an answer ends clearly, and a grant that comes too late is not spoken on", () => {
    const unanswered: FloorEvent = { type: "unanswered", requestId: "r1" };
    expect(run(press, unanswered).state).toBe("unanswered");
    expect(run(press, unanswered, granted).state).toBe("unanswered");
    expect(run(press, unanswered, { type: "release" }).state).toBe("idle");
    expect(run(press, unanswered, { ...press, requestId: "r2" }).state).toBe("requesting");
  });

  test("is not ended by the silence on an earlier request", () => {
    const again: FloorEvent = { ...press, requestId: "r2" };
    expect(run(press, { type: "release" }, again, { type: "unanswered", requestId: "r1" }).state).toBe("requesting");
    expect(run(press, granted, { type: "unanswered", requestId: "r1" }).state).toBe("speaking");
  });

  test("revoked for another burst is not ours", () => {
    expect(run(press, granted, { type: "revoked", burstId: 4, reason: "talk_limit_reached" }).state).toBe("speaking");
    expect(run(press, granted, { type: "revoked", burstId: 5, reason: "talk_limit_reached" })).toEqual({
      state: "revoked",
      reason: "talk_limit_reached",
    });
  });

  test("is lost with the line, and says so to who was speaking", () => {
    expect(run(press, granted, { type: "lost" })).toEqual({ state: "revoked", reason: "line_lost" });
    expect(run(press, { type: "lost" }).state).toBe("idle");
  });
});
