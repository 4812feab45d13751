import { describe, expect, it } from "vitest";

import { isDrawn, LiveGate } from "./gate";
import type { Picture } from "./records";

const picture = (key: boolean): Picture => ({ kind: "picture", wallUs: 0, mediaUs: 0, key, broken: false, data: new Uint8Array(1) });
const KEY = picture(true);
const OTHER = picture(false);
const NOTHING = { pictures: 0, bytes: 0, ms: 0 };

describe("a live picture", () => {
  it("is decoded while the decoder keeps up", () => {
    const gate = new LiveGate();
    expect([gate.take(KEY, NOTHING), gate.take(OTHER, NOTHING)]).toEqual(["decode", "decode"]);
  });

  it("of the group since the last key picture, which comes at once, is decoded however many wait", () => {
    const gate = new LiveGate();
    gate.take(KEY, NOTHING);
    expect(gate.take(OTHER, { pictures: 120, bytes: 2_000_000, ms: 4_000 })).toBe("decode");
  });

  it("that is a key picture begins anew when those before it are late", () => {
    const gate = new LiveGate();
    expect(gate.take(KEY, { pictures: 3, bytes: 100, ms: 190 })).toBe("decode");
    expect(gate.take(KEY, { pictures: 9, bytes: 100, ms: 600 })).toBe("anew");
  });

  it("goes to nothing up to the next key picture where too much waits", () => {
    const gate = new LiveGate();
    expect(gate.take(OTHER, { pictures: 300, bytes: 100, ms: 9_000 })).toBe("drop");
    expect(gate.take(OTHER, NOTHING)).toBe("drop");
    expect(gate.take(KEY, NOTHING)).toBe("decode");
    expect(gate.take(OTHER, { pictures: 1, bytes: 9_000_000, ms: 10 })).toBe("drop");
  });

  it("is drawn when it is the newest, and by a decoder that never catches up five times a second", () => {
    expect([isDrawn(0, 1), isDrawn(4, 10), isDrawn(4, 200)]).toEqual([true, false, true]);
  });
});
