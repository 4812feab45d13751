// Pure: the last calls as a list to call back from.
import type { Burst } from "../room/room";
import type { Radio, TalkGroup } from "../room/types";
import { privateGroupOf, radioOf } from "./groupIds";
import type { Rings } from "./rings";
import { spokenTo } from "./spokenTo";

export interface CallRow {
  burst: Burst;
  /** A guard called the police room, and nobody there has spoken to that radio in this call or since. */
  missed: boolean;
  /** The private group in which the talker is called back; null for who is no radio of this room. */
  callBack: string | null;
}

/** `bursts` newest first, with what to do about each; a call that still rings is not missed yet. */
export function callRows(bursts: readonly Burst[], radios: ReadonlyMap<string, Radio>, rings: Rings): CallRow[] {
  const answeredFrom = new Map<string, number>();
  for (const burst of bursts) {
    const radioId = radioOf(burst.group_id);
    if (radioId === null || burst.talker_id === radioId) continue;
    const ofCall = bursts.filter((one) => one.group_id === burst.group_id && one.call_id === burst.call_id);
    const untilMs = Math.max(...ofCall.map((one) => one.started_at_ms));
    answeredFrom.set(burst.group_id, Math.max(untilMs, answeredFrom.get(burst.group_id) ?? 0));
  }
  return bursts.map((burst) => {
    const isOwnCall = burst.talker_id === radioOf(burst.group_id);
    const isAnswered = burst.started_at_ms <= (answeredFrom.get(burst.group_id) ?? -Infinity);
    return {
      burst,
      missed: isOwnCall && burst.ended && !isAnswered && !rings.has(burst.group_id),
      callBack: radios.has(burst.talker_id) ? privateGroupOf(burst.talker_id) : null,
    };
  });
}

/** How many radios called and were not answered. */
export function missedCallers(rows: readonly CallRow[]): number {
  return new Set(rows.filter((row) => row.missed).map((row) => row.burst.group_id)).size;
}

/**
 * Where an answer goes: to who rings the longest, else to the group in which a radio spoke last; null without either, and where
 * that group is gone, since an answer is not for those of an earlier call.
 */
export function answerTo(
  rings: readonly { groupId: string }[],
  bursts: readonly Burst[],
  groups: readonly TalkGroup[],
  radios: ReadonlyMap<string, Radio>,
): string | null {
  const isThere = (groupId: string): boolean => spokenTo(groupId, groups, radios) !== null;
  const ring = rings.find((one) => isThere(one.groupId));
  if (ring !== undefined) return ring.groupId;
  const last = bursts.find((burst) => radios.has(burst.talker_id));
  return last !== undefined && isThere(last.group_id) ? last.group_id : null;
}
