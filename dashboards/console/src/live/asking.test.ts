import { describe, expect, it } from "vitest";

import { Asking } from "./asking";

const view = (viewId: number, cameraId: string, stream: "sub" | "main" = "sub") => ({ viewId, cameraId, stream });

describe("what is asked of the hub", () => {
  it("has a number anew for each stream, so that a late picture of the one before goes to nobody", () => {
    const asking = new Asking();
    expect(asking.watch([view(1, "C01"), view(2, "C02")])).toEqual([1, 2]);
    expect(asking.tiles.map((one) => one.tile)).toEqual([0, 1]);
    expect(asking.watch([view(1, "C01", "main"), view(2, "C02")])).toEqual([1]);
    expect(asking.viewOf(0)).toBeNull();
    expect([asking.viewOf(2), asking.viewOf(1)]).toEqual([1, 2]);
    expect(asking.watch([view(2, "C02")])).toEqual([]);
    expect(asking.tiles).toEqual([{ tile: 1, camera_id: "C02", stream: "sub", transcode: false }]);
  });

  it("never gives a number twice at a time, however often it goes around", () => {
    const asking = new Asking();
    asking.watch([view(1, "C01"), view(2, "C02")]);
    for (let n = 0; n < 300; n += 1) asking.watch([view(1, "C01"), view(2, n % 2 === 0 ? "C03" : "C04")]);
    const [first, second] = asking.tiles;
    expect(first?.tile).toBe(0);
    expect(second?.tile).not.toBe(0);
  });

  it("is coded anew once this browser has said that it does not decode it", () => {
    const asking = new Asking();
    asking.watch([view(1, "C01")]);
    expect([asking.transcode(1), asking.transcode(1)]).toEqual([true, false]);
    expect(asking.tiles).toEqual([{ tile: 1, camera_id: "C01", stream: "sub", transcode: true }]);
    asking.watch([view(1, "C01")]);
    expect(asking.isTranscoded(1)).toBe(true);
  });
});
