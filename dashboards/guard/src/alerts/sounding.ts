// Pure: which alerts are still to be felt and heard; each is once, however the list above it changes.

/** So many ids are remembered; the oldest is forgotten. */
const MAX_KEPT = 200;

/** Ids, oldest first. */
export interface Sounded {
  felt: readonly string[];
  heard: readonly string[];
}

export const NONE_SOUNDED: Sounded = { felt: [], heard: [] };

const withAll = (before: readonly string[], ids: readonly string[]): readonly string[] => [...before, ...ids].slice(-MAX_KEPT);

/** What is due for the alerts that are shown: felt at once, heard as soon as nobody speaks here. */
export function sound(before: Sounded, shownIds: readonly string[], speaks: boolean): { feel: boolean; play: boolean; after: Sounded } {
  const felt = shownIds.filter((id) => !before.felt.includes(id));
  const heard = speaks ? [] : shownIds.filter((id) => !before.heard.includes(id));
  return {
    feel: felt.length > 0,
    play: heard.length > 0,
    after: { felt: withAll(before.felt, felt), heard: withAll(before.heard, heard) },
  };
}

/** Somebody has read it: it need not sound any more. */
export const seen = (before: Sounded, id: string): Sounded => sound(before, [id], false).after;
