// A case that closes takes photo, hits and path out of the page; an open one, and one just opened, keep theirs.
import { afterEach, expect, test, vi } from "vitest";

import { lookFor, usePathStore } from "../path/store";
import type { Room } from "../room/room";
import { useStore } from "../room/store";
import type { CaseStage } from "../room/types";
import { forgetClosedCases } from "./forgetting";
import { pointAt, startPointing } from "./pointing";
import { changeSearch, EMPTY_FORM, runSearch, useSearchStore } from "./store";
import { queryWords } from "./words";
import { en } from "../language/en";

const room = (...cases: [string, CaseStage][]): Room =>
  ({ number: 0, cases: new Map(cases.map(([case_id, stage]) => [case_id, { case_id, standing: { stage } }])) }) as unknown as Room;

afterEach(() => vi.unstubAllGlobals());

test("what closes is forgotten, also what is asked just then", async () => {
  vi.stubGlobal("fetch", (_path: string, { signal }: RequestInit) => {
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  });
  useStore.setState({ room: room(["K1", "handle"], ["K2", "handle"], ["K3", "handle"]) });
  const leave = forgetClosedCases();
  const photo = { picture: "data:", like: [], words: "", words_en: "" };
  for (const caseId of ["K1", "K2", "K3", "K4"]) changeSearch(caseId, { photo, form: EMPTY_FORM });
  lookFor("K1", { text: "红上衣" });
  const asked = runSearch("K1", { text: "红上衣" });
  startPointing("K1");
  useStore.setState({ room: room(["K1", "closed"], ["K3", "handle"]) });
  await asked;
  leave();
  expect([...useSearchStore.getState().searches.keys()], "K4 was opened just now").toEqual(["K3", "K4"]);
  expect(usePathStore.getState().paths.size).toBe(0);
  expect(pointAt({ venue_id: "V1" })).toBe(false);
});

test("in English a watch by a photo or by a sighting is told in English", () => {
  const like = [{ describer: "stripes-2", descriptor: "" }];
  expect(queryWords({ like }, en)).toBe("like the person in the photo");
  expect(queryWords({ description: { age: "child" }, like_sighting_id: "S1" }, en)).toMatch(/, like the sighting chosen$/);
});
