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
  refusal: { reason: "floor_taken", message: "有人在讲", messageEn: "taken" },
};

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
    expect(run(press, denied)).toMatchObject({ state: "denied", refusal: { reason: "floor_taken" } });
    expect(run(press, denied, { type: "release" }).state).toBe("idle");
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
