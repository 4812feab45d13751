// Which talk groups keep their place in the mixer.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Mixer } from "./mixer";

/** A node of the audio graph that knows whether it is in it. */
class Node {
  isConnected = true;
  connect = (next: unknown): unknown => next;
  disconnect = (): void => {
    this.isConnected = false;
  };
}

beforeEach(() => {
  for (const name of ["AudioContext", "GainNode", "AnalyserNode"]) vi.stubGlobal(name, Node);
});
afterEach(() => vi.unstubAllGlobals());

test("of 65 groups the one that was silent longest goes, not the all-call that spoke first and speaks still", () => {
  const mixer = new Mixer(() => 1);
  const input = (groupId: string): Node => mixer.input(groupId, false) as unknown as Node;
  const all = input("all");
  const second = input("temporary.1");
  for (let n = 2; n <= 63; n += 1) input(`temporary.${n}`);
  input("all");
  input("temporary.64");
  expect([all.isConnected, second.isConnected]).toEqual([true, false]);
  expect(input("all")).toBe(all);
});

test("a call for help does not pass the volume", () => {
  const mixer = new Mixer(() => 0);
  expect(mixer.input("grid-G1", true)).not.toBe(mixer.input("grid-G1", false));
});
