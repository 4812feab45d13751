// The path of the case at work as strip and map show it alike.
import { useMemo } from "react";

import { useOpenCase } from "../cases/store";
import { useRoom } from "../room/store";
import type { Query } from "../room/types";
import {
  aheadOf,
  camerasOf,
  otherWays,
  shadesOf,
  standingOf,
  stepsOf,
  waysOf,
  type Shade,
  type ShownAhead,
  type ShownStep,
  type ShownWay,
} from "./shown";
import { usePath, type CasePath } from "./store";

export interface ShownPath {
  caseId: string | null;
  found: CasePath;
  steps: readonly ShownStep[];
  ways: readonly ShownWay[];
  /** Of the other paths, each with its number among all, from 1. */
  others: readonly { number: number; lines: readonly ShownWay["line"][] }[];
  ahead: readonly ShownAhead[];
  shades: readonly Shade[];
  /** What the path was first found for; the same as long as nothing else is searched for, null while nothing was found. */
  foundFor: Query | null;
}

export function useShownPath(): ShownPath {
  const caseId = useOpenCase()?.case_id ?? null;
  const found = usePath(caseId);
  const { answer, said, chosen, reach, query } = found;
  const path = answer?.paths[chosen];
  // Cameras change with all that they see; what is drawn, and may be under the pointer, only where one stands elsewhere.
  const standing = useRoom((room) => standingOf(path, reach, room.cameras), "");
  const cameras = useMemo(() => camerasOf(standing), [standing]);
  const steps = useMemo(() => stepsOf(path, said, cameras), [path, said, cameras]);
  const ways = useMemo(() => waysOf(path, steps), [path, steps]);
  const others = useMemo(
    () =>
      path === undefined
        ? []
        : (answer?.paths ?? []).flatMap((other, index) => (other === path ? [] : [{ number: index + 1, lines: otherWays(other, path) }])),
    [answer, path],
  );
  const ahead = useMemo(() => aheadOf(reach, cameras), [reach, cameras]);
  const shades = useMemo(() => shadesOf(reach?.stretches ?? []), [reach]);
  return useMemo(
    () => ({
      caseId,
      found,
      steps,
      ways,
      others,
      ahead,
      shades,
      foundFor: answer === null ? null : query,
    }),
    [caseId, found, steps, ways, others, ahead, shades, answer, query],
  );
}

/** The number of each sighting on the path that is looked at. */
export function useStepNumbers(): ReadonlyMap<string, number> {
  const { steps } = useShownPath();
  return useMemo(() => new Map(steps.map(({ step, number }) => [step.sighting.sighting_id, number])), [steps]);
}
