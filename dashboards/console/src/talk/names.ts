// What talk groups are called in the room as it is now.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import type { Item } from "../room/items";
import { useRoom } from "../room/store";
import type { Radio, TalkGroup, Venue } from "../room/types";
import { groupWords } from "./words";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_EVENTS: readonly Item[] = [];
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

/** Names groups as the room knows them now. */
export function useGroupWords(): (groupId: string) => string {
  const texts = useTexts();
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const events = useRoom((room) => room.events, NO_EVENTS);
  return useMemo(() => (groupId) => groupWords(groupId, { groups, radios, venues, events }, texts), [groups, radios, venues, events, texts]);
}
