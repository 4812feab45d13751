// What this page knows of a case goes with its closing: photo, hits and path are of no other case's concern.
import { usePathStore } from "../path/store";
import type { Room } from "../room/room";
import { useStore } from "../room/store";
import { stopPointing, usePointing } from "./pointing";
import { takeBack, useSearchStore } from "./store";

/** Of the cases known here, those that the room knows as closed, or no longer. */
function gone(known: Iterable<string>, room: Room, before: Room): string[] {
  return [...known].filter((caseId) => {
    const now = room.cases.get(caseId);
    return now === undefined ? before.cases.has(caseId) : now.standing.stage === "closed";
  });
}

function forget(caseId: string): void {
  takeBack(caseId);
  useSearchStore.setState(({ searches }) => ({ searches: without(searches, caseId), chosenSightingId: null }));
  usePathStore.setState(({ paths }) => ({ paths: without(paths, caseId) }));
  if (usePointing.getState().caseId === caseId) stopPointing();
}

function without<Value>(all: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(all);
  rest.delete(key);
  return rest;
}

/** Forget each case that closes, until the returned function is called. */
export function forgetClosedCases(): () => void {
  return useStore.subscribe(({ room }, { room: before }) => {
    if (room === null || before === null || room.cases === before.cases) return;
    const known = new Set([...useSearchStore.getState().searches.keys(), ...usePathStore.getState().paths.keys()]);
    gone(known, room, before).forEach(forget);
  });
}
