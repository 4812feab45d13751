// Pure: which talk groups a person hears, how loud each, and which are pinned as tiles.
import type { TalkGroup } from "../room/types";
import { NO_GROUP, radioOf } from "./groupIds";

export interface Monitoring {
  /** Those not heard; every other group is, a new one too. */
  off: readonly string[];
  /** Private groups of colleagues' calls that are listened to: a choice that ends with the page. */
  along: readonly string[];
  /** In the order of their keys; null until the person has chosen: then the all-call and the venue kinds. */
  pinned: readonly string[] | null;
  /** From 0 to 1; a group that is not named is at 1. */
  volumes: Readonly<Record<string, number>>;
  muted: readonly string[];
}

export const EVERYTHING: Monitoring = { off: [], along: [], pinned: null, volumes: {}, muted: [] };
/** As many as there are digits to press. */
export const MAX_PINNED = 10;
/** Groups remembered with a setting of their own; the oldest is forgotten. */
const MAX_KEPT = 200;
/** While somebody speaks in the group that one speaks to, the others are so much quieter (-8 dB). */
const BESIDE = 0.4;

/** The groups to hear: all but those switched off, what one speaks to in any case. The own private calls need no choice. */
export function heardGroups(groups: readonly TalkGroup[], monitoring: Monitoring, chosenId: string): string[] {
  const ids = groups.map((one) => one.group_id).filter((id) => id === chosenId || isMonitored(monitoring, id));
  return [...ids, ...monitoring.along];
}

/** True where the group is heard by choice. */
export function isMonitored(monitoring: Monitoring, groupId: string): boolean {
  return radioOf(groupId) === null ? !monitoring.off.includes(groupId) : monitoring.along.includes(groupId);
}

/** How loud a group sounds, 0 to 1; `speaking` says whether somebody speaks in the group that one speaks to. */
export function gainOf(monitoring: Monitoring, groupId: string, chosenId: string, speaking: boolean): number {
  if (monitoring.muted.includes(groupId)) return 0;
  const volume = monitoring.volumes[groupId] ?? 1;
  return speaking && groupId !== chosenId ? volume * BESIDE : volume;
}

/** The pinned groups that there are, in the order of their keys. */
export function pinnedGroups(groups: readonly TalkGroup[], monitoring: Monitoring): TalkGroup[] {
  if (monitoring.pinned === null) {
    const standing = groups.filter((one) => one.kind === "all" || one.kind === "venue_kind");
    return (standing.length > 0 ? standing : groups).slice(0, MAX_PINNED);
  }
  return monitoring.pinned.flatMap((id) => groups.find((one) => one.group_id === id) ?? []).slice(0, MAX_PINNED);
}

/** With the group pinned as the last, or without it; the same where ten are pinned already. */
export function pinToggled(groups: readonly TalkGroup[], monitoring: Monitoring, groupId: string): Monitoring {
  const pinned = pinnedGroups(groups, monitoring).map((one) => one.group_id);
  if (pinned.includes(groupId)) return { ...monitoring, pinned: pinned.filter((id) => id !== groupId) };
  return pinned.length >= MAX_PINNED ? monitoring : { ...monitoring, pinned: [...pinned, groupId] };
}

const toggled = (ids: readonly string[], id: string): string[] =>
  ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id].slice(-MAX_KEPT);

export const monitorToggled = (monitoring: Monitoring, groupId: string): Monitoring =>
  radioOf(groupId) === null
    ? { ...monitoring, off: toggled(monitoring.off, groupId) }
    : { ...monitoring, along: toggled(monitoring.along, groupId) };

export const muteToggled = (monitoring: Monitoring, groupId: string): Monitoring => ({
  ...monitoring,
  muted: toggled(monitoring.muted, groupId),
});

/** With the group's volume; moving it makes a muted group sound again. */
export function volumeSet(monitoring: Monitoring, groupId: string, volume: number): Monitoring {
  const others = Object.entries(monitoring.volumes).filter(([id]) => id !== groupId);
  return {
    ...monitoring,
    volumes: Object.fromEntries([...others, [groupId, volume] as const].slice(-MAX_KEPT)),
    muted: monitoring.muted.filter((id) => id !== groupId),
  };
}

/** The tiles: the pinned groups, and after them the one that one speaks to and those in which somebody speaks. */
export function tiles(
  groups: readonly TalkGroup[],
  monitoring: Monitoring,
  speaking: ReadonlySet<string>,
  chosenId: string,
): { pinned: TalkGroup[]; others: string[] } {
  const pinned = pinnedGroups(groups, monitoring);
  const isPinned = new Set(pinned.map((one) => one.group_id));
  return { pinned, others: [...new Set([chosenId, ...speaking])].filter((id) => id !== NO_GROUP && !isPinned.has(id)) };
}

/** What the browser kept; what is not readable is as if nothing was chosen. */
export function readMonitoring(text: string | null): Monitoring {
  if (text === null) return EVERYTHING;
  try {
    const kept = JSON.parse(text) as Partial<Monitoring> | null;
    const ids = (list: unknown): string[] => (Array.isArray(list) ? list.filter((id) => typeof id === "string") : []);
    const volumes = Object.entries(kept?.volumes ?? {}).filter(([, value]) => typeof value === "number" && value >= 0 && value <= 1);
    return {
      off: ids(kept?.off),
      along: [],
      pinned: Array.isArray(kept?.pinned) ? ids(kept.pinned) : null,
      volumes: Object.fromEntries(volumes),
      muted: ids(kept?.muted),
    };
  } catch {
    return EVERYTHING;
  }
}

/** What the browser keeps of it. */
export function keptText({ off, pinned, volumes, muted }: Monitoring): string {
  return JSON.stringify({ off, pinned, volumes, muted });
}
