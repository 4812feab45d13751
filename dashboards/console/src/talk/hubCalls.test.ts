import { describe, expect, it } from "vitest";

import { apart } from "./hubCalls";

const talker = (talkerId: string) => ({ burstId: 1, talkerId, talkerName: talkerId, call: "group" as const });

describe("calls of the hub itself", () => {
  it("are counted, and stand among no people", () => {
    const talkers = new Map([
      ["private.R1", talker("hub/3f")],
      ["all", talker("console-1")],
      ["private.R2", talker("hub/4a")],
    ]);
    const { people, calledByHub } = apart(talkers);
    expect(people.map(([groupId]) => groupId)).toEqual(["all"]);
    expect(calledByHub).toBe(2);
  });
});
