// Pure: guards who call the police room, from the first word until somebody answers or the call is over.
import { radioOf } from "./groupIds";

/** A burst that begins within so long of the last belongs to the same call (docs/talk.md, hang time). */
export const HANG_TIME_MS = 10_000;

export interface Ring {
  groupId: string;
  radioId: string;
  callId: number;
  sinceMs: number;
  /** Since when nobody speaks in the call; null while somebody does. */
  quietSinceMs: number | null;
  /** A console that is connected has spoken in it: the call rings no more, unless the last of those goes. */
  answered: boolean;
}

/** By talk group. */
export type Rings = ReadonlyMap<string, Ring>;

export interface TakenWord {
  groupId: string;
  callId: number;
  talkerId: string;
  rings: boolean;
}

/** Somebody speaks: a radio that calls rings, anybody else who speaks in its group answers it. The hub knows who is there to hear it. */
export function withTaken(rings: Rings, word: TakenWord, nowMs: number): Rings {
  const radioId = radioOf(word.groupId);
  if (radioId === null) return rings;
  const before = rings.get(word.groupId);
  const isSameCall = before?.callId === word.callId;
  const isRadio = word.talkerId === radioId;
  if (!isSameCall && !(isRadio && word.rings)) return rings;
  const answered = !(isRadio && word.rings);
  const goesOn = isSameCall && (answered || !before.answered);
  const ring: Ring = {
    groupId: word.groupId,
    radioId,
    callId: word.callId,
    sinceMs: goesOn ? before.sinceMs : nowMs,
    quietSinceMs: null,
    answered,
  };
  return new Map(rings).set(word.groupId, ring);
}

/** Nobody speaks in the group any more. */
export function withIdle(rings: Rings, groupId: string, nowMs: number): Rings {
  const ring = rings.get(groupId);
  return ring === undefined ? rings : new Map(rings).set(groupId, { ...ring, quietSinceMs: nowMs });
}

/** Without the calls whose hang time is over; the same map where there is none. */
export function withoutOver(rings: Rings, nowMs: number): Rings {
  const left = [...rings].filter(([, ring]) => ring.quietSinceMs === null || nowMs - ring.quietSinceMs < HANG_TIME_MS);
  return left.length === rings.size ? rings : new Map(left);
}

/** Those that nobody has answered, the longest waiting first. */
export function unanswered(rings: Rings): Ring[] {
  return [...rings.values()].filter((ring) => !ring.answered).sort((a, b) => a.sinceMs - b.sinceMs);
}
