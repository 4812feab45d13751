// The list of templates: what the hub answers to a change is the list at once, and no older reading comes after it.
import { afterEach, expect, test, vi } from "vitest";

import type { Template } from "./hub";
import { loadTemplates, putTemplates, useTemplates } from "./store";

const template = (name: string): Template => ({ name, text: name, severity: "Severe", status: "actual", target: { kind: "all", id: null } });

afterEach(() => {
  vi.unstubAllGlobals();
  useTemplates.setState({ templates: null, failure: null });
});

test("a reading that a change overtook does not bring the former order back", async () => {
  const [water, child] = [template("停水"), template("走失儿童")];
  let read: (answer: Response) => void = () => undefined;
  const reading = new Promise<Response>((resolve) => (read = resolve));
  vi.stubGlobal("fetch", (_path: string, request: { method: string; body: string }) =>
    request.method === "GET" ? reading : Promise.resolve(new Response(request.body)),
  );
  const asked = loadTemplates();
  await putTemplates([child, water]);
  expect(useTemplates.getState().templates).toEqual([child, water]);
  read(Response.json([water, child]));
  await asked;
  expect(useTemplates.getState().templates).toEqual([child, water]);
});

test("a reading that fails leaves what is known and says why; the next brings them", async () => {
  useTemplates.setState({ templates: [template("停水")] });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await loadTemplates();
  expect(useTemplates.getState()).toMatchObject({ templates: [template("停水")], failure: { code: "unreachable" } });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json([template("停电")])));
  await loadTemplates();
  expect(useTemplates.getState()).toEqual({ templates: [template("停电")], failure: null });
});
