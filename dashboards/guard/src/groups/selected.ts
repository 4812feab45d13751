// Which talk group the big key speaks to: the one chosen last at this phone, as long as it is there.
import { useEffect, useRef } from "react";

import { recall, remember } from "../../../console/src/browser/memory";
import { useRoom } from "../../../console/src/room/store";
import type { Radio, TalkGroup } from "../../../console/src/room/types";
import { NO_GROUP, radioOf } from "../../../console/src/talk/groupIds";
import { chooseGroup, useTalk } from "../../../console/src/talk/store";

const KEPT_AS = "qianshao.guard.group";
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

export function selectGroup(groupId: string): void {
  remember(KEPT_AS, groupId);
  chooseGroup(groupId);
}

/** Where the key begins: what was chosen here last, else the first group; nothing where the chosen one is gone. */
export function firstSelection(kept: string | null, first: string, isThere: (groupId: string) => boolean): string {
  if (kept === null) return first;
  return isThere(kept) ? kept : NO_GROUP;
}

/**
 * The selected group's id, null for none. A group that is gone (a temporary one that ended) leaves none selected until
 * the next tap: the key must not speak to everybody by itself.
 */
export function useSelected(groups: readonly TalkGroup[]): string | null {
  const groupId = useTalk((talk) => talk.groupId);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const hasBegun = useRef(false);
  const isThere = (id: string): boolean => groups.some((one) => one.group_id === id) || radios.has(radioOf(id) ?? "");
  const isSelected = isThere(groupId);
  useEffect(() => {
    hasBegun.current = false;
    chooseGroup(NO_GROUP);
  }, []);
  useEffect(() => {
    const [first] = groups;
    if (hasBegun.current) {
      if (!isSelected) chooseGroup(NO_GROUP);
    } else if (first !== undefined) {
      hasBegun.current = true;
      chooseGroup(firstSelection(recall(KEPT_AS), first.group_id, isThere));
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- isThere is of this very rendering
  }, [groups, isSelected]);
  return isSelected ? groupId : null;
}
