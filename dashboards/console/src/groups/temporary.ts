// Pure: temporary talk groups as the room holds them: when they end, and who may close them.
import type { TalkGroup, TemporaryGroup } from "../room/types";

/** The hub's bounds (hub/talk/groups.py). */
export const MAX_RADIOS = 40;
const CLOSES_AFTER_MS = 30 * 60_000;
/** How the hub names them. */
const PREFIX = "temporary.";

export const isTemporary = (group: TalkGroup): group is TemporaryGroup => group.kind === "temporary";

/** Whether this names a temporary group, also one that the room knows no longer. */
export const isTemporaryName = (groupId: string): boolean => groupId.startsWith(PREFIX);

/** The groups after a burst began or ended in one of them at `atMs`: a temporary one lives on for half an hour. */
export function spokenIn(groups: readonly TalkGroup[], groupId: string, atMs: number): readonly TalkGroup[] {
  if (!isTemporaryName(groupId)) return groups;
  return groups.map((one) =>
    one.group_id === groupId && isTemporary(one) ? { ...one, closes_at_ms: atMs + CLOSES_AFTER_MS } : one,
  );
}

/** Whether all its radios are in one's own places: who sees fewer may not close it. */
export const isSeenWhole = (group: TemporaryGroup): boolean => group.radio_ids.length === group.radio_count;
