// What the map shows of a venue, and the short names of grids.
import { expect, test } from "vitest";

import type { Radio } from "../room/types";
import { cameraLook, shortNames, venueLook } from "./looks";

const radio = (online: boolean): Radio => ({ radio_id: "R1", venue_id: "V1", online }) as Radio;

const NOBODY: ReadonlySet<string> = new Set();

test("a venue whose radio is on line and does not hear stands out, one that is off line looks as ever", () => {
  const deaf = new Set(["R1"]);
  expect(venueLook([radio(true)], null, false, deaf)).toMatchObject({ large: true, online: true });
  expect(venueLook([radio(false)], null, false, deaf)).toEqual(venueLook([radio(false)], null, false, NOBODY));
});

test("a venue whose radio is off line is hollow and stands out", () => {
  const off = venueLook([radio(false)], null, false, NOBODY);
  const on = venueLook([radio(true)], null, false, NOBODY);
  expect(off.online).toBe(false);
  expect(off.fill).not.toBe(on.fill);
  expect(off.stroke).not.toBe(on.stroke);
});

test("a camera without a picture, one with a poor one, and one that is not recorded are told apart from the others", () => {
  const well = { condition: "online", picture: "clear", recorded: true, disk: "ok" } as const;
  expect(cameraLook(well)).toBe("well");
  expect(cameraLook({ ...well, recorded: null })).toBe("well");
  expect(cameraLook({ ...well, condition: "stalled" })).toBe("out");
  expect(cameraLook({ ...well, picture: "covered" })).toBe("poor");
  expect(cameraLook({ ...well, recorded: false })).toBe("poor");
  expect(cameraLook({ ...well, disk: "full" })).toBe("poor");
  expect(cameraLook({ ...well, condition: "connecting", recorded: false })).toBe("waiting");
});

test("grids are named by what tells them apart", () => {
  expect(shortNames(["栖凤第一网格", "栖凤第二十网格"])).toEqual(["一", "二十"]);
  expect(shortNames(["东", "西"])).toEqual(["东", "西"]);
  expect(shortNames(["唯一网格"])).toEqual(["唯一网格"]);
});
